package io.jpod.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What a container has of whoever called jpod: no disposition of signals, and what runc leaves to it too (SECURITY.md). */
@Tag("root")
class CallerTest extends JpodTests {
    private static final String NONE = "SigBlk 0000000000000000\nSigIgn 0000000000000000\nSigCgt 0000000000000000\n";

    static Stream<List<String>> ignoring() {
        return Stream.of(
                List.of("sh", "-c", "trap '' INT; exec \"$@\"", "sh"),
                List.of("sh", "-c", "trap '' HUP TERM USR1 USR2 PIPE CHLD; exec \"$@\"", "sh"),
                List.of("nohup"),
                // A script's background jobs have INT and QUIT ignored.
                List.of("sh", "-c", "\"$@\" & wait", "sh"),
                List.of("env", "--ignore-signal=34,64"),
                List.of("env", "--block-signal"));
    }

    @ParameterizedTest
    @MethodSource("ignoring")
    void signalsAreTheDefaultOnes(List<String> caller) throws IOException {
        String[] through = caller.toArray(String[]::new);
        String bundle = jpod.probe("signals").dir().toString();
        assertThat(jpod.call("run", "-b", bundle, jpod.id())
                        .through(through)
                        .run()
                        .ok()
                        .out())
                .isEqualTo(NONE);
        assertThat(jpod.call("run", "-b", bundle, jpod.id())
                        .through(through)
                        .oneShot()
                        .run()
                        .ok()
                        .out())
                .isEqualTo(NONE);
        String id = jpod.id();
        jpod.run("run", "-d", "-b", jpod.probe("sleep", "1000").dir().toString(), id)
                .ok();
        assertThat(jpod.call("exec", id, "/probe", "signals")
                        .through(through)
                        .run()
                        .ok()
                        .out())
                .isEqualTo(NONE);
        jpod.run("delete", "--force", id).ok();
    }

    @Test
    void nicenessIsTheCallers() throws IOException {
        String bundle = jpod.probe("cat", "/proc/self/stat", "+", "cat", "/proc/self/timers")
                .dir()
                .toString();
        String id = jpod.id();
        String stat = jpod.call("run", "-b", bundle, id)
                .through("nice", "-n", "7")
                .run()
                .out();
        jpod.run("delete", "--force", id);
        assertThat(stat.substring(stat.lastIndexOf(')')).split(" ")[17]).isEqualTo("7");
    }
}
