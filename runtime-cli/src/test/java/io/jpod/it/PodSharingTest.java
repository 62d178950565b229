package io.jpod.it;

import static io.jpod.it.TestPod.common;
import static io.jpod.it.TestPod.namespaces;
import static org.assertj.core.api.Assertions.assertThat;

import io.jpod.testing.Await;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What containers of a pod share: the kernel says so, it can be used, and nobody outside has it. */
@Tag("root")
class PodSharingTest extends JpodTests {
    private static TestPod pod(String... options) {
        return TestPod.create(jpod, options);
    }

    private static String plain(String... options) {
        return TestPod.start(jpod, List.of(options));
    }

    private static Result exec(String id, String... words) {
        return TestPod.exec(jpod, id, words);
    }

    private static String says(String id, String... words) {
        return exec(id, words).ok().out().strip();
    }

    private static String fails(String id, String... words) {
        return exec(id, words).ended(1).err().strip();
    }

    /** A server in a container; it answers. */
    private static void serve(String id, String... address) {
        // Not detached: its end would have to wait for the host's process 1 to reap it.
        List<String> words = new ArrayList<>(List.of("exec", id, "/probe", "serve"));
        words.addAll(List.of(address));
        Jpod.awaitText(jpod.call(words.toArray(String[]::new)).start().out(), "listening");
    }

    private static Map<String, String> ofHost() {
        return namespaces(ProcessHandle.current().pid());
    }

