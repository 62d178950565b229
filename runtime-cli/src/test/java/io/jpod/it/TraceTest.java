package io.jpod.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What {@code --trace} prints is what explain foretold, with the results of the kernel; and it changes nothing. */
@Tag("root")
class TraceTest extends JpodTests {
    private static final Pattern STEP = Pattern.compile(" *\\d+  \\S.*  # .*");
    private static final String ROOTFS =
            Jpod.HOME.resolve("test-rootfs/out/busybox").toString();

    private String id;

    @BeforeEach
    void name() {
        id = jpod.id();
    }

    /** Headings and steps. */
    private static List<String> steps(String text) {
        return text.lines()
                .filter(line -> STEP.matcher(line).matches() || line.matches("brain|builder thread|process"))
                .toList();
    }

    private static List<String> calls(String text) {
        return text.lines()
                .filter(line -> line.startsWith("          "))
                .map(String::strip)
                .toList();
    }

    @Test
    void stepsAreThoseOfExplain() {
        String[] words = {"--rootfs", ROOTFS, "--name", id, "--", "/bin/echo", "hello"};
        Result traced = jpod.run(join(List.of("run", "--trace"), words)).ok();
        assertThat(traced.out()).isEqualTo("hello\n");
        String explained = jpod.run(join(List.of("explain"), words)).ok().out();
        // What explain tells of create too: there is nothing to wait for here.
        List<String> expected = unnumbered(explained);
        assertThat(expected.removeIf(line -> line.contains("wait for start"))).isTrue();
        assertThat(unnumbered(traced.err())).hasSizeGreaterThan(40).isEqualTo(expected);
        assertThat(traced.err()).containsPattern("(?m)^builder thread +\\d+ steps +\\d+ calls.* ms$");
        assertThat(traced.err()).containsPattern("(?m)^process +\\d+ steps +\\d+ calls.* ms$");
    }

    private static List<String> unnumbered(String text) {
        return new ArrayList<>(steps(text).stream()
                .map(line -> line.replaceFirst("^ *\\d+ ", ""))
                .toList());
    }

    private static String[] join(List<String> first, String... rest) {
        return java.util.stream.Stream.concat(first.stream(), java.util.stream.Stream.of(rest))
                .toArray(String[]::new);
    }

    @Test
    void resultsAreTheKernels() {
        String trace = jpod.run("run", "--trace", "--rootfs", ROOTFS, "--name", id, "--", "sh", "-c", "exit 0")
                .ok()
                .err();
        List<String> calls = calls(trace);
        assertThat(calls).anyMatch(call -> call.matches("unshare\\(.*CLONE_NEWNS.*\\) = 0 +\\d+\\.\\d{3} ms"));
        assertThat(calls).anyMatch(call -> call.matches("process \\d+ +\\d+\\.\\d{3} ms"));
        assertThat(calls).anyMatch(call -> call.startsWith("setsid() = 1 "));
        assertThat(calls).anyMatch(call -> call.matches("pivot_root\\(.*\\) = 0 +.*ms"));
        assertThat(calls).anyMatch(call -> call.endsWith("  skipped"));
        // What fsopen returns is what fsconfig and fsmount take.
        Matcher opened = Pattern.compile("fsopen\\(.*\\) = (\\d+<tmp\\d+>).*").matcher("");
        for (int i = 0; i < calls.size(); i++) {
            if (opened.reset(calls.get(i)).matches()) {
                assertThat(calls.get(i + 1)).startsWith("fsconfig(" + opened.group(1) + ", ");
            }
        }
        // Found behind the other places of PATH, and no call of ours comes after it.
        List<String> executed =
                calls.stream().filter(call -> call.startsWith("execve(")).toList();
        assertThat(executed.subList(0, executed.size() - 1))
                .isNotEmpty()
                .allMatch(call -> call.endsWith("= -1 ENOENT (no such file or directory)  ignored"));
        assertThat(executed.getLast())
                .startsWith("execve(\"/bin/sh\", /* 3 arguments */, /* ")
                .endsWith(" = 0");
        assertThat(calls.getLast()).isEqualTo(executed.getLast());
    }

