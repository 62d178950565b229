package io.jpod.it;

import static io.jpod.it.TestPod.common;
import static io.jpod.it.TestPod.namespaces;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jpod.testing.Await;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Pods with one pid namespace, pods with a user namespace, and containers that join others or the host without a pod. */
@Tag("root")
class PodProcessTest extends JpodTests {
    private static String says(String id, String... words) {
        return TestPod.exec(jpod, id, words).ok().out().strip();
    }

    private static String fails(String id, String... words) {
        return TestPod.exec(jpod, id, words).ended(1).err().strip();
    }

    /** Zombies of containers are for somebody outside to reap. */
    private static boolean isProbe(String line) {
        return line.matches("\\d+ \\d+ [^Z] probe");
    }

    // ---- one pid namespace

    @ParameterizedTest
    @ValueSource(strings = {"host", "auto"})
    void allSeeAllProcesses(String user) {
        TestPod pod = TestPod.create(jpod, "--share", "+pid", "--userns", user);
        String first = pod.start();
        String second = pod.start();
        assertThat(says(second, "ps").lines().filter(PodProcessTest::isProbe))
                .as("two containers and this one")
                .hasSize(3);
        assertThat(says(second, "ps").lines().findFirst().orElseThrow()).matches("1 0 S jpod-init");
        assertThat(says(first, "pids")).doesNotContain("pid 1\n");
        // None of the host's: its /proc is that of the namespace.
        assertThat(says(second, "ps").lines()).hasSizeLessThanOrEqualTo(5);
        pod.remove().ok();
    }

    @ParameterizedTest
    @ValueSource(strings = {"host", "auto"})
    void theInitReapsOrphans(String user) {
        TestPod pod = TestPod.create(jpod, "--share", "+pid", "--userns", user);
        String first = pod.start();
        String during = says(first, "orphans", "5", "1000", "+", "ps");
        assertThat(during.lines().filter(line -> line.matches("\\d+ 1 [SRD] probe")))
                .as(during)
                .hasSize(5);
        during.lines()
                .filter(line -> line.matches("\\d+ 1 . probe"))
                .forEach(line -> says(first, "syscall", "kill", line.split(" ")[0], "9"));
        Await.until(
                () -> says(first, "ps").lines().noneMatch(line -> line.matches("\\d+ [1-9]\\d* Z .*|\\d+ 1 . probe")),
                () -> "zombies or orphans: " + says(first, "ps"));
        pod.remove().ok();
    }

    @ParameterizedTest
    @ValueSource(strings = {"host", "auto"})
    void theInitHasNothingToLookAtAndNoRights(String user) throws IOException {
        TestPod pod = TestPod.create(jpod, "--share", "+pid", "--userns", user);
        String id = pod.start();
        assertThat(fails(id, "ls", "/proc/1/root")).endsWith("EACCES");
        assertThat(says(id, "syscall", "ptrace", "0x4206", "1", "0", "0"))
                .as("PTRACE_SEIZE")
                .isEqualTo("EPERM");
        Path root = Path.of("/proc/" + pod.init() + "/root");
        assertThat(root).isEmptyDirectory();
        assertThatThrownBy(() -> Files.createFile(root.resolve("file"))).hasMessageContaining("Read-only");
        assertThat(says(id, "syscall", "kill", "1", "9")).isEqualTo("0");
        // Neither what the namespace's own processes send nor a pause ends it.
        for (String signal : List.of("STOP", "CONT", "TERM", "CHLD")) {
            jpod.program(List.of("kill", "-" + signal, Long.toString(pod.init())))
                    .run()
                    .ok();
        }
        assertThat(pod.status()).isEqualTo("Running");
        String status = Files.readString(Path.of("/proc/" + pod.init() + "/status"));
        for (String set : List.of("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")) {
            assertThat(status).contains(set + ":\t0000000000000000\n");
        }
        assertThat(status).contains("NoNewPrivs:\t1\n");
        assertThat(Files.readString(Path.of("/proc/" + pod.init() + "/mountinfo"))
                        .lines())
                .hasSize(1);
        try (var descriptors = Files.newDirectoryStream(Path.of("/proc/" + pod.init() + "/fd"))) {
            for (Path descriptor : descriptors) {
                assertThat(Files.readSymbolicLink(descriptor).toString())
                        .matches("/dev/null|socket:.*|/memfd:.*|/|anon_inode:.*");
            }
        }
        pod.remove().ok();
    }

