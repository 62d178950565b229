package io.jpod.plan;

import io.jpod.json.InvalidJson;
import io.jpod.oci.Resources;
import io.jpod.oci.Resources.Cpu;
import io.jpod.oci.Resources.HugepageLimit;
import io.jpod.oci.Resources.Memory;
import io.jpod.oci.Resources.Network;
import io.jpod.oci.Resources.Pids;
import io.jpod.oci.Resources.Rdma;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The resources of a configuration as writes to cgroup v2 files, in the order in which they are to be made. The fields were
 * made for cgroup v1 (runtime-spec, config-linux.md, "Control groups"); what they mean in v2 is Documentation/admin-guide/
 * cgroup-v2.rst, and conversions are those of runc 1.3.2 and crun 1.23, so that a container weighs the same under each.
 *
 * <p>0 means "not set" in the fields where no runtime ever took it for a value: memory.limit, reservation and swap, cpu
 * shares, quota and period, blockIO weights. Clients that fill in a whole struct rely on that. It is a value in pids.limit (since
 * runtime-spec 1.3), hugepage limits, cpu.burst and cpu.idle, and lifts the limit in a throttle rate.
 *
 * <p>What cgroup v2 cannot do is refused by name, if it asks for something: swappiness, kernel and kernelTCP, disableOOMKiller,
 * realtime scheduling, leaf weights, network classes and priorities. What clients send by default and v2 does anyway is
 * accepted: {@code useHierarchy: true}, {@code disableOOMKiller: false}, and 0 or -1 (unlimited) for the numbers.
 *
 * <p>Devices are not here: in v2 they are a program, not a file.
 */
public final class Limits {
    private static final Pattern CPU_LIST = Pattern.compile("[0-9a-zA-Z,:/ -]+");
    private static final Pattern PAGE_SIZE = Pattern.compile("[1-9][0-9]*[KMG]B");
    private static final Pattern DEVICE_NAME = Pattern.compile("[0-9A-Za-z_.:-]+");
    private static final Pattern FILE = Pattern.compile("[a-z][a-z0-9_]*(\\.[0-9A-Za-z_-]+)+");

    /** The other files of that prefix move processes, kill, freeze, or hand controllers on. */
    private static final Set<String> CORE_LIMITS =
            Set.of("cgroup.max.depth", "cgroup.max.descendants", "cgroup.pressure");

    /** kernel/sched/core.c: min_cfs_quota_period and max_cfs_quota_period, in microseconds. */
    private static final long MIN_PERIOD = 1_000;

    private static final long MAX_PERIOD = 1_000_000;

    /**
     * What has to be known of the cgroup.
     *
     * @param files the names of its files, or of one like it. A controller of which there is no file is not known; then
     *     what a kernel since 5.14 has is assumed
     * @param memoryCurrent bytes in use, for checkBeforeUpdate; 0 for a new cgroup
     */
    public record Facts(Set<String> files, long memoryCurrent) {
        public static final Facts UNKNOWN = new Facts(Set.of(), 0);

        public Facts {
            files = Set.copyOf(files);
        }

        /**
         * Whether that file is there, or {@code assumed} if nothing is known about its controller. Pressure files tell nothing:
         * they are there without the controller.
         */
        boolean has(String file, boolean assumed) {
            String controller = file.substring(0, file.indexOf('.') + 1);
            return files.contains(file)
                    || assumed
                            && files.stream()
                                    .noneMatch(name -> name.startsWith(controller) && !name.endsWith(".pressure"));
        }
    }

    private final Facts facts;
    private final String source;
    private final String prefix;
    private final List<Limit> limits = new ArrayList<>();

    Limits(Facts facts, String source, String prefix) {
        this.facts = facts;
        this.source = source;
        this.prefix = prefix;
    }

    /** The limits of a new container. */
    public static List<Limit> of(Resources resources, Facts facts) {
        return of(resources, facts, "config.json", "linux.resources");
    }

