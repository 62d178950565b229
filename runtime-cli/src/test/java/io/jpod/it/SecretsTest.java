package io.jpod.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Arguments and variables are the container's: no error, log or trace says what they hold. */
@Tag("root")
class SecretsTest extends JpodTests {
    private static final String SECRET = "hunter2";
    private static final int LONGEST = 2500;

    private static Bundle bundle;

    @BeforeAll
    static void start() throws IOException {
        bundle = jpod.probe();
    }

    private static Result run(String... words) {
        List<String> all = new ArrayList<>(
                List.of("--debug", "run", "--rootfs", bundle.rootfs().toString()));
        Collections.addAll(all, "-e", "DB_PASSWORD=" + SECRET);
        Collections.addAll(all, words);
        return jpod.run(all.toArray(String[]::new));
    }

    private static void saysNothing(String text) {
        assertThat(text).isNotEmpty().doesNotContain(SECRET);
        assertThat(text.lines()).allSatisfy(line -> assertThat(line).hasSizeLessThan(LONGEST));
    }

    /** A directory, a file that is no program, one that is not there: execve(2) fails, or what comes before it. */
    @ParameterizedTest
    @ValueSource(strings = {"/proc", "/dev/null", "/nowhere", "nowhere"})
    void whatCannotBeExecutedIsNamedAlone(String program) {
        Result failed = run("--", program, "--password", SECRET).ended(1);
        saysNothing(failed.err());
        assertThat(failed.err()).contains(program);
    }

    @Test
    void noProgramAtAll() throws IOException {
        Path script = bundle.rootfs().resolve("script");
        Files.writeString(script, "no magic number\n");
        assertThat(script.toFile().setExecutable(true)).isTrue();
        saysNothing(run("--", "/script", SECRET).ended(1).err());
    }

    /** execve(2) takes 128 KiB for one string. */
    @Test
    void moreThanTheKernelTakesIsOneShortLine() throws IOException {
        Bundle large = jpod.probe("true");
        String variable = "LARGE=" + SECRET.repeat(30_000);
        large.change(
                config -> config.set("process.args", List.of("/probe", "true")).set("process.env", List.of(variable)));
        Result failed = jpod.run("run", "-b", large.dir().toString(), jpod.id()).ended(1);
        saysNothing(failed.err());
        assertThat(failed.err()).contains("rgument list too long").hasLineCount(1);
        large.args("/probe", variable);
        saysNothing(jpod.run("run", "-b", large.dir().toString(), jpod.id())
                .ended(1)
                .err());
    }

    @Test
    void execTooAndTheLog() throws IOException {
        String id = jpod.id();
        jpod.run("run", "-d", "--name", id, "--rootfs", bundle.rootfs().toString(), "--", "/probe", "sleep", "1000")
                .ok();
        Path log = jpod.dir.resolve("io/log");
        Result failed = jpod.run(
                        "--debug", "--log", log.toString(), "exec", "-e", "DB_PASSWORD=" + SECRET, id, "/proc", SECRET)
                .ended(255);
        saysNothing(failed.err());
        saysNothing(Files.readString(log));
        jpod.run("delete", "--force", id).ok();
    }

    @Test
    void aHookThatFails() throws IOException {
        Bundle hooked = jpod.probe("true");
        hooked.change(config -> config.set(
                "hooks.createRuntime",
                List.of(java.util.Map.of(
                        "path", "/proc", "args", List.of("hook", SECRET), "env", List.of("TOKEN=" + SECRET)))));
        saysNothing(jpod.run("run", "-b", hooked.dir().toString(), jpod.id())
                .ended(1)
                .err());
    }

    @ParameterizedTest
    @ValueSource(strings = {"text", "json"})
    void aTraceIsSomethingToShowAround(String form) {
        Result traced = run("--trace", "--trace-format", form, "--", "/probe", "true", SECRET)
                .ok();
        saysNothing(traced.err());
        assertThat(traced.err()).contains("execve", "3 arguments", "variables");
    }

    @Test
    void soIsAPlan() {
        saysNothing(jpod.run(
                        "explain",
                        "--syscalls",
                        "--rootfs",
                        bundle.rootfs().toString(),
                        "-e",
                        "DB_PASSWORD=" + SECRET,
                        "--",
                        "/probe",
                        SECRET)
                .ok()
                .out());
    }

    @Test
    void aPasswordInTheOptionsOfAMount() throws IOException {
        Bundle mounting = jpod.probe("true");
        mounting.change(config -> config.set(
                "mounts[7]",
                java.util.Map.of(
                        "destination",
                        "/share",
                        "type",
                        "tmpfs",
                        "source",
                        "//server/share",
                        "options",
                        List.of("user=me", "password2=" + SECRET))));
        Result failed =
                jpod.run("run", "-b", mounting.dir().toString(), jpod.id()).ended(1);
        saysNothing(failed.err());
        assertThat(failed.err()).contains("user=me");
    }

    @Test
    void aVariableWithoutAName() throws IOException {
        saysNothing(run("-e", "=" + SECRET, "--", "/probe", "true").ended(1).err());
        Bundle nameless = jpod.probe("true");
        nameless.change(config -> config.set("process.env", List.of("A=1", SECRET)));
        saysNothing(jpod.run("run", "-b", nameless.dir().toString(), jpod.id())
                .ended(1)
                .err());
    }
}
