package io.jpod.pod;

import io.jpod.linux.Linux;
import io.jpod.oci.IdMapping;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Ids of the host for user namespaces: each pod has 65,536 of its own, which nobody else has. */
final class IdRanges {
    private static final long SIZE = 1 << 16;

    /** Where systemd-nspawn(1) looks for container ids too; below are users, above is what 32-bit signed ids cannot say. */
    private static final long FIRST = 0x80000;

    private static final long LAST = 0x6fff0000L;

    private IdRanges() {}

    /** The lowest range that no pod has, nor a user by subuid(5). */
    static List<IdMapping> free(List<Pod> pods) {
        List<IdMapping> taken = new ArrayList<>(subordinate("/etc/subuid"));
        taken.addAll(subordinate("/etc/subgid"));
        pods.stream().flatMap(pod -> pod.mappings().stream()).forEach(taken::add);
        for (long first = FIRST; first <= LAST; first += SIZE) {
            IdMapping range = new IdMapping(0, first, SIZE);
            if (taken.stream().noneMatch(other -> overlap(range, other))) {
                return List.of(range);
            }
        }
        throw new PodException("--userns auto: all ids from %d to %d are taken".formatted(FIRST, LAST + SIZE - 1));
    }

    private static boolean overlap(IdMapping a, IdMapping b) {
        return a.hostID() < b.hostID() + b.size() && b.hostID() < a.hostID() + a.size();
    }

    private static List<IdMapping> subordinate(String file) {
        if (!Files.exists(Path.of(file))) {
            return List.of();
        }
        return Linux.readText(file, 1 << 20)
                .lines()
                .map(line -> line.split(":"))
                .filter(fields -> fields.length == 3 && (fields[1] + fields[2]).matches("\\d{2,18}"))
                .map(fields -> new IdMapping(0, Long.parseLong(fields[1]), Math.max(1, Long.parseLong(fields[2]))))
                .toList();
    }
}