    /**
     * The limits of resources from anywhere, such as {@code update}.
     *
     * <p>Some values go together, so an update of one has to bring the other, as {@link ResourcesUpdate#over} does: swap
     * needs the memory limit, a period the quota.
     *
     * @param source what errors call the file
     * @param prefix where in it the resources are; "" if they are all of it
     * @throws InvalidJson naming the field that cannot be, or cannot be honoured
     */
    public static List<Limit> of(Resources resources, Facts facts, String source, String prefix) {
        Limits limits = new Limits(facts, source, prefix.isEmpty() ? "" : prefix + ".");
        limits.pids(resources.pids());
        limits.memory(resources.memory());
        if (resources.blockIO() != null) {
            new BlockIoLimits(limits, facts).add(resources.blockIO());
        }
        limits.cpu(resources.cpu());
        limits.hugepages(resources.hugepageLimits());
        limits.rdma(resources.rdma());
        limits.network(resources.network());
        limits.unified(resources.unified());
        return List.copyOf(limits.limits);
    }

    void add(String file, String value, String from) {
        limits.add(Limit.of(file, value, prefix + from));
    }

    InvalidJson wrong(String from, String reason) {
        return new InvalidJson(source, prefix + from, reason);
    }

    /**
     * The container's first process is born in its cgroup, which counts as a fork, so a limit of 0 would refuse it. With that
     * process in, 0 and 1 mean the same.
     */
    private void pids(@Nullable Pids pids) {
        if (pids == null || pids.limit() == null) {
            return;
        }
        long limit = pids.limit();
        atLeast(limit, -1, "pids.limit");
        add("pids.max", limit == -1 ? "max" : Long.toString(Math.max(1, limit)), "pids.limit");
    }

    private void memory(@Nullable Memory memory) {
        if (memory == null) {
            return;
        }
        long limit = bytes(memory.limit(), "memory.limit");
        long reservation = bytes(memory.reservation(), "memory.reservation");
        long swap = bytes(memory.swap(), "memory.swap");
        refuse(memory.kernel(), "memory.kernel", "kernel memory is part of memory.limit in cgroup v2");
        refuse(memory.kernelTCP(), "memory.kernelTCP", "TCP memory is part of memory.limit in cgroup v2");
        if (memory.swappiness() != null && memory.swappiness() != -1) {
            throw wrong("memory.swappiness", "cgroup v2 has no swappiness of a cgroup");
        }
        if (Boolean.TRUE.equals(memory.disableOOMKiller())) {
            throw wrong("memory.disableOOMKiller", "cgroup v2 cannot disable the OOM killer");
        }
        if (Boolean.FALSE.equals(memory.useHierarchy())) {
            throw wrong("memory.useHierarchy", "cgroup v2 is always hierarchical");
        }
        if (Boolean.TRUE.equals(memory.checkBeforeUpdate())) {
            notBelowUsage(limit, "memory.limit");
            notBelowUsage(swap, "memory.swap");
        }
        swap(swap, limit);
        max("memory.max", limit, "memory.limit");
        max("memory.low", reservation, "memory.reservation");
    }

    /** {@code swap} is memory and swap together in the spec, swap alone in v2. Lifting the one limit lifts the other. */
    private void swap(long swap, long limit) {
        if (swap == 0 && limit == -1) {
            swapMax("max", "memory.limit");
        } else if (swap == -1) {
            swapMax("max", "memory.swap");
        } else if (swap > 0) {
            if (limit == 0) {
                throw wrong("memory.swap", "needs memory.limit, since it counts memory and swap together");
            }
            if (limit > swap) {
                throw wrong("memory.swap", "must be at least memory.limit (" + limit + "), is " + swap);
            }
            swapMax(Long.toString(limit == -1 ? swap : swap - limit), "memory.swap");
        }
    }

