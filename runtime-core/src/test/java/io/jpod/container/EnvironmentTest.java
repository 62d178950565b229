package io.jpod.container;

import static io.jpod.container.Bundle.map;
import static io.jpod.container.Bundle.mount;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.jpod.oci.Spec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What a container's process sees of what its config says. */
class EnvironmentTest extends ContainerTests {
    @Test
    void ofAVariableThatIsSetTwiceTheLastValueCounts() {
        Bundle bundle = bundle("env");
        bundle.set("process.env", List.of("A=1", "PATH=/nowhere", "A=2", "HOME=/", "PATH=/", "AA=3", "A="));
        assertThat(run(bundle)).isEqualTo("A=\nPATH=/\nHOME=/\nAA=3\n");
    }

    @Test
    void inheritsThreeDescriptorsAndNoMore() {
        assertThat(run(bundle("fds")).lines()).hasSize(3).allMatch(line -> line.matches("[012] .*"));
    }

    @Test
    void isPidOneOfASessionOfItsOwn() {
        assertThat(run(bundle("pids"))).isEqualTo("pid 1\nppid 0\npgid 1\nsid 1\n");
    }

    /** A JVM handles some and ignores others. */
    @Test
    void signalsAreWhatTheyAreByDefault() {
        String none = " 0000000000000000\n";
        assertThat(run(bundle("signals"))).isEqualTo("SigBlk" + none + "SigIgn" + none + "SigCgt" + none);
        Container container = start(bundle("sleep", "1000"), "c").container();
        assertThat(exec(container, "signals")).isEqualTo("SigBlk" + none + "SigIgn" + none + "SigCgt" + none);
    }

    @Test
    void argumentsAndEnvironmentAreTheConfigs() {
        Bundle bundle = bundle("args", "+", "env");
        bundle.set("process.env", List.of("PATH=/", "EMPTY=", "A=b c", "HOME=/h"));
        assertThat(run(bundle)).isEqualTo("/probe\nargs\n+\nenv\nPATH=/\nEMPTY=\nA=b c\nHOME=/h\n");
    }

    @Test
    void homeComesFromTheImage() throws IOException {
        Bundle bundle = bundle("env");
        write(bundle.rootfs.resolve("etc/passwd"), "root:x:0:0::/root:/bin/sh\nu:x:1000:1000::/home/u:/bin/sh\n");
        assertThat(run(bundle.set("process.user.uid", 1000))).isEqualTo("PATH=/\nHOME=/home/u\n");
        bundle.set("process.env", List.of("HOME=", "PATH=/"));
        assertThat(run(bundle)).as("an empty one is none").endsWith("\n" + "HOME=/home/u\nPATH=/\n");
        bundle.set("process.env", List.of("HOME=/x", "HOME=", "PATH=/"));
        assertThat(run(bundle)).as("the last one counts").endsWith("\n" + "HOME=/home/u\nPATH=/\n");
    }

    /** A device is set off by opening it. This one, a misc device that no kernel has, says ENODEV to whoever tries. */
    @Test
    void ofTheImageOnlyFilesAreOpened() throws Exception {
        for (List<String> make : List.of(List.of("c", "10", "250"), List.of("p"))) {
            Bundle bundle = bundle("env");
            Path passwd = bundle.rootfs.resolve("etc/passwd");
            Files.createDirectories(passwd.getParent());
            List<String> command = new ArrayList<>(List.of("mknod", passwd.toString()));
            command.addAll(make);
            assertThat(new ProcessBuilder(command).inheritIO().start().waitFor())
                    .isZero();
            assertThat(run(bundle)).isEqualTo("PATH=/\nHOME=/\n");
        }
    }

    @Test
    void theProgramIsFoundInPath() throws IOException {
        Bundle bundle = bundle();
        Files.createDirectories(bundle.rootfs.resolve("bin"));
        Files.move(bundle.rootfs.resolve("probe"), bundle.rootfs.resolve("bin/probe"));
        bundle.set("process.args", List.of("probe", "echo", "found")).set("process.env", List.of("PATH=/nowhere:/bin"));
        assertThat(run(bundle)).isEqualTo("found\n");
    }

    @Test
    void aMissingWorkingDirectoryIsMade() {
        assertThat(run(bundle("cwd", "+", "stat", ".").set("process.cwd", "/a/b")))
                .isEqualTo("/a/b\ndir 0755 0 0 0:0 .\n");
    }

