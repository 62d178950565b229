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
        Matcher code = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL).matcher(Files.readString(PAGE));
        assertThat(code.find()).isTrue();
        String main = code.group(1).substring(code.group(1).indexOf("class "));
        assertThat(main.lines()).hasSizeLessThan(30);
        Path source = temporary.resolve("Example.java");
        Files.writeString(source, code.group(1));

        Bundle bundle = bundle("echo", "hello from inside", "+", "exit", "7");
        bundle.set("process.user", map("uid", 0, "gid", 0));
        write(bundle.dir.resolve("config.json"), bundle.json());
        Path output = temporary.resolve("output");
        Process process = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin/java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        source.toString(),
                        temporary.resolve("state").toString(),
                        bundle.dir.toString()))
                // No pipes: the JVM closes those a moment after the process has ended, and this test counts
                // descriptors.
                .redirectInput(new java.io.File("/dev/null"))
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        assertThat(process.waitFor()).as(() -> read(output)).isEqualTo(7);
        assertThat(read(output)).contains("pivot_root", "execve /probe echo").endsWith("hello from inside\n");
        assertThat(temporary.resolve("state")).isEmptyDirectory();
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
