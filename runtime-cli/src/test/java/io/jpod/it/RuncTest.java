package io.jpod.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The same bundles through runc and through jpod: a program that calls one must be able to call the other. Where they differ on
 * purpose, it is said here, beside the reason.
 */
@Tag("root")
@EnabledIf("isInstalled")
class RuncTest extends JpodTests {
    static boolean isInstalled() {
        return Files.exists(Path.of("/usr/sbin/runc"));
    }

    @AfterAll
    static void end() throws IOException {
        for (String id : runc("list", "-q").out().lines().toList()) {
            runc("delete", "-f", id);
        }
    }

    private static Jpod.Call runcCall(String... arguments) {
        List<String> words = new ArrayList<>();
        words.addAll(
                List.of("/usr/sbin/runc", "--root", jpod.dir.resolve("runc").toString()));
        words.addAll(List.of(arguments));
        return jpod.program(words);
    }

    private static Result runc(String... arguments) {
        return runcCall(arguments).run();
    }

    /** A variation of a bundle. */
    record Case(String name, Consumer<Config> change) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static final String[] LOOK = """
            echo ==id + id + pids + echo ==caps + caps + echo ==signals + signals + echo ==env + env + echo ==cwd + cwd
            + echo ==umask + umask + echo ==rlimits + rlimits + echo ==oom + oom-score + echo ==hostname + hostname
            + echo ==fds + fds + echo ==tty + tty + echo ==ns + ns + echo ==mounts + mounts + echo ==dev + ls /dev + stat /dev/null
            + stat /dev/tty + stat /dev/zero + stat /dev/ptmx + stat /dev/fd + stat /dev/stdin
            + stat /dev/shm + stat / + stat /proc + stat /sys
            """.strip().split("\\s+");

    private static final String[] TRY = {
        "/proc/kcore r",
        "/proc/keys r",
        "/proc/timer_list r",
        "/proc/latency_stats r",
        "/proc/sys/kernel/domainname w",
        "/proc/sysrq-trigger w",
        "/dev/kmsg r",
        "/dev/full w",
        "/dev/null w",
        "/sys/kernel/mm/ksm/run w",
        "/new w",
        "/dev/new w",
        "/dev/shm/new w",
        "/proc/self/oom_score_adj w"
    };

    private static Consumer<Config> set(String path, Object value) {
        return config -> config.set(path, value);
    }

