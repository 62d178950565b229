package io.jpod.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What is wrong is refused in one line that names the place, and leaves the host as it was. */
@Tag("root")
class BadInputTest extends JpodTests {
    private static Bundle good;

    @BeforeAll
    static void start() throws IOException {
        good = jpod.probe("true");
        jpod.run("run", "-b", good.dir().toString(), jpod.id()).ok();
    }

    @AfterAll
    static void end() throws IOException {
        if (busy != null) {
            jpod.run("pod", "rm", "--force", busy.name()).ok();
        }
    }

    /** @param place what the message has to name */
    record Case(String name, String config, String place) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static Case text(String name, String config, String place) {
        return new Case(name, config, place);
    }

    private static Case changed(String name, String place, Consumer<Config> change) {
        Config config = Bundle.fresh().set("process.terminal", false).set("process.args", List.of("/probe", "true"));
        change.accept(config);
        return new Case(name, config.toString(), place);
    }

    private static Case set(String path, Object value) {
        String shown = String.valueOf(value);
        return changed(
                path + " = " + shown.substring(0, Math.min(40, shown.length())).replace("\0", "NUL"),
                path.replace(".+", ""),
                config -> config.set(path, value));
    }

    private static Case without(String path, String place) {
        return changed("no " + path, place, config -> config.remove(path));
    }