    @ParameterizedTest
    @ValueSource(strings = {"host", "auto"})
    void theEndOfTheInitIsTheEndOfAll(String user) {
        TestPod pod = TestPod.create(jpod, "--share", "+pid", "--userns", user);
        String first = pod.start();
        String second = pod.start();
        assertThat(pod.status()).isEqualTo("Running");
        TestPod.kill(pod.init());
        jpod.awaitStatus(first, "stopped");
        jpod.awaitStatus(second, "stopped");
        assertThat(pod.status()).isEqualTo("Error");
        Result late =
                TestPod.run(jpod, List.of("--pod", pod.name()), "true").run().ended(1);
        assertThat(late.err().lines()).hasSize(1);
        assertThat(late.err()).contains("pod " + pod.name()).contains("first process of its pid namespace has ended");
        jpod.run("pod", "rm", pod.name()).ok();
        assertThat(pod.directory()).doesNotExist();
    }

    @Test
    void theEndOfOneContainerIsNotTheEndOfOthers() {
        TestPod pod = TestPod.create(jpod, "--share", "+pid");
        String first = pod.start();
        String second = pod.start();
        String third = pod.start("fork", "3", "+", "sleep", "1000");
        jpod.run("kill", first, "KILL").ok();
        jpod.awaitStatus(first, "stopped");
        assertThat(pod.status()).isEqualTo("Degraded");
        assertThat(jpod.status(second)).isEqualTo("running");
        jpod.run("delete", "--force", third).ok();
        assertThat(says(second, "ps").lines().filter(PodProcessTest::isProbe)).hasSize(2);
        assertThat(pod.status()).isEqualTo("Degraded");
        pod.remove().ok();
    }

    @Test
    void allProcessesOfAContainerEndWithIt() {
        TestPod pod = TestPod.create(jpod, "--share", "+pid");
        String stays = pod.start();
        String id = pod.start("sleep", "1000");
        Jpod.Running more = jpod.call("exec", id, "/probe", "sleep", "1000").start();
        Await.until(
                () -> says(stays, "ps").lines().filter(PodProcessTest::isProbe).count() == 4,
                () -> "three and ps: " + says(stays, "ps"));
        jpod.run("delete", "--force", id).ok();
        assertThat(more.await().code()).isEqualTo(137);
        assertThat(says(stays, "ps").lines().filter(PodProcessTest::isProbe))
                .as("that one and ps")
                .hasSize(2);
        pod.remove().ok();
    }

    // ---- a user namespace

    @Test
    void idsOfTwoPodsDoNotOverlap() throws IOException {
        TestPod one = TestPod.create(jpod, "--userns", "auto");
        TestPod two = TestPod.create(jpod, "--userns", "auto");
        String first = one.start();
        String second = one.start();
        String other = two.start();
        assertThat(common(namespaces(jpod, first), namespaces(jpod, second))).contains("user");
        assertThat(common(namespaces(jpod, first), namespaces(jpod, other))).doesNotContain("user");
        for (String file : List.of("uid_map", "gid_map")) {
            String map = says(first, "cat", "/proc/self/" + file).replaceAll("\\s+", " ");
            assertThat(map).matches("0 \\d+ 65536");
            assertThat(says(second, "cat", "/proc/self/" + file).replaceAll("\\s+", " "))
                    .isEqualTo(map);
            long begin = Long.parseLong(map.split(" ")[1]);
            long its = Long.parseLong(
                    says(other, "cat", "/proc/self/" + file).strip().split("\\s+")[1]);
            assertThat(Math.abs(begin - its)).isGreaterThanOrEqualTo(65536);
            assertThat(begin).isPositive();
            assertThat(Files.getAttribute(Path.of("/proc/" + TestPod.pid(jpod, first)), "unix:uid"))
                    .isEqualTo((int) begin);
        }
        one.remove().ok();
        // What is free is given again.
        TestPod three = TestPod.create(jpod, "--userns", "auto");
        assertThat(three.record().text("mappings[0].hostID"))
                .isNotEqualTo(two.record().text("mappings[0].hostID"));
        two.remove().ok();
        three.remove().ok();
    }