    @Test
    void aMissingWorkingDirectoryIsMadeBeforeTheRootIsReadOnly() throws IOException {
        for (String cwd : List.of("/a/b", "/link/c", "/tmp/d", "/a//b/./e/")) {
            Bundle bundle = bundle("cwd", "+", "write", "/x", "1").set("root.readonly", true);
            Files.createSymbolicLink(bundle.rootfs.resolve("link"), Path.of("a/link"));
            bundle.mount(mount("/tmp", "tmpfs", "tmpfs", "ro"));
            bundle.set("process.cwd", cwd);
            String there = Path.of(cwd.replace("/link", "/a/link")).normalize().toString();
            assertThat(run(bundle, 1)).isEqualTo(there + "\nwrite: /x: EROFS\n");
        }
    }

    @Test
    void userGroupsAndUmask() {
        Bundle bundle = bundle("id", "+", "umask");
        bundle.set("process.user", map("uid", 1000, "gid", 1001, "umask", 0027, "additionalGids", List.of(5, 7)));
        assertThat(run(bundle)).isEqualTo("uid 1000 1000 1000\ngid 1001 1001 1001\ngroups 5 7\n0027\n");
        assertThat(run(bundle("umask"))).isEqualTo("0022\n");
    }

    @Test
    void capabilitiesOfRoot() {
        Bundle bundle = bundle("caps");
        List<String> kill = List.of("CAP_KILL");
        bundle.set(
                "process.capabilities",
                map("bounding", List.of("CAP_KILL", "CAP_CHOWN"), "effective", kill, "permitted", kill));
        bundle.set("process.noNewPrivileges", true);
        // Without no_new_privs root would gain its bounding set at execve, capabilities(7).
        assertThat(run(bundle).lines())
                .contains(
                        "CapInh 0000000000000000", "CapBnd 0000000000000021", "CapAmb 0000000000000000", "NoNewPrivs 1")
                .contains("CapEff 0000000000000020");
        assertThat(run(bundle("caps").set("process.capabilities", map("bounding", kill)))
                        .lines())
                .contains("CapEff 0000000000000020", "NoNewPrivs 0");
    }

    @Test
    void capabilitiesOfAUser() {
        Bundle bundle = bundle("caps");
        List<String> kill = List.of("CAP_KILL");
        bundle.set("process.user.uid", 1000);
        bundle.set(
                "process.capabilities", map("bounding", kill, "permitted", kill, "inheritable", kill, "ambient", kill));
        assertThat(run(bundle).lines())
                .contains(
                        "CapInh 0000000000000020",
                        "CapPrm 0000000000000020",
                        "CapEff 0000000000000020",
                        "CapAmb 0000000000000020");
        assertThat(run(bundle("caps").set("process.user.uid", 1000)).lines())
                .contains("CapPrm 0000000000000000", "CapBnd 0000000000000000", "NoNewPrivs 0", "Seccomp 0");
    }

    @Test
    void seccompWithAndWithoutNewPrivileges() {
        for (boolean noNewPrivileges : List.of(true, false)) {
            Bundle bundle = bundle("caps", "+", "syscall", "getcwd", "0", "0");
            bundle.set("process.noNewPrivileges", noNewPrivileges);
            bundle.set(
                    "linux.seccomp",
                    map(
                            "defaultAction",
                            "SCMP_ACT_ALLOW",
                            "syscalls",
                            List.of(map("names", List.of("getcwd"), "action", "SCMP_ACT_ERRNO", "errnoRet", 38))));
            assertThat(run(bundle).lines()).contains("Seccomp 2", "NoNewPrivs " + (noNewPrivileges ? 1 : 0), "ENOSYS");
        }
    }

    @Test
    void limits() {
        Bundle bundle = bundle("rlimits", "+", "oom-score");
        bundle.set(
                "process.rlimits",
                List.of(
                        map("type", "RLIMIT_NOFILE", "soft", 50, "hard", 60),
                        map("type", "RLIMIT_CORE", "soft", 0, "hard", 0)));
        bundle.set("process.oomScoreAdj", 123);
        assertThat(run(bundle).lines()).contains("RLIMIT_NOFILE 50 60", "RLIMIT_CORE 0 0", "123");
    }

    @Test
    void hostnameAndSysctls() {
        Bundle bundle = bundle(
                "hostname", "+", "cat", "/proc/sys/net/ipv4/ip_default_ttl", "+", "cat", "/proc/sys/kernel/shmmni");
        bundle.set("hostname", "inner");
        bundle.set("linux.sysctl", map("net.ipv4.ip_default_ttl", "77", "kernel.shmmni", "1234"));
        assertThat(run(bundle)).isEqualTo("inner\n77\n1234\n");
    }