    static List<Case> cases() {
        return List.of(
                new Case("as runc spec writes it", _ -> {}),
                new Case("writable root", set("root.readonly", false)),
                new Case(
                        "user",
                        config -> config.set("process.user.uid", 1000)
                                .set("process.user.gid", 1001)
                                .set("process.user.additionalGids", List.of(5, 44))),
                new Case("umask", set("process.user.umask", 63)),
                new Case("cwd", config -> config.set("process.cwd", "/new/dir").set("root.readonly", false)),
                new Case("environment", set("process.env", List.of("A=1", "B=", "PATH=/:/bin"))),
                new Case(
                        "program by PATH",
                        config -> config.set("process.env", List.of("PATH=/nowhere:/"))
                                .set("process.args[0]", "probe")),
                new Case(
                        "rlimits",
                        config -> config.set(
                                "process.rlimits",
                                List.of(
                                        Map.of("type", "RLIMIT_NOFILE", "hard", 512, "soft", 256),
                                        Map.of("type", "RLIMIT_CORE", "hard", 0, "soft", 0)))),
                new Case("no capabilities", config -> config.set("process.capabilities", Map.of())),
                new Case("ambient capabilities for a user", config -> {
                    for (String set : List.of("bounding", "effective", "permitted", "inheritable", "ambient")) {
                        config.set("process.capabilities." + set, List.of("CAP_NET_BIND_SERVICE", "CAP_KILL"));
                    }
                    config.set("process.user.uid", 1000);
                }),
                new Case("no_new_privs off", set("process.noNewPrivileges", false)),
                new Case("oom score", set("process.oomScoreAdj", 500)),
                new Case(
                        "host network, ipc and uts",
                        config -> config.set("hostname", null)
                                .remove("hostname")
                                .set("linux.namespaces", List.of(Map.of("type", "pid"), Map.of("type", "mount")))),
                new Case(
                        "host pids",
                        config -> config.remove("linux.namespaces[0]")
                                .set(
                                        "process.args",
                                        List.of("/probe", "id", "+", "caps", "+", "echo", "==ns", "+", "ns"))),
                new Case(
                        "no masks",
                        config -> config.set("linux.maskedPaths", List.of()).set("linux.readonlyPaths", List.of())),
                new Case(
                        "a volume",
                        config -> config.set(
                                "mounts.+",
                                Map.of(
                                        "destination",
                                        "/vol/a",
                                        "source",
                                        "/usr/share",
                                        "type",
                                        "bind",
                                        "options",
                                        List.of("rbind", "ro", "nosuid", "nodev")))),
                new Case(
                        "a file",
                        config -> config.set(
                                "mounts.+",
                                Map.of(
                                        "destination",
                                        "/etc/a/sentinel",
                                        "source",
                                        jpod.dir.resolve("sentinel").toString(),
                                        "type",
                                        "none",
                                        "options",
                                        List.of("bind", "ro")))),
                new Case(
                        "a tmpfs",
                        config -> config.set(
                                "mounts.+",
                                Map.of(
                                        "destination",
                                        "/scratch",
                                        "source",
                                        "tmpfs",
                                        "type",
                                        "tmpfs",
                                        "options",
                                        List.of("size=1m", "mode=1777", "noexec")))),
                new Case(
                        "devices",
                        config -> config.set(
                                "linux.devices",
                                List.of(
                                        Map.of(
                                                "path",
                                                "/dev/fuse",
                                                "type",
                                                "c",
                                                "major",
                                                10,
                                                "minor",
                                                229,
                                                "fileMode",
                                                438,
                                                "uid",
                                                1,
                                                "gid",
                                                2),
                                        Map.of("path", "/dev/a/b", "type", "c", "major", 1, "minor", 3)))),
                new Case(
                        "sysctl",
                        set("linux.sysctl", Map.of("net.ipv4.ip_default_ttl", "77", "kernel.shmmax", "123456"))),
                new Case("slave propagation", set("linux.rootfsPropagation", "rslave")),
                new Case(
                        "seccomp",
                        config -> config.set(
                                        "linux.seccomp",
                                        Config.parse(
                                                        "{\"defaultAction\": \"SCMP_ACT_ALLOW\", \"syscalls\": [{\"names\": [\"getcwd\"], \"action\": \"SCMP_ACT_ERRNO\"}]}")
                                                .root())
                                .set("process.args", List.of("/probe", "caps", "+", "cwd"))),
                new Case(
                        "user namespace",
                        config -> config.set("linux.namespaces.+", Map.of("type", "user"))
                                .set(
                                        "linux.uidMappings",
                                        List.of(Map.of("containerID", 0, "hostID", 100000, "size", 65536)))
                                .set(
                                        "linux.gidMappings",
                                        List.of(Map.of("containerID", 0, "hostID", 100000, "size", 65536)))),
                new Case("exit 7", set("process.args", List.of("/probe", "exit", "7"))),
                new Case("killed", set("process.args", List.of("/probe", "syscall", "0x3e", "1", "9"))),
                new Case("no such program", set("process.args", List.of("/no-such"))),
                new Case("no such program in PATH", set("process.args", List.of("no-such"))),
                new Case("a directory as program", set("process.args", List.of("/proc"))),
                new Case("a file that is no program", set("process.args", List.of("/text"))),
                new Case("a program without the right", set("process.args", List.of("/forbidden"))),
                new Case("a working directory that is a file", set("process.cwd", "/probe")),
                new Case(
                        "a working directory without the right",
                        config -> config.set("process.cwd", "/closed").set("process.user.uid", 1000)),
                new Case("no args", set("process.args", List.of())),
                new Case("no root", set("root.path", "nowhere")),
                new Case("relative cwd", set("process.cwd", "a")),
                new Case(
                        "a mount that fails",
                        config -> config.set(
                                "mounts.+",
                                Map.of(
                                        "destination",
                                        "/x",
                                        "source",
                                        "/no/such",
                                        "type",
                                        "bind",
                                        "options",
                                        List.of("bind")))),
                new Case("an unknown namespace", config -> config.set("linux.namespaces.+", Map.of("type", "nothing"))),
                new Case("a namespace twice", config -> config.set("linux.namespaces.+", Map.of("type", "pid"))),
                new Case("an unknown rlimit", config -> config.set("process.rlimits[0].type", "RLIMIT_X")),
                new Case(
                        "an unknown capability",
                        config -> config.set("process.capabilities.bounding", List.of("CAP_X"))));
    }

