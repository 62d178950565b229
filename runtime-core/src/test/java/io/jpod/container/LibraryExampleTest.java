package io.jpod.container;

import static io.jpod.container.Bundle.map;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The program in docs/library.md is short, compiles, and does what is said there. */
class LibraryExampleTest extends ContainerTests {
    private static final Path PAGE = Path.of(System.getProperty("jpod.home"), "docs/library.md");

    @Test
    void runs() throws Exception {
        Path output = temporary.resolve("output");
        assertThat(run(0, output)).as(() -> read(output)).isEqualTo(7);
        assertThat(read(output)).contains("pivot_root", "execve /probe with ").endsWith("hello from inside\n");
        assertThat(temporary.resolve("state")).isEmptyDirectory();
    }

    @Test
    void runsInAPod() throws Exception {
        Path output = temporary.resolve("output");
        assertThat(run(1, output)).as(() -> read(output)).isZero();
        assertThat(read(output)).isEqualTo("[NETWORK, IPC, UTS]\nhello from inside\nexit code 7\n");
        assertThat(temporary.resolve("state/pods")).isEmptyDirectory();
    }

    /** The example of that index. */
    private int run(int index, Path output) throws Exception {
        Matcher code = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL).matcher(Files.readString(PAGE));
        for (int i = 0; i <= index; i++) {
            assertThat(code.find()).isTrue();
        }
        String main = code.group(1).substring(code.group(1).indexOf("class "));
        assertThat(main.lines()).hasSizeLessThan(30);
        Path source = Files.writeString(temporary.resolve("Example.java"), code.group(1));

        Bundle bundle = bundle("echo", "hello from inside", "+", "exit", "7");
        bundle.set("process.user", map("uid", 0, "gid", 0));
        write(bundle.dir.resolve("config.json"), bundle.json());
        Process process = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin/java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        source.toString(),
                        temporary.resolve("state").toString(),
                        bundle.dir.toString()))
                // No pipes: the JVM closes those a moment after the process has ended, and this test counts
                // descriptors. redirectErrorStream would make one.
                .redirectInput(new java.io.File("/dev/null"))
                .redirectOutput(ProcessBuilder.Redirect.appendTo(output.toFile()))
                .redirectError(ProcessBuilder.Redirect.appendTo(output.toFile()))
                .start();
        return process.waitFor();
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
