package io.jpod.cgroup;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The figures of a cgroup at one moment. What a controller that is not enabled would have said is 0 or empty. Numbers are
 * unsigned; {@link #UNLIMITED} is the largest one.
 *
 * @param hugetlb by page size, such as 2MB
 */
public record CgroupStats(Cpu cpu, Memory memory, Pids pids, Io io, Map<String, Hugetlb> hugetlb) {
    public static final long UNLIMITED = KeyedText.MAX;

    public CgroupStats {
        hugetlb = Map.copyOf(hugetlb);
    }

    /** cpu.stat. Times in nanoseconds; periods are those of cpu.max. */
    public record Cpu(
            long total,
            long user,
            long kernel,
            long periods,
            long throttledPeriods,
            long throttledTime,
            @Nullable Pressure pressure) {}

    /**
     * Bytes.
     *
     * @param peak the most it ever was (Linux 5.19)
     * @param swap swap alone
     * @param stat memory.stat as it is
     */
    public record Memory(
            long usage,
            long limit,
            long peak,
            long swap,
            long swapLimit,
            Map<String, Long> stat,
            @Nullable Pressure pressure) {}

    /** @param limit {@link #UNLIMITED}, or 0 without the controller */
    public record Pids(long current, long limit) {}

    /** io.stat, by device. */
    public record Io(List<Device> devices, @Nullable Pressure pressure) {
        public Io {
            devices = List.copyOf(devices);
        }
    }

    /** Bytes and operations since the cgroup was made. */
    public record Device(long major, long minor, long readBytes, long writtenBytes, long reads, long writes) {}

    /** @param failures how often the limit refused a page */
    public record Hugetlb(long usage, long failures) {}

    /** Pressure stall information (Documentation/accounting/psi.rst). */
    public record Pressure(Stall some, Stall full) {}

    /**
     * @param avg10 per cent of the last 10 seconds, and so on
     * @param total microseconds
     */
    public record Stall(double avg10, double avg60, double avg300, long total) {
        static final Stall NONE = new Stall(0, 0, 0, 0);
    }
}
