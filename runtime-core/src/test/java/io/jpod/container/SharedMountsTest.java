package io.jpod.container;

import static io.jpod.container.Bundle.map;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jpod.testing.Proc;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Containers in a mount namespace that is not their own: their caller's, or one that they join. Nothing is made there. */
class SharedMountsTest extends ContainerTests {
    private static final List<String> DEVICES =
            List.of("null 1 3", "zero 1 5", "full 1 7", "random 1 8", "urandom 1 9", "tty 5 0");

    /** A process in a mount namespace of its own, in which a script has run. */
    private record Holder(Process process) implements AutoCloseable {
        static Holder of(String script) throws IOException {
            Process process = new ProcessBuilder(
                            "unshare", "-m", "--propagation", "private", "sh", "-ec", script + "; echo ready; exec cat")
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            BufferedReader said = process.inputReader();
            assertThat(said.readLine()).isEqualTo("ready");
            return new Holder(process);
        }

        String namespace() {
            return "/proc/" + process.pid() + "/ns/mnt";
        }

        List<String> mounts(Path place) throws IOException {
            return Proc.mounts(Path.of("/proc/" + process.pid()), place);
        }

        @Override
        public void close() {
            try {
                process.destroyForcibly().waitFor();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    private static void makeDevices(Path rootfs) throws IOException {
        Files.createDirectories(rootfs.resolve("dev"));
        for (String device : DEVICES) {
            String[] words = device.split(" ");
            command("mknod", "-m", "666", rootfs.resolve("dev/" + words[0]).toString(), "c", words[1], words[2]);
        }
    }

    private static void command(String... words) throws IOException {
        try {
            assertThat(new ProcessBuilder(words).inheritIO().start().waitFor()).isZero();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** In the caller's mounts, with a root file system that has its devices. */
    private Bundle shared(boolean users, String... args) throws IOException {
        Bundle bundle = bundle(args);
        makeDevices(bundle.rootfs);
        bundle.set("mounts", List.of());
        bundle.set("linux.namespaces", new ArrayList<>(List.of(map("type", "pid"), map("type", "network"))));
        return users ? bundle.userNamespace() : bundle;
    }

    /** Of a root file system that only the holder has, with a proc that was mounted for the host's pid namespace. */
    private Bundle joined(Holder holder, Path place, boolean users, String... args) throws IOException {
        Bundle bundle = shared(users, args);
        bundle.set("root.path", place.toString());
        return bundle.namespace("type", "mount", "path", holder.namespace());
    }

    private Holder holder(Path place) throws IOException {
        Bundle image = shared(true);
        return Holder.of("mount -t tmpfs none " + Files.createDirectories(place) + "; cp -a " + image.rootfs + "/. "
                + place + "; chown 100000:100000 " + place + "; mkdir " + place + "/proc " + place
                + "/only-there; mount -t proc proc " + place + "/proc");
    }

    private static List<String> tree(Path dir) {
        try (Stream<Path> all = Files.walk(dir)) {
            return all.map(path -> {
                        try {
                            return path + " "
                                    + Files.getAttribute(path, "unix:ctime", java.nio.file.LinkOption.NOFOLLOW_LINKS);
                        } catch (IOException e) {
                            throw new UncheckedIOException(e);
                        }
                    })
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String link(long pid, String name) throws IOException {
        return Files.readSymbolicLink(Path.of("/proc/" + pid + "/" + name)).toString();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void withoutAMountNamespaceItIsInItsCallers(boolean users) throws IOException {
        Bundle bundle = shared(users, "sleep", "1000");
        List<String> before = tree(bundle.rootfs);
        Created created = start(bundle, "c");
        int pid = created.process().pid();
        assertThat(link(pid, "ns/mnt"))
                .isEqualTo(Files.readSymbolicLink(Path.of("/proc/self/ns/mnt")).toString());
        assertThat(link(pid, "root")).isEqualTo(bundle.rootfs.toString());
        assertThat(exec(
                        created.container(),
                        "ls",
                        "/",
                        "+",
                        "ls",
                        "/..",
                        "+",
                        "cwd",
                        "+",
                        "stat",
                        "/dev/null",
                        "+",
                        "pids"))
                .startsWith("dev\nprobe\ndev\nprobe\n/\nchar 0666 ")
                .contains("pid 2\n");
        created.container().delete(true, spawner);
        assertThat(tree(bundle.rootfs)).isEqualTo(before);
        assertThat(run(shared(users, "ls", "/", "+", "fds"), 1)).startsWith("dev\nprobe\n");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aJoinedMountNamespaceStaysAsItIs(boolean users) throws IOException {
        Path place = temporary.resolve("place");
        // For a hook that is root of a user namespace.
        Files.setPosixFilePermissions(temporary, PosixFilePermissions.fromString("rwxrwxrwx"));
        try (Holder holder = holder(place)) {
            List<String> before = holder.mounts(place);
            List<String> inside = tree(Path.of("/proc/" + holder.process().pid() + "/root" + place + "/dev"));
            Bundle bundle = joined(holder, place, users, "sleep", "1000");
            for (String kind : List.of("createRuntime", "createContainer")) {
                String script = "readlink /proc/self/ns/mnt >>" + temporary + "/" + kind + "; cat >/dev/null";
                bundle.set(
                        "hooks." + kind,
                        List.of(map("path", "/bin/sh", "args", List.of("sh", "-c", script), "env", List.of())));
            }
            bundle.set(
                    "hooks.startContainer",
                    List.of(map("path", "/probe", "args", List.of("probe", "stat", "/only-there"))));
            Created created = start(bundle, "c");
            int pid = created.process().pid();
            String namespace = link(holder.process().pid(), "ns/mnt");
            assertThat(link(pid, "ns/mnt")).isEqualTo(namespace);
            assertThat(temporary.resolve("createContainer")).hasContent(namespace);
            assertThat(temporary.resolve("createRuntime"))
                    .hasContent(
                            Files.readSymbolicLink(Path.of("/proc/self/ns/mnt")).toString());
            assertThat(exec(created.container(), "ls", "/", "+", "ls", "/.."))
                    .isEqualTo("dev\nonly-there\nprobe\nproc\n".repeat(2));
            created.container().delete(true, spawner);
            assertThat(run(joined(holder, place, users, "ls", "/"))).isEqualTo("dev\nonly-there\nprobe\nproc\n");
            assertThat(holder.mounts(place)).isEqualTo(before);
            assertThat(tree(Path.of("/proc/" + holder.process().pid() + "/root" + place + "/dev")))
                    .isEqualTo(inside);
        }
    }

    /** --no-pivot asks that the root is not pivoted, and it is not. */
    @Test
    void withoutPivotRootToo() throws IOException {
        Bundle bundle = shared(false, "ls", "/");
        CreateOptions some = bundle.options("c");
        CreateOptions options =
                new CreateOptions("c", some.bundle(), 0, some.stdio(), null, false, true, 0, Belonging.NONE);
        try (Created created = started(bundle.spec(), options, spawner)) {
            assertThat(created.await()).isZero();
        }
        assertThat(bundle.output()).isEqualTo("dev\nprobe\n");
    }

    /** What whoever owns the mounts could lay in the way (CVE-2024-21626). */
    @Test
    void noLinkOfProcLeadsToADescriptorOfOurs() throws IOException {
        Path place = temporary.resolve("place");
        try (Holder holder = holder(place)) {
            for (int number = 3; number < 12; number++) {
                Bundle bundle = joined(holder, Path.of("/proc/self/fd/" + number), false, "ls", "/");
                assertThatThrownBy(() -> run(bundle))
                        .hasMessageContaining("root.path")
                        .hasMessageMatching("(?s).*(ELOOP|ENOENT).*");
            }
        }
    }

    @Test
    void whatIsNoMountNamespaceIsRefused() throws IOException {
        Bundle bundle = shared(false, "ls", "/").namespace("type", "mount", "path", "/proc/self/ns/net");
        assertThatThrownBy(() -> run(bundle))
                .hasMessageContaining("linux.namespaces[2].path: is not a mount namespace");
        Bundle missing = shared(false, "ls", "/").namespace("type", "mount", "path", "/nowhere");
        assertThatThrownBy(() -> run(missing)).hasMessageContaining("/nowhere").hasMessageContaining("ENOENT");
    }

    @Test
    void nothingIsMadeForWhatIsMissing() throws IOException {
        Bundle bundle = bundle("true").set("mounts", List.of()).set("linux.namespaces", List.of(map("type", "pid")));
        List<String> before = tree(bundle.rootfs);
        assertThatThrownBy(() -> run(bundle)).hasMessageContaining("root.path: there is no such device as /dev/null");
        Bundle cwd = shared(false, "true").set("process.cwd", "/new");
        assertThatThrownBy(() -> run(cwd)).hasMessageContaining("process.cwd").hasMessageContaining("ENOENT");
        assertThat(tree(bundle.rootfs)).isEqualTo(before);
        assertThat(cwd.rootfs.resolve("new")).doesNotExist();
    }
}
