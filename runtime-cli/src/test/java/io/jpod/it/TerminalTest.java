package io.jpod.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A container's terminal, seen by a caller who has none: lines end in one character, and what is piped in ends. */
@Tag("root")
class TerminalTest extends JpodTests {
    private static final String ROOTFS =
            Jpod.HOME.resolve("test-rootfs/out/busybox").toString();

    private HostState before;

    @BeforeEach
    void look() {
        before = HostState.of(jpod);
    }

    @AfterEach
    void nothingIsLeft() {
        assertThat(HostState.lastingChanges(jpod, before, false)).isEmpty();
    }

    private static Result shell(String input) throws IOException {
        return jpod.call("run", "-t", "--rootfs", ROOTFS, "--", "sh")
                .stdin(input.getBytes(UTF_8))
                .run()
                .ok();
    }

    @Test
    void linesEndInOneCharacter() throws IOException {
        assertThat(jpod.run("run", "-t", "--rootfs", ROOTFS, "--", "echo", "one")
                        .ok()
                        .out())
                .isEqualTo("one\n");
        String id = jpod.id();
        jpod.run("run", "-d", "--name", id, "--rootfs", ROOTFS, "--", "sleep", "1000")
                .ok();
        assertThat(jpod.run("exec", "-t", id, "echo", "two").ok().out()).isEqualTo("two\n");
        jpod.run("delete", "--force", id).ok();
        jpod.run("run", "-d", "-t", "--name", id, "--rootfs", ROOTFS, "--", "echo", "three")
                .ok();
        jpod.run("wait", id).ok();
        assertThat(jpod.run("logs", id).ok().out()).isEqualTo("three\n");
        jpod.run("delete", id).ok();
        Bundle bundle = jpod.probe()
                .change(config ->
                        config.set("process.terminal", true).set("process.args", List.of("/probe", "echo", "four")));
        assertThat(jpod.call("run", "-b", bundle.dir().toString(), id)
                        .oneShot()
                        .run()
                        .ok()
                        .out())
                .isEqualTo("four\n");
    }

    /** A shell that edits lines takes the terminal out of canonical mode: long after its input has ended. */
    @ParameterizedTest
    @ValueSource(strings = {"echo a$((1+1))b\n", "echo a$((1+1))b", "sleep 1; echo a$((1+1))b\n", "cat\na2b\n"})
    void theEndOfAPipeEndsAnInteractiveShell(String input) throws IOException {
        assertThat(shell(input).out()).contains("a2b\n");
    }

    @Test
    void theEndOfAPipeEndsAShellThatExecAdds() throws IOException {
        String id = jpod.id();
        jpod.run("run", "-d", "--name", id, "--rootfs", ROOTFS, "--", "sleep", "1000")
                .ok();
        for (String input : new String[] {"", "echo a$((1+1))b\n", "cat\n"}) {
            String out = jpod.call("exec", "-t", id, "sh")
                    .stdin(input.getBytes(UTF_8))
                    .run()
                    .ok()
                    .out();
            assertThat(out.contains("a2b\n")).isEqualTo(input.startsWith("echo"));
        }
        jpod.run("delete", "--force", id).ok();
    }

    @Test
    void aPipeInFrontAndBehind() throws IOException {
        Path input = jpod.newDir("stdin").resolve("file");
        Files.writeString(input, "one\ntwo");
        Path go = input.resolveSibling("go");
        // Nothing comes before the program has said that it is ready.
        String pipe = "mkfifo $1; go=$1; shift; { read -r _ <$go; cat $0; } | \"$@\""
                + " | { read -r line; echo \"$line\"; echo >$go; cat; }";
        Result result = jpod.call(
                        "run", "-t", "--rootfs", ROOTFS, "--", "sh", "-c", "stty -echo; echo ready; cat; echo end")
                .through("sh", "-c", pipe, input.toString(), go.toString())
                .run()
                .ok();
        assertThat(result.out()).isEqualTo("ready\none\ntwoend\n");
    }
}