    /** Without swap accounting (CONFIG_SWAP, swapaccount=0) only what forbids nothing or nothing but swap can be met. */
    private void swapMax(String value, String from) {
        if (facts.has("memory.swap.max", true)) {
            add("memory.swap.max", value, from);
        } else if (!value.equals("max") && !value.equals("0")) {
            throw wrong(from, "this kernel does not account swap (there is no memory.swap.max)");
        }
    }

    private void notBelowUsage(long limit, String from) {
        if (limit > 0 && limit <= facts.memoryCurrent()) {
            throw wrong(
                    from,
                    limit + " is not more than the memory in use, " + facts.memoryCurrent()
                            + ", and checkBeforeUpdate is set");
        }
    }

    private void cpu(@Nullable Cpu cpu) {
        if (cpu == null) {
            return;
        }
        refuse(cpu.realtimeRuntime(), "cpu.realtimeRuntime", "cgroup v2 cannot limit realtime scheduling");
        refuse(cpu.realtimePeriod(), "cpu.realtimePeriod", "cgroup v2 cannot limit realtime scheduling");
        long idle = orZero(cpu.idle());
        if (idle != 0 && idle != 1) {
            throw wrong("cpu.idle", "must be 0 or 1, is " + idle);
        }
        if (cpu.idle() != null) {
            add("cpu.idle", Long.toString(idle), "cpu.idle");
        }
        // An idle cgroup has no weight: the kernel refuses one (sched_group_set_shares) until idle is 0 again.
        if (orZero(cpu.shares()) != 0 && idle == 0) {
            add("cpu.weight", Long.toString(weightOfShares(orZero(cpu.shares()))), "cpu.shares");
        }
        bandwidth(cpu);
        list("cpuset.cpus", cpu.cpus(), "cpu.cpus");
        list("cpuset.mems", cpu.mems(), "cpu.mems");
    }

    /** The kernel never lets the burst be above the quota, so an old burst has to go before a new quota comes. */
    private void bandwidth(Cpu cpu) {
        long quota = orZero(cpu.quota());
        long period = orZero(cpu.period());
        if (quota != 0 && quota != -1) {
            atLeast(quota, MIN_PERIOD, "cpu.quota");
        }
        if (period != 0 && (period < MIN_PERIOD || period > MAX_PERIOD)) {
            throw wrong(
                    "cpu.period",
                    "must be from " + MIN_PERIOD + " to " + MAX_PERIOD + " microseconds, is "
                            + Long.toUnsignedString(period));
        }
        Long burst = cpu.burst();
        if (burst != null && quota > 0 && Long.compareUnsigned(burst, quota) > 0) {
            throw wrong(
                    "cpu.burst", "must not be more than cpu.quota (" + quota + "), is " + Long.toUnsignedString(burst));
        }
        if (quota != 0 || period != 0) {
            if (burst != null && burst != 0) {
                add("cpu.max.burst", "0", "cpu.burst");
            }
            String max = quota > 0 ? Long.toString(quota) : "max";
            add("cpu.max", period == 0 ? max : max + " " + period, quota == 0 ? "cpu.period" : "cpu.quota");
        }
        if (burst != null) {
            add("cpu.max.burst", Long.toUnsignedString(burst), "cpu.burst");
        }
    }

    /**
     * cpu.weight for cpu.shares: 2, 1024 and 262144 become 1, 100 and 10000, and between them a quadratic curve on logarithmic
     * scales. The linear formula of earlier runtimes turned the default, 1024, into 39.
     */
    static long weightOfShares(long shares) {
        if (Long.compareUnsigned(shares, 2) <= 0) {
            return 1;
        }
        if (Long.compareUnsigned(shares, 262_144) >= 0) {
            return 10_000;
        }
        double log2 = Math.log((double) shares) / Math.log(2);
        return (long) Math.ceil(Math.pow(10, (log2 * log2 + 125 * log2) / 612 - 7.0 / 34));
    }