    @Test
    void aFailedSetUpEndsAtTheCallThatFailed() throws IOException {
        Bundle bundle = jpod.probe("true")
                .change(config ->
                        config.set("mounts", List.of(Map.of("destination", "/data", "type", "nfs5", "source", "x"))));
        Result failed =
                jpod.run("run", "--trace", "-b", bundle.dir().toString(), id).ended(1);
        assertThat(calls(failed.err()).getLast())
                .startsWith("fsopen(\"nfs5\", FSOPEN_CLOEXEC) = -1 ENODEV (no such device)  fails");
        assertThat(steps(failed.err()).getLast()).contains("mount nfs5 on /data", "# mounts[");
        assertThat(failed.err().lines().toList().getLast()).contains("level=error", "mount nfs5 on /data");
        assertThat(failed.err()).doesNotContainPattern("(?m)^process$");
        jpod.run("state", id).ended(1);
    }

    @Test
    void aFailedProcessIsTracedToItsEnd() {
        Result failed =
                jpod.run("run", "--trace", "--rootfs", ROOTFS, "--", "/no-such").ended(1);
        assertThat(calls(failed.err()).getLast())
                .startsWith("faccessat2(AT_FDCWD, \"/no-such\", X_OK, AT_EACCESS) = -1 ENOENT");
        assertThat(failed.err().lines().toList().getLast()).contains("/no-such");
    }

    @Test
    void whatIsRefusedHasNoTrace() {
        Result refused = jpod.run("run", "--trace-format", "json", "--rootfs", ROOTFS, "--", "true")
                .ended(1);
        assertThat(refused.err()).contains("--trace-format goes with --trace");
        jpod.run("run", "--trace=no/such/dir/file", "--rootfs", ROOTFS, "--name", id, "--", "true")
                .ended(1);
        jpod.run("state", id).ended(1);
    }

    @Test
    void jsonIsAnObjectALine() throws IOException {
        Path file = jpod.newDir("trace").resolve("trace.json");
        jpod.run("run", "--trace=" + file, "--trace-format", "json", "--rootfs", ROOTFS, "--", "true")
                .ok();
        List<Config> objects =
                Files.readAllLines(file).stream().map(Config::parse).toList();
        assertThat(objects).extracting(o -> o.text("type")).containsOnly("step", "call", "total");
        List<Config> calls = of(objects, "call");
        assertThat(calls).allMatch(call -> !call.text("from").isEmpty() && call.get("arguments") instanceof List<?>);
        assertThat(calls)
                .filteredOn(call -> call.text("outcome").equals("returned"))
                .allMatch(call -> call.get("result") instanceof Number);
        assertThat(calls.getLast().text("call")).isEqualTo("execve");
        assertThat(calls.getLast().text("outcome")).isEqualTo("not returned");
        assertThat(of(objects, "step"))
                .isNotEmpty()
                .allMatch(step -> step.text("complete").equals("true"));
        // Sums are sums.
        List<Config> totals = of(objects, "total");
        assertThat(totals).extracting(total -> total.text("by")).contains("builder thread", "process");
        for (Config total : totals) {
            long made = calls.stream()
                    .filter(call -> call.text("by").equals(total.text("by")))
                    .filter(call -> !call.text("outcome").equals("not made"))
                    .count();
            assertThat(total.text("calls")).isEqualTo(Long.toString(made));
        }
    }

    private static List<Config> of(List<Config> objects, String type) {
        return objects.stream().filter(o -> o.text("type").equals(type)).toList();
    }

