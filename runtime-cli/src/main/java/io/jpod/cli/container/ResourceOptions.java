package io.jpod.cli.container;

import io.jpod.cli.command.Definition;
import io.jpod.cli.option.Sizes;
import io.jpod.oci.Resources;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Limits one by one, in the units of the runtime-spec. */
final class ResourceOptions {
    private @Nullable Definition definition;

    private @Nullable String memory;
    private @Nullable String memoryReservation;
    private @Nullable String memorySwap;
    private @Nullable Long cpuShares;
    private @Nullable Long cpuQuota;
    private @Nullable Long cpuPeriod;
    private @Nullable Long cpuBurst;
    private @Nullable Long cpuIdle;
    private @Nullable Long cpuRtPeriod;
    private @Nullable Long cpuRtRuntime;
    private @Nullable String cpusetCpus;
    private @Nullable String cpusetMems;
    private @Nullable Long pidsLimit;
    private @Nullable Integer blkioWeight;

    void define(Definition d) {
        definition = d;
        d.value("--memory=SIZE", "Memory, such as 64m; -1 for no limit.", v -> memory = v);
        d.value(
                "--memory-reservation=SIZE",
                "Memory that is spared when the host runs short; -1 for none.",
                v -> memoryReservation = v);
        d.value("--memory-swap=SIZE", "Memory and swap together; -1 for no limit.", v -> memorySwap = v);
        d.value("--cpu-share=N", "Weight against other containers, 2 to 262144.", Long.class, v -> cpuShares = v);
        d.value("--cpu-quota=USEC", "CPU time in a period; -1 for no limit.", Long.class, v -> cpuQuota = v);
        d.value("--cpu-period=USEC", "The length of a period, 1000 to 1000000.", Long.class, v -> cpuPeriod = v);
        d.value("--cpu-burst=USEC", "CPU time that may be saved up.", Long.class, v -> cpuBurst = v);
        d.value("--cpu-idle=0|1", "Run only when nobody else wants to.", Long.class, v -> cpuIdle = v);
        d.value("--cpu-rt-period=USEC", "Of realtime scheduling (cgroup v1 alone).", Long.class, v -> cpuRtPeriod = v);
        d.value(
                "--cpu-rt-runtime=USEC",
                "Of realtime scheduling (cgroup v1 alone).",
                Long.class,
                v -> cpuRtRuntime = v);
        d.value("--cpuset-cpus=LIST", "CPUs, such as 0-3,7.", v -> cpusetCpus = v);
        d.value("--cpuset-mems=LIST", "Memory nodes.", v -> cpusetMems = v);
        d.value("--pids-limit=N", "Processes and threads; -1 for no limit.", Long.class, v -> pidsLimit = v);
        d.value("--blkio-weight=N", "Weight of disk access, 10 to 1000.", Integer.class, v -> blkioWeight = v);
    }

    boolean isGiven() {
        return definition != null && definition.given().isPresent();
    }

    Resources resources() {
        return Resources.NONE.with(r -> {
            r.memory = memory();
            r.cpu = cpu();
            r.pids = pids();
            r.blockIO = blockIo();
        });
    }

    private Resources.@Nullable Memory memory() {
        Long limit = size("--memory", memory);
        Long reservation = size("--memory-reservation", memoryReservation);
        Long swap = size("--memory-swap", memorySwap);
        return limit == null && reservation == null && swap == null
                ? null
                : new Resources.Memory(limit, reservation, swap, null, null, null, null, null, null);
    }

    private static @Nullable Long size(String option, @Nullable String text) {
        return text == null ? null : Long.valueOf(Sizes.limit(option, text));
    }

    private Resources.Cpu cpu() {
        return new Resources.Cpu(
                cpuShares, cpuQuota, cpuBurst, cpuPeriod, cpuRtRuntime, cpuRtPeriod, cpusetCpus, cpusetMems, cpuIdle);
    }

    private Resources.@Nullable Pids pids() {
        return pidsLimit == null ? null : new Resources.Pids(pidsLimit);
    }

    private Resources.@Nullable BlockIo blockIo() {
        return blkioWeight == null
                ? null
                : new Resources.BlockIo(blkioWeight, null, List.of(), List.of(), List.of(), List.of(), List.of());
    }
}