    static Stream<Case> configs() {
        String whole = Bundle.fresh().toString();
        return Stream.of(
                text("empty", "", "config.json"),
                text("no JSON", "hello", "config.json"),
                text("cut off", whole.substring(0, whole.length() / 2), "config.json"),
                text("more behind it", whole + "x", "config.json"),
                text("an array", "[]", "config.json"),
                text("null", "null", "config.json"),
                text("a byte order mark and nothing else", "\ufeff", "config.json"),
                text("very deep", "[".repeat(100_000), "config.json"),
                text("deep in an unknown field", "{\"x\":" + "[".repeat(5000) + "]".repeat(5000) + "}", "config.json"),
                text("huge", "{\"annotations\":{\"a\":\"" + "x".repeat(8 << 20) + "\"}}", "config.json"),
                text("a name twice", "{\"ociVersion\":\"1.0.0\",\"ociVersion\":\"1.0.0\"}", "ociVersion"),
                without("ociVersion", "ociVersion"),
                without("root", "root"),
                without("root.path", "root.path"),
                without("process.cwd", "process.cwd"),
                without("process.args", "process.args"),
                without("mounts[0].destination", "mounts[0].destination"),
                set("ociVersion", 1),
                set("ociVersion", "99.0.0"),
                set("ociVersion", ""),
                set("root", "rootfs"),
                set("root.path", ""),
                set("root.path", "nowhere"),
                set("root.path", "config.json"),
                set("root.path", "root\0fs"),
                set("root.readonly", "yes"),
                set("process", List.of()),
                set("process.args", List.of()),
                set("process.args", "true"),
                set("process.args", List.of("")),
                set("process.args", List.of("a\0b")),
                set("process.cwd", ""),
                set("process.cwd", "relative"),
                set("process.cwd", "/probe"),
                set("process.env", List.of("A\0=1")),
                set("process.user.uid", -1),
                set("process.user.uid", "0"),
                set("process.user.uid", 4294967295L),
                set("process.user.gid", 1.5),
                set("process.user.umask", 65536),
                set("process.oomScoreAdj", 1001),
                set("process.capabilities.bounding", "ALL"),
                set("process.rlimits.+", Map.of("type", "RLIMIT_NOFILE", "soft", 1, "hard", 1)),
                set("process.rlimits.+", Map.of("type", "RLIMIT_CORE", "soft", 2, "hard", 1)),
                set("process.rlimits.+", Map.of("type", "RLIMIT_NOTHING", "soft", 1, "hard", 1)),
                set("process.terminal", 1),
                set("hostname", "x".repeat(65)),
                set("hostname", "a\0b"),
                set("mounts.+", Map.of("destination", "/a", "type", "no-such-fs", "source", "x")),
                set("mounts.+", Map.of("destination", "/a", "source", "/no/such", "options", List.of("bind"))),
                set(
                        "mounts.+",
                        Map.of(
                                "destination",
                                "/proc",
                                "type",
                                "tmpfs",
                                "source",
                                "tmpfs",
                                "options",
                                List.of("size=nonsense"))),
                set("mounts.+", Map.of("destination", "/a\0b", "type", "tmpfs", "source", "tmpfs")),
                set("linux.namespaces.+", Map.of("type", "pid")),
                set("linux.namespaces.+", Map.of("type", "nothing")),
                set("linux.namespaces.+", Map.of("type", "user", "path", "/no/such")),
                set("linux.namespaces[1]", Map.of("type", "network", "path", "/no/such")),
                set("linux.namespaces[1]", Map.of("type", "network", "path", "/proc/self/ns/uts")),
                set("linux.namespaces", Map.of()),
                set("linux.uidMappings", List.of(Map.of("containerID", 0, "hostID", 0, "size", 1))),
                set("linux.sysctl", Map.of("kernel.panic", "1")),
                set("linux.sysctl", Map.of("net.no_such", "1")),
                set("linux.sysctl", Map.of("net/../kernel/panic", "1")),
                set("linux.cgroupsPath", "/a/../../b"),
                set("linux.cgroupsPath", "a:b:c"),
                set("linux.resources.memory.limit", 1048576),
                set("linux.resources.pids.limit", "many"),
                set("linux.devices.+", Map.of("path", "/dev/x", "type", "z", "major", 1, "minor", 3)),
                set("linux.devices.+", Map.of("path", "relative", "type", "c", "major", 1, "minor", 3)),
                set("linux.maskedPaths.+", "relative"),
                set("linux.readonlyPaths.+", "/proc/../sys"),
                set("linux.rootfsPropagation", "sideways"),
                set("linux.seccomp", Map.of("defaultAction", "SCMP_ACT_NOTHING")),
                set(
                        "linux.seccomp",
                        Map.of("defaultAction", "SCMP_ACT_ALLOW", "architectures", List.of("SCMP_ARCH_VAX"))),
                set("hooks.prestart.+", Map.of("path", "relative")),
                set("hooks.prestart.+", Map.of("path", "/no/such")),
                set("hooks.prestart.+", Map.of("path", "/bin/true", "timeout", -1)),
                set("hooks.createRuntime.+", Map.of("path", "/bin/false")));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("configs")
    void aBadConfigIsRefused(Case test) throws IOException {
        Files.writeString(good.file(), test.config);
        HostState before = HostState.of(jpod);
        refused(before, test.place, jpod.call("run", "-b", good.dir().toString(), jpod.id()), 1);
    }

    private static void refused(HostState before, String place, Jpod.Call call, int lines) {
        Result result = call.run();
        assertThat(result.code()).as("%s", result).isEqualTo(1);
        assertThat(result.out()).as("%s", result).isEmpty();
        assertThat(result.err().lines()).as("%s", result).hasSize(lines);
        assertThat(result.err())
                .as("%s", result)
                .contains(place)
                .doesNotContain("Exception")
                .doesNotContain("io.jpod");
        assertThat(HostState.lastingChanges(jpod, before, false))
                .as("left behind by %s", result)
                .isEmpty();
    }

    static Stream<String> ids() {
        return Stream.of(
                "..", ".", "", "/", "a/b", "../x", "a b", "a*", "a\nb", "\u00e4", "x".repeat(256), "x".repeat(5000));
    }

    @ParameterizedTest
    @MethodSource("ids")
    void aBadIdIsRefusedByEveryCommand(String id) throws IOException {
        good.args("/probe", "true");
        for (String command :
                List.of("create", "state", "start", "kill", "delete", "delete -f", "exec", "ps", "pause")) {
            List<String> words = new ArrayList<>(List.of(command.split(" ")));
            if (command.equals("create")) {
                words.addAll(List.of("-b", good.dir().toString()));
            }
            words.add(id);
            if (command.equals("exec")) {
                words.add("/probe");
            }
            HostState before = HostState.of(jpod);
            Result result = jpod.run(words.toArray(String[]::new));
            assertThat(result.code()).as("%s", result).isIn(1, 255);
            assertThat(result.err().lines()).as("%s", result).hasSize(1);
            assertThat(result.err()).contains("invalid container ID");
            assertThat(HostState.lastingChanges(jpod, before, false))
                    .as("left behind by %s", result)
                    .isEmpty();
        }
    }

    static Stream<List<String>> commandLines() {
        return Stream.of(
                List.of("--no-such"),
                List.of("no-such"),
                List.of("state"),
                List.of("state", "a", "b"),
                List.of("state", "--no-such", "a"),
                List.of("create", "-x"),
                List.of("list", "-f", "xml"),
                List.of("create", "--preserve-fds", "many", "a"),
                List.of("--log-format", "xml", "list"),
                List.of("--systemd-cgroup", "list"),
                List.of("--rootless", "true", "list"),
                List.of("run", "--rootfs"),
                List.of("run", "--rootfs", "/", "--bundle", "/", "--", "true"));
    }

    @ParameterizedTest
    @MethodSource("commandLines")
    void aBadCommandLineIsRefusedWithAHint(List<String> words) {
        HostState before = HostState.of(jpod);
        refused(before, "Try 'jpod", jpod.call(words.toArray(String[]::new)), 2);
    }

    @Test
    void whatCannotBeHadIsNamed() throws IOException {
        good.args("/probe", "true");
        HostState before = HostState.of(jpod);
        String bundle = good.dir().toString();
        refused(before, "/no/such", jpod.call("create", "-b", "/no/such", jpod.id()), 1);
        refused(before, "/dev/null", jpod.call("create", "-b", "/dev/null", jpod.id()), 1);
        refused(before, "config.json", jpod.call("create", "-b", "/usr", jpod.id()), 1);
        refused(before, "descriptor 3", jpod.call("create", "-b", bundle, "--preserve-fds", "1", jpod.id()), 1);
        refused(before, "--preserve-fds", jpod.call("create", "-b", bundle, "--preserve-fds", "-1", jpod.id()), 1);
        refused(before, "console", jpod.call("create", "-b", bundle, "--console-socket", "/no/such", jpod.id()), 1);
        refused(before, "/no/such/pid", jpod.call("create", "-b", bundle, "--pid-file", "/no/such/pid", jpod.id()), 1);
        refused(
                before,
                "/no/such/socket",
                jpod.call("create", "-b", bundle, "--pidfd-socket", "/no/such/socket", jpod.id()),
                1);
        refused(
                before,
                "/proc/root",
                jpod.call("--root", "/proc/root", "create", "-b", bundle, jpod.id())
                        .bare(),
                1);
        good.args("/no-such-program");
        refused(before, "/no-such-program", jpod.call("run", "-b", bundle, jpod.id()), 1);
        good.args("no-such-program");
        refused(before, "no-such-program", jpod.call("run", "-b", bundle, jpod.id()), 1);
        Files.delete(good.file());
        Files.createDirectory(good.file());
        refused(before, "config.json", jpod.call("run", "-b", bundle, jpod.id()), 1);
        Files.delete(good.file());
        Files.createSymbolicLink(good.file(), Path.of("config.json"));
        refused(before, "config.json", jpod.call("run", "-b", bundle, jpod.id()), 1);
        Files.delete(good.file());
    }

    // ---- pods

    /** A pod that is there, with one container that runs, and a container that has ended. */
    private static TestPod busy;

    private static String running;

    private static synchronized TestPod busy() throws IOException {
        if (busy == null) {
            busy = TestPod.create(jpod, "--share", "+pid");
            running = busy.start();
        }
        return busy;
    }

    /** {@code POD} stands for a pod that is there, {@code RUNNING} for its container, {@code NEW} for a name that is free. */
    static Stream<List<String>> podCommandLines() {
        return Stream.of(
                        "in use | pod create POD --network none",
                        "in use | run --pod new:POD",
                        "invalid pod name | pod create ..",
                        "invalid pod name | pod create a/b",
                        "invalid pod name | pod create .hidden",
                        "invalid pod name | pod create --name a:b",
                        "invalid pod name | run --pod new:../x",
                        "two names | pod create --name a b",
                        "no pod with name or ID NEW | run --pod NEW",
                        "no pod with name or ID NEW | pod rm NEW",
                        "no pod with name or ID NEW | pod rm NEW",
                        "no pod with name or ID ../x | pod rm ../x",
                        "say which pods | pod rm",
                        "--all and names | pod rm --all POD",
                        "has running containers (RUNNING) | pod rm POD",
                        "has running containers (RUNNING) | pod rm --all",
                        "--share: must be some of | pod create NEW --share nothing",
                        "--share: must be some of | pod create NEW --share +ipc,mount",
                        "--share: must be some of | pod create NEW --share mnt",
                        "--share: net contradicts --network host | pod create NEW --network host --share net",
                        "--share: ipc contradicts --ipc host | pod create NEW --ipc host --share ipc,uts",
                        "--share: pid contradicts --pid host | pod create NEW --pid host --share +pid",
                        "--share: user contradicts --userns host | pod create NEW --userns host --share +user",
                        "--share: none excludes | pod create NEW --share none,ipc",
                        "--userns: must be | pod create NEW --userns keep-id",
                        "--ipc: must be host | pod create NEW --ipc container:RUNNING",
                        "--uts: must be host | pod create NEW --uts private",
                        "--pid: must be host | pod create NEW --pid x",
                        "--hostname: needs uts | pod create NEW --share ipc --hostname h",
                        "--hostname | pod create NEW --hostname a_b",
                        "--hostname | pod create NEW --hostname -a",
                        "--hostname | pod create NEW --hostname LONG",
                        "--shm-size: needs ipc | pod create NEW --share net --shm-size 1m",
                        "--shm-size | pod create NEW --shm-size big",
                        "--shm-size | pod create NEW --shm-size -1",
                        "--shm-size | pod create NEW --shm-size 0",
                        "--memory | pod create NEW --memory lots",
                        "--cpus | pod create NEW --cpus 0",
                        "--cpus | pod create NEW --cpus x",
                        "Try 'jpod pod | pod create NEW --pids-limit x",
                        "--cgroup-parent | pod create NEW --cgroup-parent a/../..",
                        "--cgroup-parent | pod create NEW --cgroup-parent /",
                        "--sysctl: vm.overcommit_memory | pod create NEW --sysctl vm.overcommit_memory=1",
                        "--sysctl: kernel.hostname | pod create NEW --sysctl kernel.hostname=x",
                        "--sysctl: net.core.somaxconn | pod create NEW --share ipc --sysctl net.core.somaxconn=1",
                        "--sysctl: must be KEY=VALUE | pod create NEW --sysctl net.core.somaxconn",
                        "net.core.somaxconn | pod create NEW --network none --sysctl net.core.somaxconn=x",
                        "--dns | pod create NEW --dns example.org",
                        "--dns | pod create NEW --dns 1.2.3",
                        "--dns | pod create NEW --dns 1.2.3.256",
                        "--add-host: must be HOST:ADDRESS | pod create NEW --add-host db",
                        "--add-host | pod create NEW --add-host db:example",
                        "--label | pod create NEW --label =x",
                        "--volume | pod create NEW --volume x",
                        "--network: containers of pod POD | run --pod POD --network none",
                        "--network: containers of pod POD | run --pod POD --network host",
                        "--ipc: containers of pod POD | run --pod POD --ipc private",
                        "--uts: containers of pod POD | run --pod POD --uts host",
                        "--pid: containers of pod POD | run --pod POD --pid container:RUNNING",
                        "--hostname: containers of pod POD | run --pod POD --hostname h",
                        "--cgroup-parent: the pod's | run --pod POD --cgroup-parent /x",
                        "--network: there is no container NEW | run --network container:NEW",
                        "--ipc: must be private | run --ipc shareable",
                        "--uts: there is no container | run --uts container:",
                        "--hostname: the name is that of --uts | run --uts host --hostname h",
                        "RUNNING | run --pod POD --name RUNNING",
                        "Try 'jpod pod | pod create a b",
                        "Try 'jpod pod | pod create --no-such",
                        "Try 'jpod pod | pod no-such",
                        "Try 'jpod pod | pod")
                .map(line -> List.of(line.split(" \\| ")));
    }

    @ParameterizedTest
    @MethodSource("podCommandLines")
    void aBadPodIsRefused(List<String> test) throws IOException {
        TestPod pod = busy();
        List<String> words = new ArrayList<>();
        for (String word : filled(test.getLast(), pod).split(" ")) {
            words.add(word);
        }
        if (words.contains("run")) {
            words.addAll(List.of("--rootfs", jpod.dir.resolve("rootfs").toString(), "--", "/probe", "true"));
        }
        String place = filled(test.getFirst(), pod);
        HostState before = HostState.of(jpod);
        refused(
                before,
                place,
                jpod.call(words.toArray(String[]::new)),
                place.startsWith("Try") || place.startsWith("two") ? 2 : 1);
        assertThat(pod.status()).isEqualTo("Running");
    }

    private static String filled(String text, TestPod pod) {
        return text.replace("POD", pod.name())
                .replace("RUNNING", running)
                .replace("NEW", jpod.token + "-new")
                .replace("LONG", "x".repeat(65));
    }

    @Test
    void aPodThatWasCutOffCanOnlyBeRemoved() throws IOException {
        TestPod pod = TestPod.create(jpod);
        Files.writeString(pod.directory().resolve("pod.json"), "{");
        HostState before = HostState.of(jpod);
        refused(before, "pod " + pod.name(), TestPod.run(jpod, List.of("--pod", pod.name()), "true"), 1);
        assertThat(pod.status()).isEqualTo("Error");
        pod.remove().ok();
        assertThat(pod.directory()).doesNotExist();
        assertThat(jpod.run("doctor").ok().out()).isEqualTo("nothing is left over\n");
        for (String top : List.of("/sys/fs/cgroup", "/sys/fs/cgroup/unified")) {
            assertThat(Path.of(top, "jpod/pods", pod.name())).doesNotExist();
        }
    }

    @Test
    void aPodThatIsRemovedMeanwhileIsNotJoined() throws IOException {
        TestPod pod = TestPod.create(jpod);
        pod.remove().ok();
        HostState before = HostState.of(jpod);
        refused(
                before,
                "no pod with name or ID " + pod.name(),
                TestPod.run(jpod, List.of("--pod", pod.name()), "true"),
                1);
    }

    @Test
    void whoIsNotRootIsToldSo() throws IOException {
        Bundle bundle = jpod.probe("true");
        HostState before = HostState.of(jpod);
        Path root = jpod.newDir("nobody");
        new ProcessBuilder("chown", "65534", root.toString()).start().onExit().join();
        Result result = jpod.call(
                        "--root", root.toString(), "run", "-b", bundle.dir().toString(), jpod.id())
                .through("setpriv", "--reuid", "65534", "--clear-groups", "--bounding-set", "-all")
                .oneShot()
                .bare()
                .run();
        assertThat(result.code()).as("%s", result).isEqualTo(1);
        assertThat(result.err().lines()).as("%s", result).hasSize(1);
        assertThat(result.err()).doesNotContain("Exception");
        assertThat(root).isEmptyDirectory();
        assertThat(HostState.lastingChanges(jpod, before, false)).isEmpty();
    }
}
