package io.jpod.container;

import static io.jpod.container.Bundle.map;
import static io.jpod.container.Bundle.mount;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jpod.abi.Flags;
import io.jpod.linux.Fd;
import io.jpod.linux.Linux;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Holes that other runtimes have had, each by its number. In the test machine only: /dev of a machine is one file system for
 * all mount namespaces, so a runtime that falls for one of these would change the host's devices. Canaries are files below the
 * test's own directory, and sysctls of the container's own network namespace.
 */
@Tag("vm")
class CveTest extends ContainerTests {
    private Map<String, Object> host = Map.of();

    @BeforeEach
    void lookAtTheHost() throws IOException {
        host = snapshot();
    }

    @AfterEach
    void theHostIsAsItWas() throws IOException {
        assertThat(snapshot()).isEqualTo(host);
    }

    /** What a runtime that resolves a path of the image on the host would change first. */
    private static Map<String, Object> snapshot() throws IOException {
        Map<String, Object> files = new TreeMap<>();
        for (String directory : List.of("/", "/dev", "/etc")) {
            try (var entries = Files.list(Path.of(directory))) {
                for (Path entry : entries.toList()) {
                    files.put(
                            entry.toString(),
                            Files.readAttributes(entry, "unix:ino,mode,rdev", LinkOption.NOFOLLOW_LINKS));
                }
            }
        }
        files.put("ttl", Files.readString(Path.of("/proc/sys/net/ipv4/ip_default_ttl")));
        return files;
    }

    /** /proc or /sys of the image is a link: what is mounted there, and masked, would be elsewhere. */
    @ParameterizedTest
    @ValueSource(strings = {"/proc", "/sys"})
    void cve_2019_19921(String path) throws IOException {
        Bundle bundle = bundle("true");
        Files.createDirectory(bundle.rootfs.resolve("elsewhere"));
        Files.createSymbolicLink(bundle.rootfs.resolve(path.substring(1)), Path.of("/elsewhere"));
        bundle.mount(mount("/sys", "sysfs", "sysfs", "ro"));
        assertThatThrownBy(() -> create(bundle, "c"))
                .hasMessageContaining("ELOOP")
                .hasMessageEndingWith("the image has a symbolic link where a directory must be");
    }

    /** The working directory is a descriptor of the host's that the runtime, or its caller, left open. */
    @Test
    void cve_2024_21626() throws IOException {
        Path canary = Files.createDirectory(temporary.resolve("canary"));
        try (Fd open = Linux.open(canary.toString(), Flags.O_RDONLY, 0)) {
            for (int number = 0; number < 40; number++) {
                Bundle bundle = bundle("cwd", "+", "ls", ".").set("process.cwd", "/proc/self/fd/" + number);
                assertThatThrownBy(() -> run(bundle))
                        .as("descriptor %d", number)
                        .hasMessageContaining("from process.cwd");
            }
            Bundle link = bundle("cwd", "+", "ls", ".").set("process.cwd", "/link");
            Files.createSymbolicLink(link.rootfs.resolve("link"), Path.of("/proc/self/fd/" + open.number()));
            assertThatThrownBy(() -> run(link)).hasMessageContaining("from process.cwd");

            Container container = start(bundle("sleep", "1000"), "c").container();
            for (int number = 0; number < 40; number++) {
                Bundle process = bundle("cwd", "+", "ls", ".").set("process.cwd", "/proc/self/fd/" + number);
                assertThatThrownBy(() -> exec(container, process))
                        .as("exec, descriptor %d", number)
                        .hasMessageContaining("from cwd");
            }
        }
    }

    /** Descriptors that the caller has open without close-on-exec. */
    @Test
    void cve_2024_21626_descriptors() {
        List<Fd> open = new ArrayList<>();
        try {
            for (int i = 0; i < 50; i++) {
                open.add(Linux.open("/", Flags.O_RDONLY, 0));
            }
            assertThat(run(bundle("fds")).lines()).hasSize(3);
            Container container = start(bundle("sleep", "1000"), "c").container();
            assertThat(exec(container, "fds").lines()).hasSize(3);
        } finally {
            open.forEach(Fd::close);
        }
    }