    @Test
    void loopbackIsUp() {
        assertThat(run(bundle("cat", "/proc/net/route", "+", "cat", "/proc/net/if_inet6")))
                .contains("lo");
    }

    @Test
    void devicesAreWhatTheyAreCalled() {
        Bundle bundle = bundle(
                "stat",
                "/dev/null",
                "+",
                "stat",
                "/dev/tty",
                "+",
                "stat",
                "/dev/fd",
                "+",
                "stat",
                "/dev/own",
                "+",
                "stat",
                "/dev/full",
                "+",
                "try-open",
                "/dev/zero",
                "r",
                "+",
                "ls",
                "/dev");
        bundle.set(
                "linux.devices",
                List.of(map(
                        "path",
                        "/dev/own",
                        "type",
                        "c",
                        "major",
                        1,
                        "minor",
                        3,
                        "fileMode",
                        0600,
                        "uid",
                        5,
                        "gid",
                        6)));
        assertThat(run(bundle)).isEqualTo("""
                char 0666 0 0 1:3 /dev/null
                char 0666 0 0 5:0 /dev/tty
                link 0777 0 0 0:0 /dev/fd
                char 0600 5 6 1:3 /dev/own
                char 0666 0 0 1:7 /dev/full
                ok
                fd
                full
                null
                own
                ptmx
                random
                stderr
                stdin
                stdout
                tty
                urandom
                zero
                """);
    }

    @Test
    void aReadOnlyDevHasItsDevices() {
        Bundle bundle = bundle("stat", "/dev/null", "+", "write", "/dev/x", "text");
        bundle.set(
                "mounts", List.of(mount("/proc", "proc", "proc"), mount("/dev", "tmpfs", "tmpfs", "ro", "mode=755")));
        assertThat(run(bundle, 1)).isEqualTo("char 0666 0 0 1:3 /dev/null\nwrite: /dev/x: EROFS\n");
    }

    @Test
    void maskedAndReadOnlyPaths() throws IOException {
        Bundle bundle = bundle(
                "cat", "/proc/meminfo", "+", "ls", "/secrets", "+", "write", "/proc/sys/net/ipv4/ip_forward", "1");
        write(bundle.rootfs.resolve("secrets/key"), "secret");
        bundle.set("linux.maskedPaths", List.of("/proc/meminfo", "/secrets", "/not/there"));
        bundle.set("linux.readonlyPaths", List.of("/proc/sys", "/not/there"));
        assertThat(run(bundle, 1)).isEqualTo("write: /proc/sys/net/ipv4/ip_forward: EROFS\n");
    }

    @Test
    void aReadOnlyRoot() {
        Bundle bundle = bundle("write", "/dev/x", "1", "+", "write", "/x", "1").set("root.readonly", true);
        assertThat(run(bundle, 1)).isEqualTo("write: /x: EROFS\n");
    }

    @Test
    void aTmpfsHasTheModeOfTheDirectoryThatItCovers() throws IOException {
        Bundle bundle = bundle("stat", "/tmp", "+", "stat", "/new", "+", "stat", "/given");
        Files.createDirectory(bundle.rootfs.resolve("tmp"));
        Files.setPosixFilePermissions(bundle.rootfs.resolve("tmp"), PosixFilePermissions.fromString("rwx-wx--x"));
        bundle.mount(mount("/tmp", "tmpfs", "tmpfs"))
                .mount(mount("/new", "tmpfs", "tmpfs"))
                .mount(mount("/given", "tmpfs", "tmpfs", "mode=1777"));
        assertThat(run(bundle)).isEqualTo("dir 0731 0 0 0:0 /tmp\ndir 0755 0 0 0:0 /new\ndir 1777 0 0 0:0 /given\n");
    }

    @Test
    void bindsOfFilesAndDirectories() throws IOException {
        Bundle bundle = bundle(
                "cat", "/etc/name", "+", "ls", "/data", "+", "write", "/data/new", "x", "+", "write", "/etc/name", "x");
        Path file = temporary.resolve("file");
        write(file, "text\n");
        write(temporary.resolve("data/one"), "");
        bundle.mount(mount("/etc/name", "bind", file.toString(), "bind", "ro"));
        bundle.mount(mount("/data", "none", temporary.resolve("data").toString(), "rbind"));
        assertThat(run(bundle, 1)).isEqualTo("text\none\nwrite: /etc/name: EROFS\n");
        assertThat(temporary.resolve("data/new")).hasContent("x");
    }

