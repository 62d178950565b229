package io.jpod.container;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.jpod.abi.Flags;
import io.jpod.linux.Fd;
import io.jpod.linux.Linux;
import io.jpod.oci.Spec;
import io.jpod.oci.SpecReader;
import io.jpod.testing.Built;
import io.jpod.testing.Own;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** A bundle for a test: a rootfs with the test program alone in it, and a config that is written with {@link #set}. */
final class Bundle implements AutoCloseable {
    final Path dir;
    final Path rootfs;
    private final Map<String, Object> config;
    private final Fd output = Linux.memfd("output");
    private final Fd input = Linux.open("/dev/null", Flags.O_RDWR, 0);

    Bundle(Path dir, String... args) {
        this.dir = dir;
        this.rootfs = dir.resolve("rootfs");
        try {
            Files.createDirectories(rootfs);
            Files.copy(Built.PROBE.file(), rootfs.resolve("probe"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        config = map(
                "ociVersion", "1.3.0",
                "root", map("path", "rootfs"),
                "process",
                        map("cwd", "/", "args", probe(args), "env", List.of("PATH=/"), "user", map("uid", 0, "gid", 0)),
                "mounts",
                        new ArrayList<>(List.of(
                                mount("/proc", "proc", "proc"), mount("/dev", "tmpfs", "tmpfs", "nosuid", "mode=755"))),
                "linux",
                        map(
                                "cgroupsPath",
                                Own.CGROUPS + "/" + System.nanoTime(),
                                "namespaces",
                                new ArrayList<>(List.of(
                                        map("type", "pid"),
                                        map("type", "mount"),
                                        map("type", "ipc"),
                                        map("type", "uts"),
                                        map("type", "network")))));
    }

    /** Words of {@code probe}, as its usage says. */
    static List<Object> probe(String... args) {
        List<Object> all = new ArrayList<>(List.of("/probe"));
        all.addAll(List.of(args));
        return all;
    }

    static Map<String, Object> map(Object... keysAndValues) {
        Map<String, Object> map = new LinkedHashMap<>();
        for (int i = 0; i < keysAndValues.length; i += 2) {
            map.put((String) keysAndValues[i], keysAndValues[i + 1]);
        }
        return map;
    }

    static Map<String, Object> mount(String destination, String type, String source, String... options) {
        return map("destination", destination, "type", type, "source", source, "options", List.of(options));
    }

    /** {@code set("process.user.uid", 7)}; what is missing on the way is made. */
    @SuppressWarnings("unchecked")
    Bundle set(String path, Object value) {
        Map<String, Object> at = config;
        String[] names = path.split("\\.");
        for (int i = 0; i < names.length - 1; i++) {
            at = (Map<String, Object>) at.computeIfAbsent(names[i], name -> new LinkedHashMap<>());
        }
        at.put(names[names.length - 1], value);
        return this;
    }

    @SuppressWarnings("unchecked")
    Bundle mount(Map<String, Object> mount) {
        ((List<Object>) config.get("mounts")).add(mount);
        return this;
    }

    @SuppressWarnings("unchecked")
    Bundle namespace(Object... keysAndValues) {
        List<Map<String, Object>> namespaces =
                (List<Map<String, Object>>) ((Map<String, Object>) config.get("linux")).get("namespaces");
        Map<String, Object> namespace = map(keysAndValues);
        namespaces.removeIf(other -> other.get("type").equals(namespace.get("type")));
        namespaces.add(namespace);
        return this;
    }

    /** A user namespace whose ids 0 to 65535 are the host's from 100000 on, as is the rootfs. */
    Bundle userNamespace() throws IOException {
        namespace("type", "user");
        List<Object> mapping = List.of(map("containerID", 0, "hostID", 100_000, "size", 65_536));
        set("linux.uidMappings", mapping);
        set("linux.gidMappings", mapping);
        Files.setAttribute(rootfs, "unix:uid", 100_000);
        Files.setAttribute(rootfs, "unix:gid", 100_000);
        return this;
    }

    Spec spec() {
        return SpecReader.read(json().getBytes(UTF_8), "config.json");
    }

    String json() {
        return json(config);
    }

    CreateOptions options(String id) {
        return CreateOptions.of(id, dir, List.of(input, output, output));
    }

    List<Fd> stdio() {
        return List.of(input, output, output);
    }

    /** What the container has printed so far. */
    String output() {
        return Linux.readText("/proc/self/fd/" + output.number(), 1 << 20);
    }

    @Override
    public void close() {
        output.close();
        input.close();
    }

    private static String json(Object value) {
        return switch (value) {
            case Map<?, ?> map ->
                map.entrySet().stream()
                        .map(entry -> json(entry.getKey()) + ":" + json(entry.getValue()))
                        .collect(Collectors.joining(",", "{", "}"));
            case List<?> list -> list.stream().map(Bundle::json).collect(Collectors.joining(",", "[", "]"));
            case String text ->
                '"' + text.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n") + '"';
            default -> value.toString();
        };
    }
}