    /** Mount points behind links of the image, absolute and relative, are made inside it. */
    @Test
    void cve_2024_45310() throws IOException {
        Path canary = Files.createDirectories(temporary.resolve("canary"));
        Path file = temporary.resolve("source");
        write(file, "text");
        Bundle bundle = bundle("true");
        Files.createSymbolicLink(bundle.rootfs.resolve("absolute"), canary);
        Files.createSymbolicLink(bundle.rootfs.resolve("relative"), Path.of("../../canary"));
        Files.createSymbolicLink(bundle.rootfs.resolve("dangling"), canary.resolve("new"));
        bundle.mount(mount("/absolute/a", "tmpfs", "none")).mount(mount("/relative/b", "tmpfs", "none"));
        bundle.mount(mount("/absolute/d", "bind", file.toString(), "bind"));
        bundle.mount(mount("/dangling/e", "tmpfs", "none"));
        bundle.set("process.cwd", "/relative/cwd");
        bundle.set("linux.devices", List.of(map("path", "/relative/null", "type", "c", "major", 1, "minor", 3)));
        run(bundle);
        assertThat(canary).isEmptyDirectory();
        Path inside = bundle.rootfs.resolve(canary.toString().substring(1));
        assertThat(inside.resolve("a")).isDirectory();
        assertThat(inside.resolve("d")).isRegularFile();
        assertThat(bundle.rootfs.resolve("canary/b")).isDirectory();
    }

    /** The image's /dev/null is something else: a masked path must still be empty, and nothing of the host be written. */
    @ParameterizedTest
    @ValueSource(strings = {"link", "file", "fifo", "directory", "device"})
    void cve_2025_31133(String kind) throws Exception {
        for (boolean dev : List.of(true, false)) {
            Bundle bundle = bundle("cat", "/proc/sys/net/ipv4/ip_default_ttl", "+", "cat", "/proc/meminfo");
            if (!dev) {
                bundle.set("mounts", new ArrayList<>(List.of(mount("/proc", "proc", "proc"))));
            }
            Path device = bundle.rootfs.resolve("dev/null");
            Files.createDirectories(device.getParent());
            switch (kind) {
                case "link" -> Files.createSymbolicLink(device, Path.of("/proc/sys/net/ipv4/ip_default_ttl"));
                case "file" -> Files.writeString(device, "77");
                case "directory" -> Files.createDirectory(device);
                case "fifo" -> mknod(device, "p");
                default -> mknod(device, "c", "1", "5");
            }
            bundle.set("linux.maskedPaths", List.of("/proc/meminfo", "/proc/keys"));
            if (!dev && (kind.equals("link") || kind.equals("directory"))) {
                assertThatThrownBy(() -> run(bundle)).hasMessageContaining("from default: bind device /dev/null c 1:3");
            } else {
                assertThat(run(bundle)).isEqualTo("64\n");
            }
        }
    }

    private static void mknod(Path path, String... type) throws Exception {
        List<String> command = new ArrayList<>(List.of("mknod", path.toString()));
        command.addAll(List.of(type));
        assertThat(new ProcessBuilder(command).inheritIO().start().waitFor()).isZero();
    }

    /** The image's /dev is a link out of it: devices, ptmx and links must not be made there. */
    @Test
    void cve_2026_41579() throws IOException {
        Path outside = Files.createDirectory(temporary.resolve("outside"));
        write(outside.resolve("ptmx"), "marker");
        for (String target : List.of(outside.toString(), "../../outside")) {
            Bundle bundle = bundle("true");
            bundle.set("mounts", List.of(mount("/proc", "proc", "proc")));
            Files.createSymbolicLink(bundle.rootfs.resolve("dev"), Path.of(target));
            run(bundle);
            assertThat(outside).isDirectoryContaining(file -> file.endsWith("ptmx"));
            try (var files = Files.list(outside)) {
                assertThat(files).hasSize(1);
            }
            assertThat(outside.resolve("ptmx")).hasContent("marker");
        }
    }

    /** An id that is a path. Nothing above the state root may be touched. */
    @ParameterizedTest
    @ValueSource(strings = {".", "..", "../x", "a/b", "/", "", "a b", "a\nb", "a\0b", "ä", "../../sentinel"})
    void idsArePlainNames(String id) throws IOException {
        write(temporary.resolve("a/sentinel"), "a");
        write(containers.root().resolve("sentinel"), "b");
        assertThatThrownBy(() -> create(bundle("true"), id)).hasMessageContaining("invalid container ID");
        assertThatThrownBy(() -> containers.get(id).delete(true, spawner)).hasMessageContaining("invalid container ID");
        assertThatThrownBy(() -> containers.get("x".repeat(256))).hasMessageContaining("invalid container ID");
        assertThat(temporary.resolve("a/sentinel")).hasContent("a");
        assertThat(containers.root().resolve("sentinel")).hasContent("b");
    }
}
