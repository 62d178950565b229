package io.jpod.it;

import io.jpod.linux.ProcessStat;
import io.jpod.testing.Await;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** A pod made by {@code jpod pod create}, and containers on a root file system with {@code /probe} alone. */
record TestPod(Jpod jpod, String name) {
    static TestPod create(Jpod jpod, String... options) {
        String name = jpod.id();
        creation(jpod, name, options).run().ok();
        return new TestPod(jpod, name);
    }

    static Jpod.Call creation(Jpod jpod, String name, String... options) {
        List<String> words = new ArrayList<>(List.of("pod", "create", "--name", name));
        words.addAll(List.of(options));
        if (!words.contains("--network")) {
            // Nothing on the host's network: what is shared does not depend on it.
            words.addAll(List.of("--network", "none"));
        }
        return jpod.call(words.toArray(String[]::new));
    }

    Path directory() {
        return jpod.root.resolve("pods").resolve(name);
    }

    /** The id of a container that runs these words of probe; "sleep 1000" if there are none. */
    String start(String... words) {
        return start(jpod, List.of("--pod", name), words);
    }

    /** One that has options, but no pod unless they say so. */
    static String start(Jpod jpod, List<String> options, String... words) {
        String id = jpod.id();
        List<String> all = new ArrayList<>(List.of("-d", "--name", id));
        all.addAll(options);
        run(jpod, all, words.length == 0 ? new String[] {"sleep", "1000"} : words)
                .run()
                .ok();
        return id;
    }

    static Jpod.Call run(Jpod jpod, List<String> options, String... words) {
        try {
            Path rootfs = jpod.dir.resolve("rootfs");
            if (!Files.exists(rootfs)) {
                Files.move(jpod.probe().rootfs(), rootfs);
                // In a user namespace nobody could make them: the directory is the host's root's.
                for (String directory : List.of("proc", "sys", "dev", "etc")) {
                    Files.createDirectory(rootfs.resolve(directory));
                }
                for (String file : List.of("hosts", "hostname", "resolv.conf")) {
                    Files.createFile(rootfs.resolve("etc").resolve(file));
                }
            }
            List<String> all = new ArrayList<>(List.of("run", "--rootfs", rootfs.toString()));
            all.addAll(options);
            all.addAll(List.of("--", "/probe"));
            all.addAll(List.of(words));
            return jpod.call(all.toArray(String[]::new));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Result exec(Jpod jpod, String id, String... words) {
        List<String> all = new ArrayList<>(List.of("exec", id, "/probe"));
        all.addAll(List.of(words));
        return jpod.run(all.toArray(String[]::new));
    }

    static long pid(Jpod jpod, String id) {
        return Long.parseLong(jpod.state(id).text("pid"));
    }

    /** Type, as in /proc/PID/ns, to {@code type:[inode]}. */
    static Map<String, String> namespaces(long pid) {
        Map<String, String> links = new TreeMap<>();
        for (String type : List.of("cgroup", "ipc", "mnt", "net", "pid", "time", "user", "uts")) {
            try {
                links.put(
                        type,
                        Files.readSymbolicLink(Path.of("/proc/" + pid + "/ns/" + type))
                                .toString());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return links;
    }

    static Map<String, String> namespaces(Jpod jpod, String id) {
        return namespaces(pid(jpod, id));
    }

    /** The types of the namespaces that are the same. */
    static Set<String> common(Map<String, String> a, Map<String, String> b) {
        Set<String> types = new TreeSet<>(a.keySet());
        types.removeIf(type -> !a.get(type).equals(b.get(type)));
        return types;
    }

    /** The namespaces that it holds, without a look at any process. */
    Map<String, String> pins() {
        Map<String, String> pins = new TreeMap<>();
        try (var files = Files.newDirectoryStream(directory().resolve("ns"))) {
            for (Path file : files) {
                String type = String.valueOf(file.getFileName());
                pins.put(type, type + ":[" + Files.getAttribute(file, "unix:ino") + "]");
            }
        } catch (NoSuchFileException none) {
            return pins;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return pins;
    }

    Config record() {
        try {
            return Config.parse(Files.readString(directory().resolve("pod.json")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The host's pid of its pid namespace's first process. */
    long init() {
        return Long.parseLong(record().text("initPid"));
    }

    /** Its end is that of all in its pid namespace, and comes last. */
    static void kill(long init) {
        ProcessHandle.of(init).orElseThrow().destroyForcibly();
        Await.until(
                () -> ProcessStat.of((int) init)
                        .filter(process -> !process.hasEnded())
                        .isEmpty(),
                () -> init + " does not end");
    }

    /** What {@code pod ps} says. */
    String status() {
        return jpod.run("pod", "ps")
                .ok()
                .out()
                .lines()
                .map(line -> line.split(" {2,}"))
                .filter(fields -> fields.length > 2 && fields[1].equals(name))
                .findFirst()
                .orElseThrow()[2];
    }

    Result remove() {
        return jpod.run("pod", "rm", "--force", name);
    }
}
