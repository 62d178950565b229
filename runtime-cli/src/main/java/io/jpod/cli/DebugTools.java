package io.jpod.cli;

import io.jpod.linux.Linux;
import io.jpod.linux.RootedPaths;
import io.jpod.linux.Stat;
import io.jpod.oci.IdMapping;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The root file system with the tools.
 *
 * @param shared whether every debug container has it, so that none may write to it
 */
record DebugTools(Path rootfs, boolean shared) {
    private static final String VARIABLE = "JPOD_DEBUG_ROOTFS";

    /** @param given on the command line; null: not */
    static DebugTools find(Jpod jpod, @Nullable String given) {
        String variable = jpod.caller().environment().getOrDefault(VARIABLE, "");
        if (given != null) {
            return of(jpod, "--rootfs", given, false);
        }
        if (!variable.isEmpty()) {
            return of(jpod, "$" + VARIABLE, variable, true);
        }
        List<Path> usual = usual(jpod.caller().program());
        return usual.stream()
                .filter(Files::isDirectory)
                .findFirst()
                .map(path -> new DebugTools(path, true))
                .orElseThrow(() -> new IllegalArgumentException("no root file system with tools"
                        + (usual.isEmpty()
                                ? ""
                                : " in " + usual.stream().map(Path::toString).collect(Collectors.joining(" or ")))
                        + ": say where one is with --rootfs DIR or $" + VARIABLE));
    }

    private static DebugTools of(Jpod jpod, String by, String path, boolean shared) {
        Path rootfs = jpod.path(path).normalize();
        if (!Files.isDirectory(rootfs)) {
            throw new IllegalArgumentException(by + ": " + rootfs + " is no directory");
        }
        return new DebugTools(rootfs, shared);
    }

    /** Where an installation has it, and where a checkout does. */
    private static List<Path> usual(@Nullable Path program) {
        List<Path> usual = new ArrayList<>();
        Path prefix = program == null || program.getParent() == null
                ? null
                : program.getParent().getParent();
        if (prefix != null) {
            usual.add(prefix.resolve("share/jpod/debug-rootfs"));
            usual.add(prefix.resolve("test-rootfs/out/busybox"));
        }
        return usual;
    }

    /**
     * @param mappings of the user namespace whose root has to read it
     * @throws IllegalArgumentException if that is nobody to this file system
     */
    void requireReadable(List<IdMapping> mappings) {
        if (mappings.isEmpty()) {
            return;
        }
        require(Linux.stat(rootfs.toString()), "", mappings);
        try (RootedPaths paths = RootedPaths.open(rootfs.toString())) {
            for (String path : List.of("/bin", "/bin/sh")) {
                Optional<Stat> stat = paths.stat(path);
                stat.ifPresent(there -> require(there, path, mappings));
            }
        }
    }

    private void require(Stat stat, String path, List<IdMapping> mappings) {
        boolean others = (stat.mode() & 05) == 05;
        // Its root may do everything with files whose owner and group it has ids for, user_namespaces(7).
        boolean own = isMapped(stat.uid(), mappings) && isMapped(stat.gid(), mappings);
        if (!others && !own) {
            throw new IllegalArgumentException(
                    "%s%s: the users of the pod's user namespace cannot read it: give all read and execute rights (chmod o+rx)"
                            .formatted(rootfs, path));
        }
    }

    private static boolean isMapped(int id, List<IdMapping> mappings) {
        long host = Integer.toUnsignedLong(id);
        return mappings.stream().anyMatch(range -> host >= range.hostID() && host < range.hostID() + range.size());
    }
}
