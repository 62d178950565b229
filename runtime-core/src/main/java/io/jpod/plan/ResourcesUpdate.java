package io.jpod.plan;

import io.jpod.oci.Resources;
import io.jpod.oci.Resources.BlockIo;
import io.jpod.oci.Resources.Cpu;
import io.jpod.oci.Resources.HugepageLimit;
import io.jpod.oci.Resources.Memory;
import io.jpod.oci.Resources.Pids;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the resources of a container are after an {@code update}. */
public final class ResourcesUpdate {
    private ResourcesUpdate() {}

    /**
     * The old resources with every value replaced that the update sets, to be remembered for the next update. A number that is
     * 0 where 0 means "not set" (see {@link Limits}) replaces nothing. Devices stay as they are: an update never changes
     * them.
     *
     * <p>A memory limit above the old swap limit, which counts both together, is refused by {@link Limits}: the update has
     * to bring the new one.
     */
    public static Resources over(@Nullable Resources old, Resources update) {
        if (old == null) {
            return update.with(u -> u.devices = List.of());
        }
        return new Resources(
                old.devices(),
                memory(old.memory(), update.memory()),
                cpu(old.cpu(), update.cpu()),
                pids(old.pids(), update.pids()),
                blockIo(old.blockIO(), update.blockIO()),
                hugepages(old.hugepageLimits(), update.hugepageLimits()),
                update.network() != null ? update.network() : old.network(),
                merged(old.rdma(), update.rdma()),
                merged(old.unified(), update.unified()));
    }

    private static @Nullable Memory memory(@Nullable Memory old, @Nullable Memory update) {
        if (old == null || update == null) {
            return update == null ? old : update;
        }
        return new Memory(
                set(old.limit(), update.limit()),
                set(old.reservation(), update.reservation()),
                liftsBoth(update) ? Long.valueOf(-1) : set(old.swap(), update.swap()),
                set(old.kernel(), update.kernel()),
                set(old.kernelTCP(), update.kernelTCP()),
                given(old.swappiness(), update.swappiness()),
                given(old.disableOOMKiller(), update.disableOOMKiller()),
                given(old.useHierarchy(), update.useHierarchy()),
                given(old.checkBeforeUpdate(), update.checkBeforeUpdate()));
    }

    /** No memory limit and not a word about swap: no limit of both, as with cgroup v1. */
    private static boolean liftsBoth(Memory update) {
        return update.limit() != null && update.limit() == -1 && (update.swap() == null || update.swap() == 0);
    }

    private static @Nullable Cpu cpu(@Nullable Cpu old, @Nullable Cpu update) {
        if (old == null || update == null) {
            return update == null ? old : update;
        }
        return new Cpu(
                set(old.shares(), update.shares()),
                set(old.quota(), update.quota()),
                given(old.burst(), update.burst()),
                set(old.period(), update.period()),
                set(old.realtimeRuntime(), update.realtimeRuntime()),
                set(old.realtimePeriod(), update.realtimePeriod()),
                given(old.cpus(), update.cpus()),
                given(old.mems(), update.mems()),
                given(old.idle(), update.idle()));
    }

    private static @Nullable Pids pids(@Nullable Pids old, @Nullable Pids update) {
        return update == null || update.limit() == null ? old : update;
    }

    private static @Nullable BlockIo blockIo(@Nullable BlockIo old, @Nullable BlockIo update) {
        if (old == null || update == null) {
            return update == null ? old : update;
        }
        return new BlockIo(
                update.weight() == null || update.weight() == 0 ? old.weight() : update.weight(),
                given(old.leafWeight(), update.leafWeight()),
                both(old.weightDevice(), update.weightDevice()),
                both(old.throttleReadBpsDevice(), update.throttleReadBpsDevice()),
                both(old.throttleWriteBpsDevice(), update.throttleWriteBpsDevice()),
                both(old.throttleReadIOPSDevice(), update.throttleReadIOPSDevice()),
                both(old.throttleWriteIOPSDevice(), update.throttleWriteIOPSDevice()));
    }

    private static List<HugepageLimit> hugepages(List<HugepageLimit> old, List<HugepageLimit> update) {
        Map<String, HugepageLimit> limits = new LinkedHashMap<>();
        both(old, update).forEach(limit -> limits.put(limit.pageSize(), limit));
        return List.copyOf(limits.values());
    }

    /** One write for each, in this order, so that of two for the same device the later one holds. */
    private static <T> List<T> both(List<T> old, List<T> update) {
        List<T> both = new ArrayList<>(old);
        both.removeAll(update);
        both.addAll(update);
        return both;
    }

    private static <V> Map<String, V> merged(Map<String, V> old, Map<String, V> update) {
        Map<String, V> merged = new LinkedHashMap<>(old);
        merged.putAll(update);
        return merged;
    }

    private static @Nullable Long set(@Nullable Long old, @Nullable Long update) {
        return update == null || update == 0 ? old : update;
    }

    private static <T> @Nullable T given(@Nullable T old, @Nullable T update) {
        return update == null ? old : update;
    }
}
