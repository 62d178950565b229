package io.jpod.container;

import static io.jpod.container.Bundle.map;
import static io.jpod.container.Bundle.mount;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.jpod.exec.Observer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A create that fails leaves nothing, and says which step of what in the config failed, by which call, and why. */
class FailedCreateTest extends ContainerTests {
    /** @param message what the error must be; ROOT stands for the bundle's rootfs */
    record Failure(String name, UnaryOperator<Bundle> config, String message) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Failure> failures() {
        return Stream.of(
                new Failure(
                        "missing program",
                        b -> b.set("process.args", List.of("/nothing")),
                        "process.args[0]: exec: \"/nothing\": stat /nothing: no such file or directory"),
                new Failure(
                        "program not in PATH",
                        b -> b.set("process.args", List.of("nothing")),
                        "process.args[0]: exec: \"nothing\": executable file not found in $PATH"),
                new Failure(
                        "program not executable",
                        b -> b.set("process.args", List.of("/etc/file")).set("process.user.uid", 5),
                        "process.args[0]: exec: \"/etc/file\": permission denied"),
                new Failure(
                        "unknown file system",
                        b -> b.mount(mount("/m", "nofs", "none")),
                        "step 14, from mounts[2]: mount nofs on /m: fsopen(\"nofs\", FSOPEN_CLOEXEC): ENODEV (no such device)"
                                + "; this kernel has no file system type nofs"),
                new Failure(
                        "unknown option",
                        b -> b.mount(mount("/m", "tmpfs", "none", "bogus=1")),
                        "from mounts[2]: mount tmpfs on /m (bogus=1): fsconfig("),
                new Failure(
                        "unknown option, why",
                        b -> b.mount(mount("/m", "tmpfs", "none", "bogus=1")),
                        "FSCONFIG_SET_STRING, \"bogus\", \"1\", 0): EINVAL (invalid argument); the file system does not know this option"),
                new Failure(
                        "missing bind source",
                        b -> b.mount(mount("/m", "bind", "/not/there", "bind")),
                        "from mounts[2].source: open source /not/there: open_tree(AT_FDCWD, \"/not/there\","
                                + " OPEN_TREE_CLONE|OPEN_TREE_CLOEXEC): ENOENT (no such file or directory)"),
                new Failure(
                        "directory on a file",
                        b -> b.mount(mount("/probe", "bind", "/etc", "bind")),
                        "from mounts[2]: bind /etc on /probe (bind): move_mount(source mounts[2], \"\", "),
                new Failure(
                        "directory on a file, why",
                        b -> b.mount(mount("/probe", "bind", "/etc", "bind")),
                        "EINVAL (invalid argument); the destination is a file"),
                new Failure(
                        "mount point in a file",
                        b -> b.mount(mount("/probe/below", "tmpfs", "none")),
                        "from mounts[2]: mount tmpfs on /probe/below: openat2("),
                new Failure(
                        "hard limit above the caller's",
                        b -> b.set(
                                "process.rlimits",
                                List.of(map("type", "RLIMIT_MEMLOCK", "soft", 1L << 40, "hard", 1L << 40))),
                        "from process.rlimits[0]: RLIMIT_MEMLOCK = 1099511627776, at most 1099511627776: prlimit64(0, RLIMIT_MEMLOCK,"
                                + " {rlim_cur=1099511627776, rlim_max=1099511627776}, NULL): EPERM (operation not permitted);"
                                + " raising a hard limit takes CAP_SYS_RESOURCE"),
                new Failure(
                        "namespace that is not there",
                        b -> b.namespace("type", "network", "path", "/not/there"),
                        "open network namespace /not/there: openat("),
                new Failure(
                        "namespace of another type",
                        b -> b.namespace("type", "network", "path", "/proc/self/ns/uts"),
                        "config.json: linux.namespaces[4].path: is not a network namespace: \"/proc/self/ns/uts\""),
                new Failure(
                        "sysctl that is not there",
                        b -> b.set("linux.sysctl", map("net.ipv4.nothing", "1")),
                        "from linux.sysctl[\"net.ipv4.nothing\"]: sysctl net.ipv4.nothing = 1: openat2("),
                new Failure(
                        "sysctl with a bad value",
                        b -> b.set("linux.sysctl", map("net.ipv4.ip_default_ttl", "many")),
                        "EINVAL (invalid argument)"),
                new Failure(
                        "id without a mapping",
                        b -> {
                            try {
                                return b.userNamespace().set("process.user.uid", 70_000);
                            } catch (IOException e) {
                                throw new java.io.UncheckedIOException(e);
                            }
                        },
                        "become uid 70000, gid 0: setresuid(70000, 70000, 70000): EINVAL (invalid argument);"
                                + " the id has no mapping in the user namespace"),
                new Failure(
                        "inheritable beyond the bounding set",
                        b -> b.set("process.capabilities", map("inheritable", List.of("CAP_KILL"))),
                        "from process.capabilities: capabilities: none: capset("),
                new Failure(
                        "cwd that is a file",
                        b -> b.set("process.cwd", "/probe"),
                        "from process.cwd: change directory to /probe: fchdir(tmp"),
                new Failure("missing rootfs", b -> b.set("root.path", "nothing"), "nothing"),
                new Failure(
                        "hook that fails",
                        b -> b.set("hooks.createContainer", List.of(map("path", "/bin/false"))),
                        "hooks.createContainer[0]: error running hook #0: /bin/false: exit status 1"),
                new Failure(
                        "masked path behind a link of /proc",
                        b -> b.set("linux.maskedPaths", List.of("/proc/self/cwd")),
                        "from linux.maskedPaths[0]: mask /proc/self/cwd: openat2("));
    }

    @ParameterizedTest
    @MethodSource("failures")
    void leavesNothing(Failure failure) throws IOException {
        Bundle bundle = bundle("true");
        write(bundle.rootfs.resolve("etc/file"), "text");
        failure.config().apply(bundle);
        Leftovers before = Leftovers.now(temporary);
        for (boolean waits : List.of(true, false)) {
            Throwable error = catchThrowable(() -> {
                if (waits) {
                    containers.create(bundle.spec(), bundle.options("c"), spawner, Observer.NONE);
                } else {
                    started(bundle.spec(), bundle.options("c"), spawner);
                }
            });
            assertThat(error).as("waits %s", waits).isNotNull();
            assertThat(error.getMessage()).contains(failure.message()).doesNotContain("\n");
            assertThat(error.getSuppressed()).isEmpty();
            Leftovers.now(temporary).compareWith(before);
            if (Files.exists(containers.root())) {
                try (Stream<Path> left = Files.list(containers.root())) {
                    assertThat(left).as("state").isEmpty();
                }
            }
        }
    }
}
