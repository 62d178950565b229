package io.jpod.plan;

import io.jpod.oci.InvalidSpec;
import java.util.List;
import java.util.Map;

/** Names of the runtime-spec and the kernel's numbers for them, which are the same on x86-64 and aarch64. */
final class Tables {
    /** getrlimit(2), asm-generic/resource.h. */
    private static final List<String> RLIMITS = List.of(
            "RLIMIT_CPU",
            "RLIMIT_FSIZE",
            "RLIMIT_DATA",
            "RLIMIT_STACK",
            "RLIMIT_CORE",
            "RLIMIT_RSS",
            "RLIMIT_NPROC",
            "RLIMIT_NOFILE",
            "RLIMIT_MEMLOCK",
            "RLIMIT_AS",
            "RLIMIT_LOCKS",
            "RLIMIT_SIGPENDING",
            "RLIMIT_MSGQUEUE",
            "RLIMIT_NICE",
            "RLIMIT_RTPRIO",
            "RLIMIT_RTTIME");

    /** sched(7), linux/sched.h. */
    private static final Map<String, Integer> POLICIES = Map.of(
            "SCHED_OTHER", 0,
            "SCHED_FIFO", 1,
            "SCHED_RR", 2,
            "SCHED_BATCH", 3,
            "SCHED_ISO", 4,
            "SCHED_IDLE", 5,
            "SCHED_DEADLINE", 6);

    private static final Map<String, Integer> SCHED_FLAGS = Map.of(
            "SCHED_FLAG_RESET_ON_FORK", 0x01,
            "SCHED_FLAG_RECLAIM", 0x02,
            "SCHED_FLAG_DL_OVERRUN", 0x04,
            "SCHED_FLAG_KEEP_POLICY", 0x08,
            "SCHED_FLAG_KEEP_PARAMS", 0x10,
            "SCHED_FLAG_UTIL_CLAMP_MIN", 0x20,
            "SCHED_FLAG_UTIL_CLAMP_MAX", 0x40);

    /** ioprio_set(2). */
    private static final Map<String, Integer> IO_CLASSES =
            Map.of("IOPRIO_CLASS_RT", 1, "IOPRIO_CLASS_BE", 2, "IOPRIO_CLASS_IDLE", 3);

    /** set_mempolicy(2), linux/mempolicy.h. */
    private static final Map<String, Integer> MEMORY_MODES = Map.of(
            "MPOL_DEFAULT", 0,
            "MPOL_PREFERRED", 1,
            "MPOL_BIND", 2,
            "MPOL_INTERLEAVE", 3,
            "MPOL_LOCAL", 4,
            "MPOL_PREFERRED_MANY", 5,
            "MPOL_WEIGHTED_INTERLEAVE", 6);

    private static final Map<String, Integer> MEMORY_FLAGS = Map.of(
            "MPOL_F_NUMA_BALANCING", 1 << 13,
            "MPOL_F_RELATIVE_NODES", 1 << 14,
            "MPOL_F_STATIC_NODES", 1 << 15);

    private Tables() {}

    /** The resource number, or -1 for a name that there is not. */
    static int rlimit(String type) {
        return RLIMITS.indexOf(type);
    }

    static int policy(String name) {
        return number(POLICIES, name, "scheduler.policy");
    }

    static int schedulerFlags(List<String> names) {
        return names.stream()
                .mapToInt(name -> number(SCHED_FLAGS, name, "scheduler.flags"))
                .reduce(0, (a, b) -> a | b);
    }

    static int ioClass(String name) {
        return number(IO_CLASSES, name, "ioPriority.class");
    }

    static int memoryMode(String name) {
        return number(MEMORY_MODES, name, "linux.memoryPolicy.mode");
    }

    static int memoryFlags(List<String> names) {
        return names.stream()
                .mapToInt(name -> number(MEMORY_FLAGS, name, "linux.memoryPolicy.flags"))
                .reduce(0, (a, b) -> a | b);
    }

    private static int number(Map<String, Integer> table, String name, String path) {
        Integer number = table.get(name);
        if (number == null) {
            throw new InvalidSpec("config.json", path, "unknown: " + name);
        }
        return number;
    }
}
