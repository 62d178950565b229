package io.jpod.engine;

import io.jpod.oci.Resources;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Limits of a container or of a pod, in the units of people. Null: none.
 *
 * @param memory bytes
 * @param cpus the time of so many CPUs
 * @param cpusetCpus such as 0-3,7
 * @param pids processes and threads; null: the default; 0 or less: no limit
 */
public record Limits(
        @Nullable Long memory,
        @Nullable BigDecimal cpus,
        @Nullable String cpusetCpus,
        @Nullable Long pids) {

    public static final Limits NONE = new Limits(null, null, null, null);

    private static final long CPU_PERIOD = 100_000;

    /** kernel/sched/core.c: min_cfs_quota_period. */
    private static final long LEAST_QUOTA = 1000;

    /**
     * @param devices rules for device access; empty: no filter
     * @param usualPids the limit of processes where none is given; null: none
     * @throws InvalidWish if the kernel knows no such limit
     */
    public Resources resources(List<Resources.DeviceRule> devices, @Nullable Long usualPids) {
        Resources.Memory bytes =
                memory == null ? null : new Resources.Memory(memory, null, null, null, null, null, null, null, null);
        return new Resources(devices, bytes, cpu(), processes(usualPids), null, List.of(), null, Map.of(), Map.of());
    }

    private Resources.@Nullable Cpu cpu() {
        if (cpus == null && cpusetCpus == null) {
            return null;
        }
        Long quota = cpus == null ? null : quota(cpus);
        Long period = quota == null ? null : Long.valueOf(CPU_PERIOD);
        return new Resources.Cpu(null, quota, null, period, null, null, cpusetCpus, null, null);
    }

    private static long quota(BigDecimal cpus) {
        try {
            long quota = cpus.multiply(BigDecimal.valueOf(CPU_PERIOD))
                    .setScale(0, RoundingMode.HALF_UP)
                    .longValueExact();
            if (quota >= LEAST_QUOTA) {
                return quota;
            }
        } catch (ArithmeticException e) {
            throw new InvalidWish("cpus", "too large: " + cpus);
        }
        throw new InvalidWish("cpus", "must be at least 0.01, is " + cpus);
    }

    private Resources.@Nullable Pids processes(@Nullable Long usual) {
        if (pids == null) {
            return usual == null ? null : new Resources.Pids(usual);
        }
        // Nothing to limit is nothing to ask of the host.
        return pids <= 0 ? null : new Resources.Pids(pids);
    }
}
