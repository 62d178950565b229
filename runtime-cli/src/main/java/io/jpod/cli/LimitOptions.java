package io.jpod.cli;

import io.jpod.oci.Resources;
import java.math.BigDecimal;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Limits of a container or of a pod, in the units of people. */
final class LimitOptions {
    private static final long CPU_PERIOD = 100_000;

    @Nullable String memory;

    @Nullable String cpus;

    @Nullable String cpusetCpus;

    @Nullable Long pidsLimit;

    void define(Definition d) {
        d.value("-m --memory=SIZE", "At most so much memory, such as 64m.", v -> memory = v);
        d.value("--cpus=NUMBER", "At most the time of so many CPUs, such as 1.5.", v -> cpus = v);
        d.value("--cpuset-cpus=LIST", "Only on these CPUs, such as 0-3,7.", v -> cpusetCpus = v);
        d.value(
                "--pids-limit=NUMBER",
                "At most so many processes and threads, -1 for no limit (default: 2048 where the host can limit them).",
                Long.class,
                null,
                v -> pidsLimit = v);
    }

    /**
     * @param devices rules for device access; empty: no filter
     * @param pids the limit of processes where none is given; null: none
     */
    Resources resources(List<Resources.DeviceRule> devices, @Nullable Long pids) {
        return Resources.NONE.with(r -> {
            r.devices = devices;
            r.memory = memory();
            r.cpu = cpu();
            r.pids = pids(pids);
        });
    }

    private Resources.@Nullable Memory memory() {
        if (memory == null) {
            return null;
        }
        return new Resources.Memory(Sizes.bytes("--memory", memory), null, null, null, null, null, null, null, null);
    }

    private Resources.@Nullable Cpu cpu() {
        if (cpus == null && cpusetCpus == null) {
            return null;
        }
        Long quota = cpus == null ? null : quota(cpus);
        Long period = quota == null ? null : Long.valueOf(CPU_PERIOD);
        return new Resources.Cpu(null, quota, null, period, null, null, cpusetCpus, null, null);
    }

    private static long quota(String cpus) {
        try {
            long quota = new BigDecimal(cpus)
                    .multiply(BigDecimal.valueOf(CPU_PERIOD))
                    .setScale(0, java.math.RoundingMode.HALF_UP)
                    .longValueExact();
            // kernel/sched/core.c: min_cfs_quota_period
            if (quota >= 1000) {
                return quota;
            }
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException("--cpus: too large: " + cpus, e);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("--cpus: must be a number such as 1.5, is \"" + cpus + "\"", e);
        }
        throw new IllegalArgumentException("--cpus: must be at least 0.01, is " + cpus);
    }

    private Resources.@Nullable Pids pids(@Nullable Long otherwise) {
        if (pidsLimit == null) {
            return otherwise == null ? null : new Resources.Pids(otherwise);
        }
        // Nothing to limit is nothing to ask of the host.
        return pidsLimit <= 0 ? null : new Resources.Pids(pidsLimit);
    }
}