    private void list(String file, @Nullable String list, String from) {
        if (list == null || list.isEmpty()) {
            return;
        }
        if (!CPU_LIST.matcher(list).matches()) {
            throw wrong(from, "must be a list such as 0-3,7");
        }
        add(file, list, from);
    }

    /** Reservations first (since Linux 5.7), as the spec asks for; then page faults. */
    private void hugepages(List<HugepageLimit> hugepages) {
        for (int i = 0; i < hugepages.size(); i++) {
            HugepageLimit limit = hugepages.get(i);
            String from = "hugepageLimits[" + i + "]";
            if (!PAGE_SIZE.matcher(limit.pageSize()).matches()) {
                throw wrong(from + ".pageSize", "must be a size such as 64KB, 2MB or 1GB");
            }
            String value = Long.toUnsignedString(limit.limit());
            String rsvd = "hugetlb." + limit.pageSize() + ".rsvd.max";
            if (facts.has(rsvd, true)) {
                add(rsvd, value, from + ".limit");
            }
            add("hugetlb." + limit.pageSize() + ".max", value, from + ".limit");
        }
    }

    private void rdma(Map<String, Rdma> rdma) {
        rdma.forEach((device, limit) -> {
            String from = "rdma[\"" + device + "\"]";
            if (!DEVICE_NAME.matcher(device).matches()) {
                throw wrong("rdma", "has a key that is no device name");
            }
            List<String> parts = new ArrayList<>(List.of(device));
            rdmaPart(parts, "hca_handle", limit.hcaHandles(), from + ".hcaHandles");
            rdmaPart(parts, "hca_object", limit.hcaObjects(), from + ".hcaObjects");
            if (parts.size() == 1) {
                throw wrong(from, "must have hcaHandles or hcaObjects");
            }
            add("rdma.max", String.join(" ", parts), from);
        });
    }

    private void rdmaPart(List<String> parts, String key, @Nullable Long value, String from) {
        if (value != null) {
            atLeast(value, 0, from);
            parts.add(key + "=" + value);
        }
    }

    private void network(@Nullable Network network) {
        if (network == null) {
            return;
        }
        refuse(network.classID(), "network.classID", "cgroup v2 has no network classes");
        if (!network.priorities().isEmpty()) {
            throw wrong("network.priorities", "cgroup v2 has no network priorities");
        }
    }

    /** Raw values, written last so that they win. Files with keys take one line in each write. */
    private void unified(Map<String, String> unified) {
        unified.forEach((file, value) -> {
            if (!FILE.matcher(file).matches()) {
                throw wrong("unified", "has a key that is not a file name such as memory.high");
            }
            String from = "unified[\"" + file + "\"]";
            if (file.startsWith("cgroup.") && !CORE_LIMITS.contains(file) || file.equals("memory.reclaim")) {
                throw wrong(from, "is an action, not a limit");
            }
            if (value.indexOf('\0') >= 0) {
                throw wrong(from, "must not contain NUL");
            }
            value.strip().lines().forEach(line -> add(file, line, from));
            if (value.isBlank()) {
                add(file, "", from);
            }
        });
    }

    private void max(String file, long bytes, String from) {
        if (bytes != 0) {
            add(file, bytes == -1 ? "max" : Long.toString(bytes), from);
        }
    }

    private long bytes(@Nullable Long value, String from) {
        long bytes = orZero(value);
        atLeast(bytes, -1, from);
        return bytes;
    }

    private void atLeast(long value, long min, String from) {
        if (value < min) {
            throw wrong(from, "must be at least " + min + (min == -1 ? " (no limit)" : "") + ", is " + value);
        }
    }

    private void refuse(@Nullable Long value, String from, String reason) {
        if (orZero(value) != 0 && orZero(value) != -1) {
            throw wrong(from, reason);
        }
    }

    private static long orZero(@Nullable Long value) {
        return value == null ? 0 : value;
    }
}