    private static Bundle bundle(Case test) throws IOException {
        Bundle bundle = jpod.probe();
        // Who enters a user namespace must be able to come here.
        Files.createDirectories(bundle.rootfs().resolve("proc"));
        Files.createDirectories(bundle.rootfs().resolve("sys"));
        Files.createDirectories(bundle.rootfs().resolve("dev"));
        Files.createDirectory(
                bundle.rootfs().resolve("closed"),
                java.nio.file.attribute.PosixFilePermissions.asFileAttribute(
                        java.nio.file.attribute.PosixFilePermissions.fromString("rwx------")));
        Files.writeString(bundle.rootfs().resolve("text"), "no program");
        bundle.rootfs().resolve("text").toFile().setExecutable(true, false);
        Files.writeString(bundle.rootfs().resolve("forbidden"), "no program");
        List<String> args = new ArrayList<>(List.of("/probe"));
        args.addAll(List.of(LOOK));
        for (String path : TRY) {
            args.addAll(List.of("+", "echo", "==try " + path, "+", "try-open"));
            args.addAll(List.of(path.split(" ")));
        }
        args.addAll(List.of("+", "mknod", "/dev/shm/node", "c", "1", "3"));
        return bundle.change(config -> test.change.accept(config.set("process.args", args)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void containersLookAlike(Case test) throws IOException {
        Bundle ours = bundle(test);
        Bundle theirs = bundle(test);
        Result mine = jpod.run("run", "-b", ours.dir().toString(), jpod.id());
        Result other = runc("run", "-b", theirs.dir().toString(), jpod.id());
        assertThat(mine.code()).as(mine + "\n" + other).isEqualTo(other.code());
        assertThat(differences(seen(mine.out()), seen(other.out())))
                .as("stderr: " + mine.err() + other.err())
                .isEmpty();
    }

    /** With runc 1.1 they stay private, in spite of runtime-spec, "Rootfs Mount Propagation". */
    @Test
    void sharedPropagationIsShared() throws IOException {
        Bundle bundle = jpod.probe("mounts")
                .change(config -> config.set("process.args", List.of("/probe", "mounts"))
                        .set("linux.rootfsPropagation", "rshared"));
        assertThat(jpod.run("run", "-b", bundle.dir().toString(), jpod.id())
                        .ok()
                        .out()
                        .lines())
                .filteredOn(line -> line.split(" ")[4].equals("/"))
                .isNotEmpty()
                .allMatch(line -> line.contains(" shared:"));
    }

    /** Refused by runc 1.1, which needs /proc in the container. */
    @Test
    void aContainerNeedsNoProc() throws IOException {
        Bundle bundle = jpod.probe()
                .change(config -> config.set("linux.maskedPaths", List.of())
                        .set("linux.readonlyPaths", List.of())
                        .set("process.args", List.of("/probe", "cwd"))
                        .set("mounts", List.of()));
        assertThat(jpod.run("run", "-b", bundle.dir().toString(), jpod.id())
                        .ok()
                        .out())
                .isEqualTo("/\n");
    }

    /** What the container saw, without what differs each time. */
    private static List<String> differences(TreeSet<String> ours, TreeSet<String> theirs) {
        return Stream.concat(
                        ours.stream().filter(line -> !theirs.contains(line)).map(line -> "jpod: " + line),
                        theirs.stream().filter(line -> !ours.contains(line)).map(line -> "runc: " + line))
                .toList();
    }

    private static TreeSet<String> seen(String out) {
        String section = "";
        TreeSet<String> lines = new TreeSet<>();
        for (String line : out.lines().toList()) {
            if (line.startsWith("==")) {
                section = line.substring(2);
                continue;
            }
            lines.add(section + " "
                    + switch (section) {
                        case "mounts" -> mount(line);
                        case "ns" -> namespace(line);
                        // jpod passes the caller's own, runc pipes.
                        case "fds" -> line.replaceAll("^([012]) .*", "$1");
                        case "signals" -> standardSignals(line);
                        case "", "id", "caps" -> line;
                        // Which of several reasons the kernel names first is of no interest.
                        default -> line.replaceAll("^(EACCES|EROFS|EPERM)$", "refused");
                    });
        }
        return lines;
    }

    /** 1 to 31: those that the C library keeps for itself (32, 33) are ignored or not as it pleases the caller's. */
    private static String standardSignals(String line) {
        String[] parts = line.split(" ");
        return parts[0] + " " + Long.toHexString(Long.parseUnsignedLong(parts[1], 16) & 0x7fff_ffff);
    }

    /** Place, options, type and the file system's own options, see proc_pid_mountinfo(5). */
    private static String mount(String line) {
        String[] fields = line.split(" ");
        int dash = List.of(fields).indexOf("-");
        String place = fields[4];
        if (place.startsWith("/sys/fs/cgroup")) {
            // runc: the host's mixture of cgroup v1 and v2; jpod: v2.
            return "/sys/fs/cgroup";
        }
        if (Set.of("tmpfs", "devtmpfs").contains(fields[dash + 1]) && place.matches("/proc/.*|/sys/firmware")) {
            // runc masks with the container's own /dev/null (CVE-2025-31133), jpod with the host's.
            return place + " masked";
        }
        if (fields[dash + 1].equals("sysfs")) {
            // The mount is read-only, which is what counts; jpod leaves the file system behind it alone.
            return place + " " + fields[5];
        }
        String optional = List.of(fields).subList(6, dash).stream()
                .map(field -> field.replaceAll(":\\d+", ""))
                .collect(Collectors.joining(","));
        return String.join(
                " ",
                fields[4],
                fields[5],
                optional,
                fields[dash + 1],
                Stream.of(fields[dash + 3].split(",")).sorted().collect(Collectors.joining(",")));
    }

    private static String namespace(String line) {
        String[] parts = line.split(" ");
        try {
            String host =
                    Files.readSymbolicLink(Path.of("/proc/self/ns", parts[0])).toString();
            return parts[0] + (host.equals(parts[1]) ? " of the host" : " of its own");
        } catch (IOException e) {
            return line;
        }
    }
}
