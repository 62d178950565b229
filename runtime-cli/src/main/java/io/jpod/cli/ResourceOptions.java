package io.jpod.cli;

import io.jpod.oci.Spec;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Limits one by one, in the units of the runtime-spec. */
final class ResourceOptions {
    @Option(names = "--memory", paramLabel = "SIZE", description = "Memory, such as 64m; -1 for no limit.")
    @Nullable String memory;

    @Option(
            names = "--memory-reservation",
            paramLabel = "SIZE",
            description = "Memory that is spared when the host runs short; -1 for none.")
    @Nullable String memoryReservation;

    @Option(names = "--memory-swap", paramLabel = "SIZE", description = "Memory and swap together; -1 for no limit.")
    @Nullable String memorySwap;

    @Option(names = "--cpu-share", paramLabel = "N", description = "Weight against other containers, 2 to 262144.")
    @Nullable Long cpuShares;

    @Option(names = "--cpu-quota", paramLabel = "USEC", description = "CPU time in a period; -1 for no limit.")
    @Nullable Long cpuQuota;

    @Option(names = "--cpu-period", paramLabel = "USEC", description = "The length of a period, 1000 to 1000000.")
    @Nullable Long cpuPeriod;

    @Option(names = "--cpu-burst", paramLabel = "USEC", description = "CPU time that may be saved up.")
    @Nullable Long cpuBurst;

    @Option(names = "--cpu-idle", paramLabel = "0|1", description = "Run only when nobody else wants to.")
    @Nullable Long cpuIdle;

    @Option(names = "--cpu-rt-period", paramLabel = "USEC", description = "Of realtime scheduling (cgroup v1 alone).")
    @Nullable Long cpuRtPeriod;

    @Option(names = "--cpu-rt-runtime", paramLabel = "USEC", description = "Of realtime scheduling (cgroup v1 alone).")
    @Nullable Long cpuRtRuntime;

    @Option(names = "--cpuset-cpus", paramLabel = "LIST", description = "CPUs, such as 0-3,7.")
    @Nullable String cpusetCpus;

    @Option(names = "--cpuset-mems", paramLabel = "LIST", description = "Memory nodes.")
    @Nullable String cpusetMems;

    @Option(names = "--pids-limit", paramLabel = "N", description = "Processes and threads; -1 for no limit.")
    @Nullable Long pidsLimit;

    @Option(names = "--blkio-weight", paramLabel = "N", description = "Weight of disk access, 10 to 1000.")
    @Nullable Integer blkioWeight;

    Spec.Resources resources() {
        return new Spec.Resources(List.of(), memory(), cpu(), pids(), blockIo(), List.of(), null, Map.of(), Map.of());
    }

    private Spec.@Nullable Memory memory() {
        Long limit = size("--memory", memory);
        Long reservation = size("--memory-reservation", memoryReservation);
        Long swap = size("--memory-swap", memorySwap);
        return limit == null && reservation == null && swap == null
                ? null
                : new Spec.Memory(limit, reservation, swap, null, null, null, null, null, null);
    }

    private static @Nullable Long size(String option, @Nullable String text) {
        return text == null ? null : Long.valueOf(Sizes.limit(option, text));
    }

    private Spec.Cpu cpu() {
        return new Spec.Cpu(
                cpuShares, cpuQuota, cpuBurst, cpuPeriod, cpuRtRuntime, cpuRtPeriod, cpusetCpus, cpusetMems, cpuIdle);
    }

    private Spec.@Nullable Pids pids() {
        return pidsLimit == null ? null : new Spec.Pids(pidsLimit);
    }

    private Spec.@Nullable BlockIo blockIo() {
        return blkioWeight == null
                ? null
                : new Spec.BlockIo(blkioWeight, null, List.of(), List.of(), List.of(), List.of(), List.of());
    }
}
