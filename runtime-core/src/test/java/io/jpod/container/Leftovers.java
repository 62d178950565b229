package io.jpod.container;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpod.cgroup.CgroupFs;
import io.jpod.linux.Nftables;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * All that a container could leave on the host.
 *
 * @param descriptors of this JVM, by what they are, without the JVM's own
 * @param processes children of this JVM: a container's process is one, and so would be a zombie
 */
record Leftovers(List<String> mounts, Set<String> cgroups, List<String> descriptors, Set<String> processes) {
    /** Below the cgroup2 mount, for tests alone: other containers of the host come and go. */
    static final String CGROUPS = "/jpod-test-" + ProcessHandle.current().pid();

    static {
        if (Nftables.isThere()) {
            // Its socket stays open from now on.
            Nftables.run("list tables");
        }
    }

    /** @param temporary the test's own directory */
    static Leftovers now(Path temporary) throws IOException {
        return new Leftovers(
                Files.readAllLines(Path.of("/proc/self/mountinfo")).stream()
                        .map(line -> line.split(" ")[0] + " " + line.split(" ")[4])
                        // Of whoever else works below /tmp at the same time we know nothing.
                        .filter(mount -> !mount.contains(" /tmp/") || mount.contains(" " + temporary))
                        .toList(),
                findCgroups(),
                findDescriptors(),
                findProcesses());
    }

    void compareWith(Leftovers before) {
        assertThat(mounts).as("mounts of the host").containsExactlyElementsOf(before.mounts);
        assertThat(cgroups).as("cgroups").isEqualTo(before.cgroups);
        assertThat(descriptors).as("descriptors of this JVM").containsExactlyElementsOf(before.descriptors);
        assertThat(processes).as("processes").isSubsetOf(before.processes);
    }

    private static Set<String> findCgroups() throws IOException {
        Path parent = CgroupFs.find().map(fs -> Path.of(fs.mount() + CGROUPS)).orElse(null);
        if (parent == null || !Files.exists(parent)) {
            return Set.of();
        }
        try (Stream<Path> all = Files.walk(parent)) {
            return all.filter(Files::isDirectory).map(Path::toString).collect(Collectors.toCollection(TreeSet::new));
        }
    }

    private static List<String> findDescriptors() throws IOException {
        try (Stream<Path> links = Files.list(Path.of("/proc/self/fd"))) {
            return links.map(Leftovers::target)
                    .filter(target ->
                            !target.isEmpty() && !target.endsWith("/fd") && !target.matches(".*\\.(jar|so).*"))
                    // Made once and kept: the sealed jpod-init.
                    .filter(target -> !target.contains("jpod-init") && !target.contains("libjpod"))
                    .map(target -> target.replaceAll("\\d+", "N"))
                    .sorted()
                    .toList();
        }
    }

    private static String target(Path link) {
        try {
            return Files.readSymbolicLink(link).toString();
        } catch (IOException closedMeanwhile) {
            return "";
        }
    }

    private static Set<String> findProcesses() {
        return ProcessHandle.current()
                .children()
                .map(child -> Long.toString(child.pid()))
                .collect(Collectors.toSet());
    }
}