    @Test
    void recursivelyReadOnly() throws IOException {
        Bundle bundle = bundle("write", "/top/below/x", "1");
        Path data = Files.createDirectories(temporary.resolve("data/below")).getParent();
        bundle.mount(mount("/mnt", "bind", data.toString(), "bind")).mount(mount("/mnt/below", "tmpfs", "tmpfs"));
        bundle.mount(mount("/top", "bind", data.toString(), "rbind", "rro"));
        assertThat(run(bundle, 1)).isEqualTo("write: /top/below/x: EROFS\n");
    }

    @Test
    void propagationIsSlaveUnlessTheConfigSaysMore() throws IOException {
        Bundle bundle = bundle("mounts");
        Path data = Files.createDirectories(temporary.resolve("data"));
        bundle.mount(mount("/shared", "bind", data.toString(), "rbind", "rshared"))
                .mount(mount("/private", "bind", data.toString(), "rbind", "rprivate"))
                .mount(mount("/slave", "bind", data.toString(), "rbind", "rslave"));
        List<String> mounts = run(bundle).lines().toList();
        assertThat(mounts)
                .filteredOn(line -> line.contains(" /shared "))
                .singleElement()
                .asString()
                .contains("shared:");
        assertThat(mounts)
                .filteredOn(line -> line.contains(" /private "))
                .singleElement()
                .asString()
                .doesNotContain("shared:", "master:");
        assertThat(mounts)
                .filteredOn(line -> line.contains(" /slave "))
                .singleElement()
                .asString()
                .doesNotContain(" shared:");
    }

    @Test
    void rootPropagation() {
        for (String propagation : List.of("shared", "slave", "private", "unbindable", "rshared")) {
            Bundle bundle = bundle("mounts").set("linux.rootfsPropagation", propagation);
            String root = run(bundle)
                    .lines()
                    .filter(line -> line.contains(" / / ") || line.matches(".* \\S+/rootfs / .*"))
                    .findFirst()
                    .orElseThrow();
            assertThat(root.contains("shared:")).as(propagation + " " + root).isEqualTo(propagation.endsWith("shared"));
            assertThat(root.contains("unbindable")).as(root).isEqualTo(propagation.equals("unbindable"));
        }
    }

    @Test
    void nothingOfTheHostIsMountedInIt() {
        assertThat(run(bundle("mounts")).lines().map(line -> line.split(" ")[4]).toList())
                .containsExactly("/", "/proc", "/dev");
    }

    @Test
    void withoutPivotRootToo() {
        Bundle bundle = bundle("mounts", "+", "ls", "/");
        CreateOptions some = bundle.options("c");
        CreateOptions options =
                new CreateOptions("c", some.bundle(), 0, some.stdio(), null, false, true, 0, Belonging.NONE);
        try (Created created = started(bundle.spec(), options, spawner)) {
            assertThat(created.await()).as(bundle::output).isZero();
        }
        assertThat(bundle.output()).endsWith("dev\nprobe\nproc\n");
    }

    @Test
    void schedulingAndMemoryPolicy() {
        Bundle bundle = bundle("cat", "/proc/self/sched", "+", "syscall", "personality", "0xffffffff");
        bundle.set("process.scheduler", map("policy", "SCHED_BATCH", "nice", 5));
        bundle.set("process.ioPriority", map("class", "IOPRIO_CLASS_BE", "priority", 6));
        bundle.set("linux.memoryPolicy", map("mode", "MPOL_LOCAL"));
        bundle.set("linux.personality", map("domain", "LINUX32"));
        assertThat(run(bundle).lines().map(line -> line.replaceAll(" +", "")).toList())
                .contains("policy:3", "prio:125", "8");
    }

    /** Of one plan, and not the less in a keyring of their own; what is executed in one joins that. */
    @Test
    void keyringsAreCalledLikeTheirContainers() throws IOException {
        String name = "keys" + System.nanoTime();
        Bundle bundle = bundle("sleep", "1000").set("linux.cgroupsPath", "");
        Spec spec = Configs.read(bundle.json().getBytes(UTF_8));
        Container first =
                keep(started(spec, bundle.options(name + "a"), spawner)).container();
        Container second =
                keep(started(spec, bundle.options(name + "b"), spawner)).container();
        exec(first, "true");
        exec(second, "true");
        try (Stream<String> keys = Files.lines(Path.of("/proc/keys"))) {
            assertThat(keys.filter(key -> key.contains(name)).map(key -> key.replaceAll(".*keyring +(.*):.*", "$1")))
                    .containsExactlyInAnyOrder("_ses." + name + "a", "_ses." + name + "b");
        }
    }
}
