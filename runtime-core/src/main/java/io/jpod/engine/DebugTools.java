package io.jpod.engine;

import io.jpod.engine.hands.Parent;
import io.jpod.linux.RootedPaths;
import io.jpod.linux.Stat;
import io.jpod.oci.IdMapping;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The root file system with the tools.
 *
 * @param shared whether every debug container has it, so that none may write to it
 */
public record DebugTools(Path rootfs, boolean shared) {
    private static final String VARIABLE = "JPOD_DEBUG_ROOTFS";

    /**
     * @param given what is wished for; null: nothing
     * @param paths what somebody's words for a path mean
     */
    public static DebugTools find(Parent parent, @Nullable String given, Function<String, Path> paths) {
        if (given != null) {
            Path rootfs = paths.apply(given).normalize();
            if (!Files.isDirectory(rootfs)) {
                throw new InvalidWish("rootfs", rootfs + " is no directory");
            }
            return new DebugTools(rootfs, false);
        }
        String variable = parent.environment().getOrDefault(VARIABLE, "");
        if (!variable.isEmpty()) {
            Path rootfs = paths.apply(variable).normalize();
            if (!Files.isDirectory(rootfs)) {
                throw new IllegalArgumentException("$" + VARIABLE + ": " + rootfs + " is no directory");
            }
            return new DebugTools(rootfs, true);
        }
        List<Path> usual = usual(parent.program());
        return usual.stream()
                .filter(Files::isDirectory)
                .findFirst()
                .map(path -> new DebugTools(path, true))
                .orElseThrow(() -> new InvalidWish(
                        names -> "no root file system with tools"
                                + (usual.isEmpty()
                                        ? ""
                                        : " in "
                                                + usual.stream()
                                                        .map(Path::toString)
                                                        .collect(Collectors.joining(" or ")))
                                + ": say where one is with " + names.apply("rootfs") + " DIR or $" + VARIABLE,
                        null));
    }

    /** Where an installation has it, and where a checkout does. */
    private static List<Path> usual(Path program) {
        List<Path> usual = new ArrayList<>();
        Path prefix = program.getParent() == null ? null : program.getParent().getParent();
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
        require(Stat.of(rootfs.toString()), "", mappings);
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
