package io.jpod.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpod.cli.command.Jpod;
import io.jpod.json.Json;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JpodTest {
    @TempDir
    Path dir;

    private FakeCaller caller;

    @BeforeEach
    void call() {
        caller = new FakeCaller(dir);
    }

    @AfterEach
    void hangUp() {
        caller.close();
    }

    private int run(String... arguments) {
        return caller.run(arguments);
    }

    private String out() {
        return caller.printed();
    }

    private String err() {
        return caller.complained();
    }

    @Test
    void thereIsNoHelpForAVerbThatDoesNotExist() {
        for (String words : List.of("foo -h", "foo --help", "pod foo --help")) {
            assertThat(run(words.split(" "))).as(words).isEqualTo(1);
            assertThat(err()).as(words).contains("foo");
            assertThat(out()).as(words).isEmpty();
        }
        assertThat(run("pod", "ls", "--help")).isZero();
    }

    @Test
    void theVersionIsTheBuilds() throws Exception {
        assertThat(run("--version")).isZero();
        assertThat(out()).startsWith("jpod version " + Jpod.VERSION + "\nspec: 1.3.0\njava: 25");
        assertThat(Files.readString(Path.of("../pom.xml"))).contains("<version>" + Jpod.VERSION + "</version>");
    }

    @Test
    void helpGoesToStdoutForEveryVerb() {
        assertThat(run("--help")).isZero();
        assertThat(run("serve", "-h")).isZero();
        assertThat(out()).contains("Usage: jpod [", "Usage: jpod serve [");
        assertThat(err()).isEmpty();
    }

    @Test
    void programsGetAnErrorThatTheyParse() {
        assertThat(run("--no-such")).isEqualTo(1);
        assertThat(err()).matches("time=\"[^\"]+Z\" level=error msg=\"Unknown option: '--no-such'\"\nTry .*--help.*\n");
        assertThat(out()).isEmpty();
    }

    @Test
    void peopleGetAnErrorThatTheyRead() {
        caller.isAtTerminal();
        assertThat(run("nonsense")).isEqualTo(1);
        assertThat(err()).startsWith("jpod: ").contains("nonsense");
    }

    @Test
    void theLogFileGetsTheFormatAndStderrTheMessage() throws Exception {
        assertThat(run("--log", "log", "--log-format", "json", "--systemd-cgroup", "serve"))
                .isEqualTo(1);
        assertThat(Files.readString(dir.resolve("log")))
                .startsWith("{\"level\":\"error\",\"msg\":\"--systemd-cgroup is not");
        assertThat(err()).startsWith("jpod: --systemd-cgroup is not supported yet");
    }

    /** One JSON object to a line, with the properties that callers of runc decode; the last error is what they show. */
    @ParameterizedTest
    @ValueSource(strings = {"--no-such", "nonsense", "start", "state a b", "kill x FOO", "exec --no-such x true"})
    void everyErrorIsInTheLog(String words) throws Exception {
        List<String> arguments =
                new ArrayList<>(List.of("--root", dir.toString(), "--log", "log", "--log-format", "json"));
        arguments.addAll(List.of(words.split(" ")));
        assertThat(run(arguments.toArray(String[]::new))).isNotZero();
        List<String> lines = Files.readAllLines(dir.resolve("log"));
        assertThat(lines).hasSize(1);
        Json line = Json.parse(lines.getFirst().getBytes(StandardCharsets.UTF_8), "log");
        assertThat(line.need("level").string()).isEqualTo("error");
        assertThat(err()).contains("jpod: " + line.need("msg").string());
        assertThat(line.need("time").time()).isAfter(Instant.now().minusSeconds(600));
    }

    @Test
    void whatIsForDebugGoesToTheLogAndNotToStderr() throws Exception {
        assertThat(run("--root", dir.toString(), "--debug", "--log", "log", "list"))
                .isZero();
        assertThat(Files.readString(dir.resolve("log")))
                .matches("time=\"[^\"]+\" level=debug msg=\"list: exit code 0\"\n");
        assertThat(err()).isEmpty();
        assertThat(run("--root", dir.toString(), "--debug", "list")).isZero();
        assertThat(err()).contains("level=debug msg=\"list: exit code 0\"");
    }

    @Test
    void aLogThatCannotBeWrittenHidesNoError() {
        assertThat(run("--log", "none/log", "--no-such")).isEqualTo(1);
        assertThat(err()).contains("jpod: Unknown option: '--no-such'", "jpod: --log: openat", "ENOENT");
    }

    @Test
    void aStackTraceIsForDebugOnly() {
        run("--debug", "--no-such");
        assertThat(err()).contains("\tat io.jpod.cli.Cli.run");
    }

    @Test
    void nothingIsLeftForTheNextCommand() {
        run(
                "--debug",
                "--log-format",
                "json",
                "--log",
                "log",
                "run",
                "--keep",
                "--rm",
                "--rootfs",
                "/",
                "--bundle",
                "/");
        caller.forget();

        assertThat(run("run", "--bundle", "/no/such", "c1")).isEqualTo(1);
        assertThat(err()).matches("time=.* msg=\"bundle /no/such: no such directory\"\n");
    }

    @Test
    void aVerbIsKnownByEachOfItsNames() {
        assertThat(run("rm", "--help")).isZero();
        assertThat(run("pod", "list", "--help")).isZero();
        assertThat(out()).contains("Usage: jpod delete [", "Usage: jpod pod ps [");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"--help", "run --help", "pod --help", "pod ls --help", "pod", "nonsense", "pod nonsense", "rm"})
    void whoKnowsAllVerbsSaysTheSame(String words) {
        int code = run(words.split(" "));
        String said = out() + err();
        caller.forget();

        assertThat(caller.run(called -> new Cli().answer(called), words.split(" ")))
                .isEqualTo(code);
        assertThat((out() + err()).replaceAll("time=\\S+", "")).isEqualTo(said.replaceAll("time=\\S+", ""));
    }

    @Test
    void aWordThatBeginsWithAtIsNoFileToRead() throws Exception {
        Path file = Files.writeString(dir.resolve("words"), "--version");

        assertThat(run("@" + file)).isEqualTo(1);
        assertThat(err()).contains("unknown command @" + file);
        assertThat(out()).isEmpty();
    }
}