    @Test
    void thePodsUserNamespaceOwnsTheOthers() {
        TestPod pod = TestPod.create(jpod, "--userns", "auto");
        String id = TestPod.start(jpod, List.of("--pod", pod.name(), "--cap-add", "NET_ADMIN,SYS_ADMIN"));
        assertThat(says(id, "hostname", "mine", "+", "hostname")).isEqualTo("mine");
        assertThat(says(id, "id")).startsWith("uid 0 0 0\ngid 0 0 0");
        // Of root's there: the files that all share.
        assertThat(says(id, "stat", "/dev/shm")).startsWith("dir 1777 0 0 ");
        assertThat(says(id, "write", "/dev/shm/x", "y", "+", "stat", "/dev/shm/x"))
                .startsWith("file 0644 0 0 ");
        pod.remove().ok();
    }

    // ---- without a pod

    @Test
    void aPlainContainerCanJoinAnother() throws IOException {
        String first = TestPod.start(jpod, List.of("--cap-add", "SYS_ADMIN", "--hostname", "first"));
        String outsider = TestPod.start(jpod, List.of());
        Map<String, String> option = Map.of("--network", "net", "--ipc", "ipc", "--uts", "uts", "--pid", "pid");
        option.forEach((name, type) -> {
            String id = TestPod.start(jpod, List.of(name, "container:" + first));
            assertThat(common(namespaces(jpod, id), namespaces(jpod, first)))
                    .as(name)
                    .containsExactlyInAnyOrder("time", "user", type);
            jpod.run("delete", "--force", id).ok();
        });
        String second = TestPod.start(
                jpod,
                List.of(
                        "--network",
                        "container:" + first,
                        "--ipc",
                        "container:" + first,
                        "--uts",
                        "container:" + first,
                        "--pid",
                        "container:" + first));
        TestPod.exec(
                        jpod,
                        first,
                        "write",
                        "/dev/shm/x",
                        "posix",
                        "+",
                        "sysv-shm",
                        "make",
                        "1",
                        "sysv",
                        "+",
                        "hostname",
                        "new")
                .ok();
        assertThat(says(second, "cat", "/dev/shm/x", "+", "echo", "", "+", "sysv-shm", "read", "1", "+", "hostname"))
                .isEqualTo("posix\nsysv\nnew");
        assertThat(says(second, "ps")).contains("1 0 S probe").matches(Pattern.compile("(.*\n){2,}.*"));
        assertThat(says(second, "env")).contains("HOSTNAME=first");
        assertThat(fails(outsider, "sysv-shm", "read", "1")).endsWith("ENOENT");
        // It lives as long as one of both does, but for the pid namespace.
        jpod.run("delete", "--force", first).ok();
        jpod.awaitStatus(second, "stopped");
        jpod.run("delete", "--force", second).ok();
        jpod.run("delete", "--force", outsider).ok();
    }

    @Test
    void aPlainContainerCanHaveTheHosts() throws IOException {
        Map<String, String> host = namespaces(ProcessHandle.current().pid());
        Map<String, String> option = Map.of("--network", "net", "--ipc", "ipc", "--uts", "uts", "--pid", "pid");
        option.forEach((name, type) -> {
            String id = TestPod.start(jpod, List.of(name, "host"));
            assertThat(common(namespaces(jpod, id), host)).as(name).containsExactlyInAnyOrder("time", "user", type);
            jpod.run("delete", "--force", id).ok();
        });
        String id = TestPod.start(jpod, List.of("--ipc", "host"));
        Path file = Path.of("/dev/shm", jpod.token);
        try {
            TestPod.exec(jpod, id, "write", file.toString(), "of the host").ok();
            assertThat(file).hasContent("of the host");
        } finally {
            Files.deleteIfExists(file);
        }
        jpod.run("delete", "--force", id).ok();
    }
}
