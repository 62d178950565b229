package io.jpod.it;

import io.jpod.testing.Await;
import io.jpod.testing.Proc;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What there is on the host that a container or pod could leave behind: the host's mounts and network devices, and of one
 * {@link Jpod}: files below its state root, cgroups, processes, namespaces that one of them or a mount holds, descriptors and
 * threads of the resident brain.
 *
 * @param items how many there are of each
 */
record HostState(Map<String, Integer> items) {
    static HostState of(Jpod jpod) {
        Map<String, Integer> items = new TreeMap<>();
        try {
            mounts(items, jpod.dir);
            links(items, jpod.root);
            files(items, jpod.root);
            cgroups(items, jpod.token);
            processes(items, jpod);
            return new HostState(items);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The host, and the brain once it has come to rest: what it does after its caller has the exit code is no leak. */
    static HostState atRest(Jpod jpod) {
        Await.until(jpod::isIdle, () -> "the brain does not come to rest");
        return withBrain(jpod);
    }

    /** With what the resident brain holds. */
    private static HostState withBrain(Jpod jpod) {
        HostState state = of(jpod);
        try {
            brain(state.items, jpod.brain().pid());
            rules(state.items, jpod.root);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return state;
    }

    private static void add(Map<String, Integer> items, String item) {
        items.merge(item, 1, Integer::sum);
    }

    private static void mounts(Map<String, Integer> items, Path dir) throws IOException {
        for (String line : Proc.mounts(dir)) {
            String[] fields = line.split(" ");
            add(items, "mount " + fields[4] + " of " + fields[2] + fields[3].replaceAll("\\[\\d+]", "[]"));
        }
    }

    /** All but those that say of which other root they are. */
    private static void links(Map<String, Integer> items, Path root) {
        for (Path link : Proc.children(Path.of("/sys/class/net"))) {
            String alias = Proc.read(link.resolve("ifalias"));
            if (!alias.startsWith("jpod ") || alias.startsWith("jpod " + root + " ")) {
                add(items, "network device " + link.getFileName());
            }
        }
    }

    private static void files(Map<String, Integer> items, Path root) throws IOException {
        if (Files.isDirectory(root)) {
            try (Stream<Path> all = Files.walk(root)) {
                all.skip(1).forEach(file -> add(items, "file " + root.relativize(file)));
            } catch (UncheckedIOException | NoSuchFileException e) {
                // Something goes away just now.
                add(items, "file that changes");
            }
        }
    }

    static Path cgroup2() {
        Path hybrid = Path.of("/sys/fs/cgroup/unified");
        return Files.exists(hybrid) ? hybrid : Path.of("/sys/fs/cgroup");
    }

    private static void cgroups(Map<String, Integer> items, String token) {
        Path top = cgroup2();
        Path[] parents = {top, top.resolve("jpod"), top.resolve("jpod/pods"), top.resolve(token)};
        for (Path parent : parents) {
            for (Path child : Proc.children(parent)) {
                if (child.toString().contains(token) && Files.isDirectory(child)) {
                    add(items, "cgroup " + top.relativize(child));
                }
            }
        }
    }

    private static void processes(Map<String, Integer> items, Jpod jpod) {
        for (Path process : Proc.processes()) {
            if (Proc.read(process.resolve("environ")).contains("JPOD_IT=" + jpod.token)
                    || Proc.read(process.resolve("cgroup")).contains(jpod.token)) {
                add(items, "process " + Proc.read(process.resolve("comm")).strip());
                Proc.namespaces(process).forEach(namespace -> items.put("namespace " + namespace, 1));
            }
        }
        // With each lives what it pins.
        Proc.copiesOfPins(jpod.dir).forEach(pin -> add(items, "copy of " + pin));
    }

    private static void brain(Map<String, Integer> items, long pid) {
        for (Path fd : Proc.children(Paths.get("/proc/" + pid + "/fd"))) {
            add(
                    items,
                    "brain's descriptor "
                            + Proc.link(fd).replaceAll("\\[\\d+]", "[]").replace(" (deleted)", ""));
        }
        for (Path task : Proc.children(Paths.get("/proc/" + pid + "/task"))) {
            String name = Proc.read(task.resolve("comm")).strip();
            // They wait for the next call, each with a thread for its builder.
            if (!name.startsWith("caller-") && !name.equals("builder")) {
                add(items, "brain's thread " + name);
            }
        }
    }

    private static void rules(Map<String, Integer> items, Path root) throws IOException {
        if (Files.isExecutable(Path.of("/usr/sbin/nft"))) {
            Process nft = new ProcessBuilder("/usr/sbin/nft", "list", "ruleset").start();
            nft.inputReader()
                    .lines()
                    .filter(line -> line.contains(root.toString()))
                    .forEach(line -> add(items, "rule " + line.strip()));
        }
    }

    /**
     * Items that only one of both has, or that there are more of; empty if there are none. What the brain has less of, it had
     * not let go of before, and a process that is no more there was about to end.
     */
    String changesSince(HostState before) {
        StringBuilder text = new StringBuilder();
        TreeSet<String> all = new TreeSet<>(items.keySet());
        all.addAll(before.items.keySet());
        for (String item : all) {
            int change = items.getOrDefault(item, 0) - before.items.getOrDefault(item, 0);
            if (change > 0 || change < 0 && !item.matches("(brain's|process|namespace|copy) .*")) {
                text.append(change > 0 ? "+" : "")
                        .append(change)
                        .append(' ')
                        .append(item)
                        .append('\n');
            }
        }
        return text.toString();
    }

    static String changes(Jpod jpod, HostState before, boolean withBrain) {
        return (withBrain ? withBrain(jpod) : of(jpod)).changesSince(before);
    }

    /** What has changed for good: processes need a moment to end. */
    static String lastingChanges(Jpod jpod, HostState before, boolean withBrain) {
        return lastingChanges(jpod, before, withBrain, _ -> true);
    }

    /** The lines of it that matter. */
    static String lastingChanges(Jpod jpod, HostState before, boolean withBrain, Predicate<String> matters) {
        long deadline = System.nanoTime() + Await.PATIENCE.toNanos();
        while (true) {
            String changes =
                    changes(jpod, before, withBrain).lines().filter(matters).collect(Collectors.joining("\n"));
            if (changes.isEmpty() || System.nanoTime() > deadline) {
                return changes;
            }
            Await.pause(10);
        }
    }
}
