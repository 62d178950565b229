package io.jpod.container;

import static io.jpod.container.Bundle.map;
import static io.jpod.container.Bundle.mount;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** New namespaces, and given ones. */
class NamespaceTest extends ContainerTests {
    @Test
    void theListedOnesAreNewAndTheOthersTheHosts() throws IOException {
        Bundle bundle = bundle("ns");
        bundle.namespace("type", "cgroup");
        List<String> inside = run(bundle).lines().toList();
        for (String name : List.of("pid", "mnt", "ipc", "uts", "net", "cgroup", "user", "time")) {
            String ours = name + " " + Files.readSymbolicLink(Path.of("/proc/self/ns/" + name));
            assertThat(inside.contains(ours))
                    .as(name)
                    .isEqualTo(Stream.of("user", "time").anyMatch(name::equals));
        }
    }

    @Test
    void aUserNamespaceMapsIds() throws IOException {
        Bundle bundle = bundle(
                "id", "+", "cat", "/proc/self/uid_map", "+", "stat", "/", "+", "oom-score", "+", "write", "/new", "x");
        bundle.userNamespace()
                .set("process.oomScoreAdj", 77)
                .set("process.user", map("uid", 0, "gid", 0, "additionalGids", List.of(9)));
        bundle.set("process.capabilities", map("bounding", List.of("CAP_KILL")));
        assertThat(run(bundle)).isEqualTo("""
                uid 0 0 0
                gid 0 0 0
                groups 9
                         0     100000      65536
                dir 0755 0 0 0:0 /
                77
                """);
        assertThat(Files.getAttribute(bundle.rootfs.resolve("new"), "unix:uid")).isEqualTo(100_000);
    }

    @Test
    void aUserOfAUserNamespace() throws IOException {
        Bundle bundle = bundle("id", "+", "caps", "+", "stat", "/dev/null", "+", "write", "/dev/null", "x");
        bundle.userNamespace()
                .set("process.user", map("uid", 1000, "gid", 1000))
                .set("process.noNewPrivileges", true);
        bundle.set("linux.seccomp", map("defaultAction", "SCMP_ACT_ALLOW"));
        assertThat(run(bundle).lines())
                .contains("uid 1000 1000 1000", "CapEff 0000000000000000", "NoNewPrivs 1", "Seccomp 2")
                .anyMatch(line -> line.startsWith("char 0666 ") && line.endsWith(" 1:3 /dev/null"));
    }

    @Test
    void everythingElseInAUserNamespace() throws IOException {
        Bundle bundle = bundle(
                "hostname",
                "+",
                "cat",
                "/proc/sys/net/ipv4/ip_default_ttl",
                "+",
                "cat",
                "/proc/uptime",
                "+",
                "ls",
                "/secret",
                "+",
                "write",
                "/proc/sys/kernel/x",
                "1");
        bundle.userNamespace().namespace("type", "time").namespace("type", "cgroup");
        bundle.set("hostname", "inner").set("linux.sysctl", map("net.ipv4.ip_default_ttl", "70"));
        bundle.set("linux.timeOffsets", map("boottime", map("secs", 1_000_000_000)));
        bundle.mount(mount("/sys", "sysfs", "sysfs", "ro")).mount(mount("/dev/pts", "devpts", "devpts", "newinstance"));
        bundle.mount(mount("/dev/mqueue", "mqueue", "mqueue")).mount(mount("/sys/fs/cgroup", "cgroup", "cgroup", "ro"));
        bundle.set("linux.maskedPaths", List.of("/secret", "/proc/meminfo"))
                .set("linux.readonlyPaths", List.of("/proc/sys"));
        write(bundle.rootfs.resolve("secret/key"), "x");
        List<String> lines = run(bundle, 1).lines().toList();
        assertThat(lines.subList(0, 2)).containsExactly("inner", "70");
        assertThat(lines.get(2)).startsWith("100");
        assertThat(lines).hasSize(4).last().asString().contains("/proc/sys/kernel/x");
    }

    @Test
    void execInAUserNamespace() throws IOException {
        Bundle bundle = bundle("sleep", "1000").userNamespace();
        Container container = start(bundle, "c").container();
        Bundle process = bundle("id", "+", "pids", "+", "ns", "+", "oom-score");
        process.set("process.user", map("uid", 5, "gid", 6)).set("process.oomScoreAdj", 5);
        assertThat(exec(container, process).lines())
                .startsWith("uid 5 5 5", "gid 6 6 6")
                .contains("pid 2", "5")
                .contains("user " + Files.readSymbolicLink(Path.of("/proc/" + container.pid() + "/ns/user")));
    }

    @Test
    void namespacesThatAreJoinedByPath() throws IOException {
        Bundle first = bundle("sleep", "1000");
        first.namespace("type", "time").namespace("type", "cgroup");
        int pid = start(first.set("hostname", "first"), "first").container().pid();
        Bundle second = bundle("ns", "+", "hostname", "+", "pids");
        List<String> joined = List.of("pid", "ipc", "uts", "network", "time", "cgroup");
        for (String type : joined) {
            second.namespace("type", type, "path", "/proc/" + pid + "/ns/" + file(type));
        }
        List<String> lines = run(second).lines().toList();
        for (String type : joined) {
            assertThat(lines)
                    .contains(file(type) + " " + Files.readSymbolicLink(Path.of("/proc/" + pid + "/ns/" + file(type))));
        }
        assertThat(lines)
                .contains("first", "pid 2")
                .doesNotContain("mnt " + Files.readSymbolicLink(Path.of("/proc/" + pid + "/ns/mnt")));
    }

    @Test
    void aUserNamespaceThatIsJoinedByPath() throws IOException {
        int pid = start(bundle("sleep", "1000").userNamespace(), "first")
                .container()
                .pid();
        Bundle second = bundle("id", "+", "ns");
        Files.setAttribute(second.rootfs, "unix:uid", 100_000);
        second.namespace("type", "user", "path", "/proc/" + pid + "/ns/user");
        second.namespace("type", "pid", "path", "/proc/" + pid + "/ns/pid");
        assertThat(run(second).lines())
                .startsWith("uid 0 0 0")
                .contains("user " + Files.readSymbolicLink(Path.of("/proc/" + pid + "/ns/user")));
    }

    @Test
    void clocksOfATimeNamespace() {
        Bundle bundle = bundle("cat", "/proc/uptime", "+", "cat", "/proc/self/timens_offsets");
        bundle.namespace("type", "time");
        bundle.set(
                "linux.timeOffsets",
                map("boottime", map("secs", 2_000_000_000), "monotonic", map("secs", 7, "nanosecs", 8)));
        assertThat(run(bundle))
                .startsWith("200")
                .containsPattern("monotonic +7 +8\n")
                .containsPattern("boottime +2000000000 +0\n");
    }

    private static String file(String type) {
        return type.equals("network") ? "net" : type;
    }
}
