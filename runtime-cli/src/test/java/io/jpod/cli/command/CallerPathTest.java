package io.jpod.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CallerPathTest {
    private static final int PID = 4711;

    @TempDir
    Path dir;

    private static String followed(String path) {
        return CallerPath.followed(path, PID);
    }

    @Test
    void whatIsOfAProcessIsOfTheCallers() {
        assertThat(followed("/proc/self/fd/7")).isEqualTo("/proc/4711/fd/7");
        assertThat(followed("/proc/../proc/./self/cwd/x")).isEqualTo("/proc/4711/cwd/x");
        assertThat(followed("/proc/thread-self/fd/0")).isEqualTo("/proc/4711/task/4711/fd/0");
        assertThat(followed("/dev/fd/63")).isEqualTo("/proc/4711/fd/63");
        assertThat(followed("/dev/stdout")).isEqualTo("/proc/4711/fd/1");
        assertThat(followed("/proc/1/root/x")).as("another's").isEqualTo("/proc/1/root/x");
        assertThat(followed("/proc/stat")).isEqualTo("/proc/stat");
        assertThat(followed("/")).isEqualTo("/");
        assertThat(followed("/no/such/../file")).isEqualTo("/no/file");
    }

    @Test
    void linksLeadThereToo() throws IOException {
        Files.createSymbolicLink(dir.resolve("out"), Path.of("/dev/stdout"));
        Files.createSymbolicLink(dir.resolve("me"), Path.of("/proc/self"));
        Files.createSymbolicLink(dir.resolve("relative"), Path.of("me/fd"));
        Files.createSymbolicLink(dir.resolve("missing"), Path.of("nothing"));
        Files.createSymbolicLink(dir.resolve("loop"), Path.of("loop"));
        assertThat(followed(dir + "/out")).isEqualTo("/proc/4711/fd/1");
        assertThat(followed(dir + "/relative/9")).isEqualTo("/proc/4711/fd/9");
        assertThat(followed(dir + "/missing")).isEqualTo(dir.toRealPath() + "/nothing");
        assertThat(followed(dir + "/loop")).endsWith("/loop");
    }

    @Test
    void descriptorsAreToldFromFiles() {
        assertThat(CallerPath.descriptor("/proc/4711/fd/7", PID)).hasValue(7);
        assertThat(CallerPath.descriptor("/proc/4711/task/4711/fd/7", PID)).hasValue(7);
        assertThat(CallerPath.descriptor("/proc/4712/fd/7", PID)).isEmpty();
        assertThat(CallerPath.descriptor("/proc/4711/fd/7/x", PID)).isEmpty();
        assertThat(CallerPath.descriptor("/proc/4711/fdinfo/7", PID)).isEmpty();
    }
}