    @Test
    void theProgramSeesNothingOfIt() throws IOException {
        Path file = jpod.newDir("trace").resolve("trace");
        String[] words = {"--rootfs", ROOTFS, "--", "sh", "-c", "cd /proc/self/fd; echo *; grep -c record ../maps"};
        String without = jpod.run(join(List.of("run"), words)).out();
        assertThat(jpod.run(join(List.of("run", "--trace=" + file), words)).out())
                .isEqualTo(without)
                .endsWith("\n0\n");
        assertThat(steps(Files.readString(file))).isNotEmpty();
    }

    @Test
    void withAUserNamespaceTheProcessDoesMore() throws IOException {
        Object mapping = List.of(Map.of("containerID", 0, "hostID", 100_000, "size", 65_536));
        Bundle bundle = jpod.probe("true")
                .change(config -> config.set("linux.namespaces.+", Map.of("type", "user"))
                        .set("linux.uidMappings", mapping)
                        .set("linux.gidMappings", mapping)
                        .set("process.args", List.of("/probe", "true")));
        // Mount points are made by the container's root.
        Files.setAttribute(bundle.rootfs(), "unix:uid", 100_000);
        String trace = jpod.run("run", "--trace", "-b", bundle.dir().toString(), id)
                .ok()
                .err();
        String process = trace.substring(trace.indexOf("\nprocess\n"));
        assertThat(calls(process)).anyMatch(call -> call.startsWith("fsopen(\"tmpfs\"") && call.contains(" = "));
        assertThat(calls(process)).anyMatch(call -> call.matches("setresuid\\(0, 0, 0\\) = 0 .*"));
        assertThat(calls(process).getLast()).startsWith("execve(\"/probe\"").endsWith(" = 0");
    }

    /** A time namespace moves the monotonic clock forward: the times stay times. */
    @Test
    void aTimeNamespaceDoesNotShiftTimes() throws IOException {
        Path file = jpod.newDir("trace").resolve("trace");
        Bundle bundle = jpod.probe("true")
                .change(config -> config.set("linux.namespaces.+", Map.of("type", "time"))
                        .set("linux.timeOffsets.monotonic", Map.of("secs", 1_000_000, "nanosecs", 0))
                        .set("process.args", List.of("/probe", "true")));
        jpod.run(
                        "run",
                        "--trace=" + file,
                        "--trace-format=json",
                        "-b",
                        bundle.dir().toString(),
                        id)
                .ok();
        assertThat(Files.readAllLines(file).stream().map(Config::parse))
                .filteredOn(o -> o.get("nanoseconds") != null)
                .isNotEmpty()
                .allMatch(o -> ((Number) o.get("nanoseconds")).longValue() < 60_000_000_000L);
    }

    @Test
    void createAndExecCanBeTracedToo() throws IOException {
        Bundle bundle = jpod.probe("sleep", "1000");
        String created = jpod.run("create", "--trace", "-b", bundle.dir().toString(), id)
                .ok()
                .err();
        assertThat(created).contains("wait for start").doesNotContain("execve(");
        jpod.run("start", id).ok();
        Result executed =
                jpod.run("exec", "--trace", id, "/probe", "echo", "yes").ok();
        assertThat(executed.out()).isEqualTo("yes\n");
        List<String> calls = calls(executed.err());
        // Both sides of the clone: the one who cloned ends, and the clone goes on.
        assertThat(calls).anyMatch(call -> call.matches("clone\\(CLONE_PARENT\\|SIGCHLD, .*\\) = [1-9]\\d* +.*ms"));
        assertThat(calls).anyMatch(call -> call.matches("write\\(.*\\{MILESTONE, CLONED\\}, 12\\) = 12 +skips .*"));
        assertThat(calls).anyMatch(call -> call.matches("read\\(.*\\{MILESTONE, CLONED\\}, 1\\) = 1 .*"));
        assertThat(calls.getLast())
                .startsWith("execve(\"/probe\", /* 3 arguments */, /* ")
                .endsWith(" = 0");
        jpod.run("delete", "--force", id).ok();
    }
}
