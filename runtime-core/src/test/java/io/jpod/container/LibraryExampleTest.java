package io.jpod.container;

import static io.jpod.container.Bundle.map;
import static org.assertj.core.api.Assertions.assertThat;

import io.jpod.cgroup.CgroupFs;
import io.jpod.testing.Built;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The programs in docs/library.md are short, compile, and do what is said there. */
class LibraryExampleTest extends ContainerTests {
    private static final String PROGRAM = "-Djpod.program=" + Built.HANDS.file();

    private record Ended(int code, String output) {}

    @Test
    void aContainerInTheBackground() throws Exception {
        String code = program("Job");
        if (CgroupFs.find().filter(fs -> fs.has("memory") && fs.has("pids")).isEmpty()) {
            assertThat(run(code, PROGRAM).output()).contains("InvalidWish: pids: ");
            code = code.replaceAll("wish\\.memory.*", "");
        }
        assertThat(run(code, PROGRAM)).isEqualTo(new Ended(0, "hello from inside\nexit code 7\n"));
        assertNothingIsLeft();
    }

    @Test
    void aPodOfTwo() throws Exception {
        assertThat(run(program("PodOfTwo"), PROGRAM)).isEqualTo(new Ended(0, "shop\ngot an order\nexit code 0\n"));
        assertThat(temporary.resolve("state/pods")).isEmptyDirectory();
    }

    @Test
    void oneMoreProgram() throws Exception {
        assertThat(run(program("Exec"), PROGRAM)).isEqualTo(new Ended(0, "3: the answer\na warning\n"));
        assertNothingIsLeft();
    }

    @Test
    void whatCannotBe() throws Exception {
        Ended ended = run(program("Failing"), PROGRAM);
        assertThat(ended.output())
                .contains("volume /nowhere:/data")
                .contains("ENOENT")
                .hasLineCount(1);
        assertThat(ended.code()).isZero();
        assertNothingIsLeft();
    }

    @Test
    void aBundle() throws Exception {
        Ended ended = run(program("Bundle"), PROGRAM);
        assertThat(ended.output()).contains("pivot_root", "execve /probe with ").endsWith("hello from inside\n");
        assertThat(ended.code()).isEqualTo(7);
        assertNothingIsLeft();
    }

    @Test
    void withoutAMonitorNothingIsStartedThatNeedsOne() throws Exception {
        Ended ended = run(program("Exec"), "-Djpod.program=/no/such/jpod");
        assertThat(ended.output()).contains("/no/such/jpod: ENOENT");
        assertNothingIsLeft();
    }

    /** The monitor has it, and whoever asks later. */
    @Test
    void whatIsInTheBackgroundOutlivesTheJvm() throws Exception {
        String code =
                program("Exec").replaceAll("(?s)var output.*?\\n    }", "}").replace("sleep\", \"1000", "exit\", \"5");
        assertThat(run(code.replace("build()", "name(\"web\").build()"), PROGRAM))
                .isEqualTo(new Ended(0, ""));
        Container container = new Containers(temporary.resolve("state")).get("web");
        assertThat(container.await()).hasValue(5);
        container.delete(false, spawner);
    }

    private void assertNothingIsLeft() {
        assertThat(temporary.resolve("state").toFile().list()).isNullOrEmpty();
    }

    private static String program(String name) throws Exception {
        Matcher code = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL)
                .matcher(Files.readString(Built.HOME.resolve("docs/library.md")));
        while (code.find()) {
            if (code.group(1).contains("class " + name + " ")) {
                assertThat(code.group(1).lines()).hasSizeLessThan(20);
                return code.group(1);
            }
        }
        throw new AssertionError("no program " + name);
    }

    private Ended run(String code, String option) throws Exception {
        Path source = Files.writeString(temporary.resolve("Example.java"), code);
        Path output = Files.createTempFile(temporary, "output", "");
        Bundle bundle = bundle("echo", "hello from inside", "+", "exit", "7");
        bundle.set("process.user", map("uid", 0, "gid", 0));
        write(bundle.dir.resolve("config.json"), bundle.json());
        Process process = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin/java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        option,
                        "-cp",
                        System.getProperty("java.class.path"),
                        source.toString(),
                        temporary.resolve("state").toString(),
                        bundle.rootfs.toString()))
                // No pipes: the JVM closes those a moment after the process has ended, and this test counts
                // descriptors. redirectErrorStream would make one.
                .redirectInput(new java.io.File("/dev/null"))
                .redirectOutput(ProcessBuilder.Redirect.appendTo(output.toFile()))
                .redirectError(ProcessBuilder.Redirect.appendTo(output.toFile()))
                .start();
        return new Ended(process.waitFor(), Files.readString(output));
    }
}
