package io.jpod.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What there is on the host that a container could leave behind: the host's mounts, and of one {@link Jpod}: files below its state
 * root, cgroups, processes, their network namespaces, descriptors and threads of the resident brain.
 *
 * @param items how many there are of each
 */
record HostState(Map<String, Integer> items) {
    private static final long SETTLE_MILLIS = 3000;

    static HostState of(Jpod jpod) {
        Map<String, Integer> items = new TreeMap<>();
        try {
            mounts(items);
            files(items, jpod.root);
            cgroups(items, jpod.token);
            processes(items, jpod.token);
            return new HostState(items);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** With what the resident brain holds. */
    static HostState withBrain(Jpod jpod) {
        HostState state = of(jpod);
        try {
            brain(state.items, jpod.brain().pid());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return state;
    }

    private static void add(Map<String, Integer> items, String item) {
        items.merge(item, 1, Integer::sum);
    }

    private static void mounts(Map<String, Integer> items) throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/self/mountinfo"))) {
            String[] fields = line.split(" ");
            add(items, "mount " + fields[4] + " of " + fields[2] + fields[3]);
        }
    }

    private static void files(Map<String, Integer> items, Path root) throws IOException {
        for (Path container : children(root)) {
            add(items, "file " + root.relativize(container));
            for (Path file : children(container)) {
                add(items, "file " + root.relativize(file));
            }
        }
    }

    private static Path cgroup2() {
        Path hybrid = Path.of("/sys/fs/cgroup/unified");
        return Files.exists(hybrid) ? hybrid : Path.of("/sys/fs/cgroup");
    }

    private static void cgroups(Map<String, Integer> items, String token) throws IOException {
        Path top = cgroup2();
        Path[] parents = {top, top.resolve("jpod"), top.resolve(token)};
        for (Path parent : parents) {
            for (Path child : children(parent)) {
                if (child.toString().contains(token) && Files.isDirectory(child)) {
                    add(items, "cgroup " + top.relativize(child));
                }
            }
        }
    }

    private static TreeSet<Path> children(Path dir) throws IOException {
        TreeSet<Path> children = new TreeSet<>();
        if (Files.isDirectory(dir)) {
            try (DirectoryStream<Path> entries = Files.newDirectoryStream(dir)) {
                entries.forEach(children::add);
            } catch (NoSuchFileException | DirectoryIteratorException e) {
                // It goes away just now.
                children.clear();
            }
        }
        return children;
    }

    private static String read(Path file) {
        try {
            return new String(Files.readAllBytes(file), java.nio.charset.StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            // The process has ended.
            return "";
        }
    }

    private static void processes(Map<String, Integer> items, String token) throws IOException {
        String own = link(Path.of("/proc/self/ns/net"));
        try (DirectoryStream<Path> all = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
            for (Path process : all) {
                // Zombies are their parent's business.
                if (!read(process.resolve("stat")).matches("(?s).*\\) [ZX] .*")
                        && (read(process.resolve("environ")).contains("JPOD_IT=" + token)
                                || read(process.resolve("cgroup")).contains(token))) {
                    add(items, "process " + read(process.resolve("comm")).strip());
                    String namespace = link(process.resolve("ns/net"));
                    if (!namespace.equals(own) && !namespace.isEmpty()) {
                        items.put("network namespace " + namespace, 1);
                    }
                }
            }
        }
    }

    private static String link(Path path) {
        try {
            return Files.readSymbolicLink(path).toString();
        } catch (IOException e) {
            return "";
        }
    }

    private static void brain(Map<String, Integer> items, long pid) throws IOException {
        for (Path fd : children(Paths.get("/proc/" + pid + "/fd"))) {
            add(
                    items,
                    "brain's descriptor "
                            + link(fd).replaceAll("\\[\\d+]", "[]").replace(" (deleted)", ""));
        }
        for (Path task : children(Paths.get("/proc/" + pid + "/task"))) {
            String name = read(task.resolve("comm")).strip();
            // They wait a minute for the next call.
            if (!name.startsWith("caller-")) {
                add(items, "brain's thread " + name);
            }
        }
    }

    /** Items that only one of both has, or that there are more of; empty if there are none. */
    String changesSince(HostState before) {
        StringBuilder text = new StringBuilder();
        TreeSet<String> all = new TreeSet<>(items.keySet());
        all.addAll(before.items.keySet());
        for (String item : all) {
            int change = items.getOrDefault(item, 0) - before.items.getOrDefault(item, 0);
            if (change != 0) {
                text.append(change > 0 ? "+" : "")
                        .append(change)
                        .append(' ')
                        .append(item)
                        .append('\n');
            }
        }
        return text.toString();
    }

    /** What has changed for good: processes need a moment to end. */
    static String lastingChanges(Jpod jpod, HostState before, boolean withBrain) {
        long deadline = System.nanoTime() + SETTLE_MILLIS * 1_000_000;
        while (true) {
            HostState now = withBrain ? withBrain(jpod) : of(jpod);
            String changes = now.changesSince(before);
            if (changes.isEmpty() || System.nanoTime() > deadline) {
                return changes;
            }
            Jpod.sleep(10);
        }
    }
}
