package io.jpod.container;

import io.jpod.cgroup.Cgroup;
import io.jpod.cgroup.CgroupFs;
import io.jpod.oci.Resources;
import io.jpod.oci.Spec;
import io.jpod.oci.SpecWriter;
import io.jpod.plan.Limit;
import io.jpod.plan.Limits;
import io.jpod.plan.ResourcesUpdate;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Changes the limits of a container that runs: all of them, or none. */
final class LimitsUpdate {
    /** Files with a line for each device, and what a line says that is not there. */
    private static final Map<String, String> BY_DEVICE =
            Map.of("io.max", "rbps=max wbps=max riops=max wiops=max", "rdma.max", "hca_handle=max hca_object=max");

    private LimitsUpdate() {}

    /**
     * @param container is locked
     * @param source what errors call the place that the update is from
     * @return what the container's config is now
     */
    static Spec apply(Cgroup cgroup, Container container, Resources update, String source) {
        Spec old = container.readSpec();
        Resources merged = apply(cgroup, old.linux().resources(), update, source);
        Spec updated = old.with(s -> s.linux = s.linux.with(l -> l.resources = merged));
        container.dir().writeConfig(SpecWriter.write(updated));
        return updated;
    }

    private static Resources apply(Cgroup cgroup, @Nullable Resources old, Resources update, String source) {
        Resources merged = ResourcesUpdate.over(old, update);
        List<Limit> limits = Limits.of(merged, cgroup.facts(), source, "");
        CgroupFs.find()
                .orElseThrow(() -> new ContainerException("no cgroup2 is mounted"))
                .enable(cgroup, limits);
        List<Limit> before = limits.stream().map(limit -> now(cgroup, limit)).toList();
        try {
            cgroup.apply(limits);
        } catch (RuntimeException | Error e) {
            restore(cgroup, before, e);
            throw e;
        }
        return merged;
    }

    /** What the file says now, as something to write to it. */
    private static Limit now(Cgroup cgroup, Limit limit) {
        String device = limit.value().split(" ", 2)[0];
        List<String> lines = new ArrayList<>();
        try {
            lines.addAll(Files.readAllLines(Path.of(cgroup.path(), limit.file())));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + limit.file() + " in " + cgroup + ": " + e.getMessage(), e);
        }
        String none = BY_DEVICE.get(limit.file());
        String value = none != null
                ? lines.stream()
                        .filter(line -> line.startsWith(device + " "))
                        .findFirst()
                        .orElse(device + " " + none)
                // Nothing at all to write would be no write.
                : lines.isEmpty() || lines.getFirst().isEmpty() ? "\n" : lines.getFirst();
        return new Limit(limit.file(), value, limit.from(), limit.controller());
    }

    /** The last one first, since a limit may have been allowed by the one before it. */
    private static void restore(Cgroup cgroup, List<Limit> before, Throwable reason) {
        for (Limit limit : before.reversed()) {
            try {
                cgroup.apply(List.of(limit));
            } catch (RuntimeException | Error e) {
                reason.addSuppressed(e);
            }
        }
    }
}
