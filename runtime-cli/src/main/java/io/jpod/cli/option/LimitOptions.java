package io.jpod.cli.option;

import io.jpod.cli.command.Definition;
import io.jpod.engine.Limits;
import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/** Limits of a container or of a pod, in the units of people. */
final class LimitOptions {
    private @Nullable String memory;

    private @Nullable String cpus;

    private @Nullable String cpusetCpus;

    private @Nullable Long pidsLimit;

    void define(Definition d) {
        d.value("-m --memory=SIZE", "At most so much memory, such as 64m.", v -> memory = v);
        d.value("--cpus=NUMBER", "At most the time of so many CPUs, such as 1.5.", v -> cpus = v);
        d.value("--cpuset-cpus=LIST", "Only on these CPUs, such as 0-3,7.", v -> cpusetCpus = v);
        d.value(
                "--pids-limit=NUMBER",
                "At most so many processes and threads, -1 for no limit (default: 2048 where the host can limit them).",
                Long.class,
                v -> pidsLimit = v);
    }

    Limits limits() {
        return new Limits(
                memory == null ? null : Long.valueOf(Sizes.bytes("--memory", memory)),
                cpus == null ? null : number(cpus),
                cpusetCpus,
                pidsLimit);
    }

    private static BigDecimal number(String cpus) {
        try {
            return new BigDecimal(cpus);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("--cpus: must be a number such as 1.5, is \"" + cpus + "\"", e);
        }
    }
}
