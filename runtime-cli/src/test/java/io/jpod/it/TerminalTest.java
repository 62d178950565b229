package io.jpod.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A container's terminal, seen by a caller who has none: lines end in one character, and what is piped in ends. */
@Tag("root")
@EnabledIf("io.jpod.it.Jpod#isBuilt")
class TerminalTest {
    private static final String ROOTFS =
            Jpod.HOME.resolve("test-rootfs/out/busybox").toString();

    private static Jpod jpod;
    private HostState before;

    @BeforeAll
    static void start() throws IOException {
        jpod = Jpod.resident();
    }

    @AfterAll
    static void end() throws IOException {
        jpod.close();
    }

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
        Result result = jpod.call(
                        "run", "-t", "--rootfs", ROOTFS, "--", "sh", "-c", "stty -echo; echo ready; cat; echo end")
                .through("sh", "-c", "(sleep 0.5; cat \"$0\") | \"$@\" | cat", input.toString())
                .run()
                .ok();
        assertThat(result.out()).contains("ready\n").endsWith("one\ntwoend\n");
    }
}