    // ---- by inode

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            # options | shared by the containers | the host's
            `` | ipc,net,uts | time,user
            --share ipc | ipc | time,user
            --share net,uts | net,uts | time,user
            --share +pid | ipc,net,pid,uts | time,user
            --share pid | pid | time,user
            --share +cgroup | cgroup,ipc,net,uts | time,user
            --share none | `` | time,user
            --userns auto | ipc,net,user,uts | time
            --share user | user | time
            --share +user,pid | ipc,net,pid,user,uts | time
            --share cgroup,ipc,net,pid,user,uts | cgroup,ipc,net,pid,user,uts | time
            --network host | ipc,uts | net,time,user
            --ipc host --uts host --pid host | net | ipc,pid,time,user,uts
            --network host --ipc host --uts host --pid host | `` | ipc,net,pid,time,user,uts
            --network host --share ipc,pid | ipc,pid | net,time,user
            """, quoteCharacter = '`')
    void theKernelAgrees(String options, String shared, String host) {
        TestPod pod = pod(options.isEmpty() ? new String[0] : options.split(" "));
        Map<String, String> first = namespaces(jpod, pod.start());
        Map<String, String> second = namespaces(jpod, pod.start());
        Map<String, String> third = namespaces(jpod, pod.start());
        assertThat(common(first, ofHost())).isEqualTo(words(host));
        Set<String> same = words(shared);
        same.addAll(words(host));
        assertThat(common(first, second)).isEqualTo(same);
        assertThat(common(second, third)).isEqualTo(same);
        assertThat(pod.pins().keySet()).isEqualTo(words(shared));
        assertThat(first).containsAllEntriesOf(pod.pins());
        String outsider = plain();
        Set<String> common = common(namespaces(jpod, outsider), first);
        assertThat(Set.of("time", "user")).containsAll(common);
        assertThat(pod.pins()).doesNotContainKeys(common.toArray(String[]::new));
        jpod.run("delete", "--force", outsider).ok();
        pod.remove().ok();
    }

    private static Set<String> words(String text) {
        return new TreeSet<>(text.isEmpty() ? List.of() : List.of(text.split(",")));
    }

    @Test
    void namespacesLiveWithoutAnyProcess() {
        TestPod pod = pod();
        String first = pod.start();
        String second = pod.start("sysv-shm", "make", "0x10", "kept", "+", "sleep", "1000");
        Map<String, String> before = namespaces(jpod, first);
        jpod.awaitStatus(second, "running");
        for (String id : List.of(first, second)) {
            jpod.run("kill", id, "KILL").ok();
            jpod.awaitStatus(id, "stopped");
            jpod.run("delete", id).ok();
        }
        String third = pod.start();
        assertThat(common(namespaces(jpod, third), before)).contains("ipc", "net", "uts");
        assertThat(says(third, "sysv-shm", "read", "0x10")).isEqualTo("kept");
        pod.remove().ok();
    }

    @Test
    void otherProgramsCanEnterThePins() {
        TestPod pod = pod("--share", "+pid", "--userns", "auto");
        Path ns = pod.directory().resolve("ns");
        List<String> words = new ArrayList<>(List.of("nsenter"));
        pod.pins().keySet().forEach(type -> words.add("--" + type + "=" + ns.resolve(type)));
        words.addAll(List.of(Jpod.HOME.resolve("test-rootfs/out/probe/probe").toString(), "hostname"));
        assertThat(jpod.program(words).run().ok().out().strip()).isEqualTo(pod.name());
        pod.remove().ok();
    }

    @Test
    void execIsInThePodToo() {
        TestPod pod = pod("--share", "+pid,cgroup", "--userns", "auto");
        String id = pod.start();
        String links = says(id, "ns");
        assertThat(pod.pins().keySet()).isEqualTo(words("cgroup,ipc,net,pid,user,uts"));
        assertThat(links).contains(pod.pins().values());
        pod.remove().ok();
    }

    @Test
    void runMakesThePodFirst() {
        String name = jpod.id();
        String id = plain("--pod", "new:" + name);
        TestPod pod = new TestPod(jpod, name);
        assertThat(namespaces(jpod, id)).containsAllEntriesOf(pod.pins());
        assertThat(pod.status()).isEqualTo("Running");
        pod.remove().ok();
    }

    // ---- by use

    /** The same for those inside, nothing to those outside: another pod, and a container of no pod. */
    private static final class Neighbours implements AutoCloseable {
        final TestPod pod;
        final TestPod other;
        final String first;
        final String second;
        final List<String> outside;

        Neighbours(String... options) {
            pod = pod(options);
            other = pod(options);
            first = TestPod.start(jpod, List.of("--pod", pod.name(), "--cap-add", "SYS_ADMIN"));
            second = pod.start();
            outside = List.of(other.start(), plain());
        }

        @Override
        public void close() {
            pod.remove().ok();
            other.remove().ok();
            jpod.run("delete", "--force", outside.getLast()).ok();
        }
    }

    @ParameterizedTest
    @CsvSource({"host", "auto"})
    void ipcIsThePods(String user) {
        try (Neighbours of = new Neighbours("--userns", user)) {
            exec(of.first, "sysv-shm", "make", "1", "hello").ok();
            exec(of.first, "sysv-sem", "make", "2", "+", "sysv-sem", "post", "2")
                    .ok();
            exec(of.first, "sysv-msg", "make", "3", "+", "sysv-msg", "send", "3", "dear")
                    .ok();
            exec(of.first, "mqueue", "make", "/q", "+", "mqueue", "send", "/q", "neighbour")
                    .ok();
            exec(of.first, "write", "/dev/shm/file", "of all").ok();
            for (String outsider : of.outside) {
                assertThat(fails(outsider, "sysv-shm", "read", "1")).endsWith("ENOENT");
                assertThat(fails(outsider, "sysv-sem", "value", "2")).endsWith("ENOENT");
                assertThat(fails(outsider, "sysv-msg", "receive", "3")).endsWith("ENOENT");
                assertThat(fails(outsider, "mqueue", "receive", "/q")).endsWith("ENOENT");
                assertThat(says(outsider, "ls", "/dev/shm", "+", "ls", "/dev/mqueue"))
                        .isEmpty();
                exec(outsider, "sysv-shm", "make", "1", "own").ok();
            }
            assertThat(says(of.second, "sysv-shm", "read", "1")).isEqualTo("hello");
            exec(of.second, "sysv-shm", "write", "1", "and back").ok();
            assertThat(says(of.first, "sysv-shm", "read", "1")).isEqualTo("and back");
            assertThat(says(of.second, "sysv-sem", "value", "2")).isEqualTo("1");
            exec(of.second, "sysv-sem", "wait", "2").ok();
            assertThat(says(of.first, "sysv-sem", "value", "2")).isEqualTo("0");
            assertThat(says(of.second, "sysv-msg", "receive", "3")).isEqualTo("dear");
            assertThat(fails(of.first, "sysv-msg", "receive", "3")).endsWith("ENOMSG");
            assertThat(says(of.second, "ls", "/dev/mqueue")).isEqualTo("q");
            assertThat(says(of.second, "mqueue", "receive", "/q")).isEqualTo("neighbour");
            assertThat(says(of.second, "cat", "/dev/shm/file")).isEqualTo("of all");
        }
    }

    @Test
    void aSemaphoreWakesTheNeighbour() {
        TestPod pod = pod();
        String first = pod.start("sysv-sem", "make", "9", "+", "sysv-sem", "wait", "9", "+", "exit", "7");
        String second = pod.start();
        Await.until(() -> exec(second, "sysv-sem", "value", "9").code() == 0, () -> "no semaphore");
        assertThat(jpod.status(first)).isEqualTo("running");
        exec(second, "sysv-sem", "post", "9").ok();
        jpod.awaitStatus(first, "stopped");
        assertThat(jpod.run("wait", first).ok().out().strip()).isEqualTo("7");
        pod.remove().ok();
    }

    @ParameterizedTest
    @CsvSource({"host", "auto"})
    void theNetworkIsThePods(String user) {
        try (Neighbours of = new Neighbours("--userns", user)) {
            String[][] addresses = {
                {"tcp", "127.0.0.1", "80"},
                {"tcp", "::1", "80"},
                {"udp", "127.0.0.1", "53"},
                {"udp", "::1", "53"},
                {"unix", "abstract"}
            };
            for (String[] address : addresses) {
                serve(of.first, address);
                String[] call = concat(new String[] {"call"}, address, new String[] {"hi"});
                String[] serve = concat(new String[] {"serve"}, address);
                assertThat(says(of.second, call)).isEqualTo("got hi");
                assertThat(fails(of.second, serve)).isEqualTo("serve: bind: EADDRINUSE");
                for (String outsider : of.outside) {
                    assertThat(fails(outsider, call)).endsWith("ECONNREFUSED");
                    serve(outsider, address);
                }
            }
        }
    }

    private static String[] concat(String[]... parts) {
        return Stream.of(parts).flatMap(Stream::of).toArray(String[]::new);
    }

    @Test
    void loopbackIsUpBeforeTheFirstContainer() {
        TestPod pod = pod();
        String flags = jpod.program(List.of(
                        "nsenter",
                        "--net=" + pod.directory().resolve("ns/net"),
                        "cat",
                        "/proc/self/net/if_inet6",
                        "/proc/self/net/fib_trie"))
                .run()
                .ok()
                .out();
        assertThat(flags).contains("00000000000000000000000000000001").contains("127.0.0.1");
        pod.remove().ok();
    }

    @ParameterizedTest
    @CsvSource({"host", "auto"})
    void theHostnameIsThePods(String user) {
        try (Neighbours of = new Neighbours("--userns", user, "--hostname", "both")) {
            assertThat(says(of.first, "hostname")).isEqualTo("both");
            assertThat(says(of.second, "env")).contains("HOSTNAME=both");
            exec(of.first, "hostname", "changed").ok();
            assertThat(says(of.second, "hostname")).isEqualTo("changed");
            assertThat(fails(of.second, "hostname", "mine")).endsWith("EPERM");
            assertThat(says(of.outside.getFirst(), "hostname")).isEqualTo("both");
            assertThat(says(of.outside.getLast(), "hostname")).isEqualTo(of.outside.getLast());
            assertThat(says(of.pod.start(), "hostname")).isEqualTo("changed");
        }
    }

    @Test
    void nothingIsSharedWithShareNone() {
        TestPod pod = pod("--share", "none");
        String first = pod.start();
        String second = pod.start();
        exec(first, "sysv-shm", "make", "1", "mine", "+", "write", "/dev/shm/file", "mine")
                .ok();
        serve(first, "tcp", "127.0.0.1", "80");
        assertThat(fails(second, "sysv-shm", "read", "1")).endsWith("ENOENT");
        assertThat(says(second, "ls", "/dev/shm")).isEmpty();
        assertThat(fails(second, "call", "tcp", "127.0.0.1", "80", "hi")).endsWith("ECONNREFUSED");
        assertThat(says(second, "ps")).hasLineCount(2);
        pod.remove().ok();
    }

    // ---- cgroups

    private static String cgroup(String id) throws IOException {
        return Files.readAllLines(Path.of("/proc/" + TestPod.pid(jpod, id) + "/cgroup")).stream()
                .filter(line -> line.startsWith("0::"))
                .findFirst()
                .orElseThrow()
                .substring(3);
    }

    @Test
    void containersAreLeavesOfThePodsCgroup() throws IOException {
        TestPod pod = pod("--share", "+pid");
        String id = pod.start();
        assertThat(cgroup(id)).isEqualTo("/jpod/pods/" + pod.name() + "/" + id);
        Path cgroup = Path.of(pod.record().text("cgroup"));
        assertThat(cgroup.resolve("cgroup.procs")).isEmptyFile();
        assertThat(cgroup.resolve("init/cgroup.procs")).hasContent(Long.toString(pod.init()));
        assertThat(cgroup.resolve(id + "/cgroup.procs")).hasContent(Long.toString(TestPod.pid(jpod, id)));
        pod.remove().ok();
        assertThat(cgroup).doesNotExist();
    }

    @Test
    void aSharedCgroupNamespaceBeginsAtThePod() {
        TestPod pod = pod("--share", "+cgroup");
        String first = pod.start();
        assertThat(says(first, "cat", "/proc/self/cgroup")).contains("0::/" + first);
        String own = plain();
        assertThat(says(own, "cat", "/proc/self/cgroup")).endsWith("0::/");
        pod.remove().ok();
        jpod.run("delete", "--force", own).ok();
    }

    // ---- files

    @Test
    void filesStayApartUnlessAVolumeJoinsThem() throws IOException {
        Path volume = jpod.newDir("volume");
        TestPod pod = pod("--volume", volume + ":/both");
        List<String> ids = new ArrayList<>();
        for (Bundle bundle : List.of(jpod.probe(), jpod.probe())) {
            String id = jpod.id();
            jpod.run(
                            "run",
                            "-d",
                            "--name",
                            id,
                            "--pod",
                            pod.name(),
                            "--rootfs",
                            bundle.rootfs().toString(),
                            "--",
                            "/probe",
                            "sleep",
                            "1000")
                    .ok();
            ids.add(id);
        }
        exec(ids.getFirst(), "write", "/mine", "x", "+", "write", "/both/ours", "y")
                .ok();
        assertThat(fails(ids.getLast(), "cat", "/mine")).endsWith("ENOENT");
        assertThat(says(ids.getLast(), "cat", "/both/ours")).isEqualTo("y");
        assertThat(volume.resolve("ours")).hasContent("y");
        pod.remove().ok();
        assertThat(volume.resolve("ours")).hasContent("y");
    }

    @Test
    void theFilesOfEtcAreThePods() {
        TestPod pod = pod(
                "--hostname",
                "web",
                "--dns",
                "192.0.2.1",
                "--dns-search",
                "example.org",
                "--dns-option",
                "ndots:2",
                "--add-host",
                "db:192.0.2.7");
        String first = pod.start();
        String second = pod.start();
        assertThat(says(first, "cat", "/etc/hostname")).isEqualTo("web");
        assertThat(says(first, "cat", "/etc/resolv.conf"))
                .isEqualTo("nameserver 192.0.2.1\nsearch example.org\noptions ndots:2");
        assertThat(says(first, "cat", "/etc/hosts"))
                .contains("127.0.0.1\tlocalhost")
                .contains("web " + pod.name())
                .contains("192.0.2.7\tdb");
        // One file, not a copy for each.
        exec(first, "write", "/etc/hosts", "192.0.2.8 other\n").ok();
        assertThat(says(second, "cat", "/etc/hosts")).isEqualTo("192.0.2.8 other");
        pod.remove().ok();
    }

    /** In one read: the kernel gives it only once. */
    private static String sysctl(String key) {
        return io.jpod.linux.Linux.readText("/proc/sys/" + key, 4096);
    }

    @Test
    void sysctlsAreThePodsAlone() {
        Map<String, String> wanted = Map.of(
                "net/core/somaxconn", "77",
                "net/ipv4/ip_unprivileged_port_start", "99",
                "kernel/shmmax", "1048576",
                "fs/mqueue/msg_max", "7",
                "kernel/domainname", "example.org");
        Map<String, String> host = new java.util.HashMap<>();
        List<String> options = new ArrayList<>();
        for (var sysctl : wanted.entrySet()) {
            host.put(sysctl.getKey(), sysctl(sysctl.getKey()));
            options.addAll(List.of("--sysctl", sysctl.getKey().replace('/', '.') + "=" + sysctl.getValue()));
        }
        TestPod pod = pod(options.toArray(String[]::new));
        for (String id : List.of(pod.start(), pod.start())) {
            wanted.forEach((key, value) ->
                    assertThat(says(id, "cat", "/proc/sys/" + key)).as(key).isEqualTo(value));
            assertThat(fails(id, "mqueue", "make", "/q", "8")).endsWith("EINVAL");
        }
        host.forEach((key, value) -> assertThat(sysctl(key)).as(key).isEqualTo(value));
        pod.remove().ok();
    }

    @Test
    void shmHasTheSizeThatWasAskedFor() throws IOException, InterruptedException {
        TestPod pod = pod("--shm-size", "1m");
        Bundle busybox = Bundle.busybox(jpod.newDir("busybox"));
        Result result = jpod.run(
                "run",
                "--pod",
                pod.name(),
                "--rootfs",
                busybox.rootfs().toString(),
                "--",
                "sh",
                "-c",
                "dd if=/dev/zero of=/dev/shm/x bs=1M count=1 && ! dd if=/dev/zero of=/dev/shm/y bs=1M count=1");
        assertThat(result.ok().err()).contains("No space left");
        assertThat(says(pod.start(), "stat", "/dev/shm", "+", "stat", "/dev/shm/x"))
                .startsWith("dir 1777 0 0 ")
                .contains("file 0644");
        pod.remove().ok();
    }

    @Test
    void whatWouldJoinIsExplained() {
        TestPod pod = pod();
        String plan = jpod.run("explain", "--pod", pod.name(), "--rootfs", jpod.dir.toString(), "--", "true")
                .ok()
                .out();
        assertThat(plan).contains("join network namespace", "join uts namespace", "make new namespaces mount  ");
    }
}
