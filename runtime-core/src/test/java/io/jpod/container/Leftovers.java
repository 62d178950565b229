package io.jpod.container;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpod.cgroup.CgroupFs;
import io.jpod.linux.Nftables;
import io.jpod.testing.Own;
import io.jpod.testing.Proc;
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
 * @param processes this JVM's descendants, zombies too, and whoever else is in a cgroup or a root file system of these tests
 * @param namespaces that one of those is in, or a thread of this JVM
 * @param copies of pins below the test's directory, in mount namespaces that somebody else is in
 */
record Leftovers(
        List<String> mounts,
        Set<String> cgroups,
        List<String> descriptors,
        Set<String> processes,
        Set<String> namespaces,
        List<String> copies) {
    static {
        if (Nftables.isThere()) {
            // Its socket stays open from now on.
            Nftables.run("list tables");
        }
    }

    /** @param temporary the test's own directory */
    static Leftovers now(Path temporary) throws IOException {
        List<Path> processes = findProcesses(temporary);
        return new Leftovers(
                Proc.mounts(temporary).stream()
                        .map(line -> line.split(" ")[0] + " " + line.split(" ")[4])
                        .toList(),
                findCgroups(),
                findDescriptors(),
                processes.stream().map(Path::toString).collect(Collectors.toCollection(TreeSet::new)),
                Stream.concat(processes.stream(), Stream.of(Path.of("/proc/self")))
                        .flatMap(process -> Proc.namespaces(process).stream())
                        .collect(Collectors.toCollection(TreeSet::new)),
                Proc.copiesOfPins(temporary));
    }

    void compareWith(Leftovers before) {
        assertThat(mounts).as("mounts of the host").containsExactlyElementsOf(before.mounts);
        assertThat(cgroups).as("cgroups").isEqualTo(before.cgroups);
        assertThat(descriptors).as("descriptors of this JVM").containsExactlyElementsOf(before.descriptors);
        assertThat(processes).as("processes").isSubsetOf(before.processes);
        assertThat(namespaces).as("namespaces").isSubsetOf(before.namespaces);
        assertThat(copies).as("pins in other mount namespaces").isSubsetOf(before.copies);
    }

    private static Set<String> findCgroups() throws IOException {
        Path parent =
                CgroupFs.find().map(fs -> Path.of(fs.mount() + Own.CGROUPS)).orElse(null);
        if (parent == null || !Files.exists(parent)) {
            return Set.of();
        }
        try (Stream<Path> all = Files.walk(parent)) {
            return all.filter(Files::isDirectory).map(Path::toString).collect(Collectors.toCollection(TreeSet::new));
        }
    }

    private static List<String> findDescriptors() throws IOException {
        try (Stream<Path> links = Files.list(Path.of("/proc/self/fd"))) {
            return links.map(Proc::link)
                    .filter(target ->
                            !target.isEmpty() && !target.endsWith("/fd") && !target.matches(".*\\.(jar|so).*"))
                    // Made once and kept: the sealed jpod-init.
                    .filter(target -> !target.contains("jpod-init") && !target.contains("libjpod"))
                    .map(target -> target.replaceAll("\\d+", "N"))
                    .sorted()
                    .toList();
        }
    }

    private static List<Path> findProcesses(Path temporary) {
        Stream<Path> descendants =
                ProcessHandle.current().descendants().map(process -> Path.of("/proc", Long.toString(process.pid())));
        Stream<Path> others = Proc.processes().stream()
                .filter(process ->
                        Proc.read(process.resolve("cgroup")).contains(Own.CGROUPS) || hasRootBelow(process, temporary));
        return Stream.concat(descendants, others).distinct().toList();
    }

    private static boolean hasRootBelow(Path process, Path temporary) {
        return Proc.isAmongOtherMounts(process)
                && Proc.read(process.resolve("mountinfo"))
                        .lines()
                        .map(line -> line.split(" "))
                        .anyMatch(fields ->
                                fields[4].equals("/") && fields[3].contains("/" + temporary.getFileName() + "/"));
    }
}
