package io.jpod.cgroup;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a cgroup uses of what it may use, at one moment. Null is what this host does not say, since the controller is not
 * there. Numbers are unsigned; {@link CgroupStats#UNLIMITED} is the largest one.
 *
 * @param memory bytes
 * @param memoryLimit bytes
 * @param cpuTime nanoseconds; the one figure that needs no controller
 * @param cpuQuota microseconds of each period
 * @param cpuPeriod microseconds
 * @param tasks processes with their threads
 * @param processes in it and below, as our pid namespace numbers them
 */
public record CgroupUse(
        @Nullable Long memory,
        @Nullable Long memoryLimit,
        @Nullable Long cpuTime,
        @Nullable Long cpuQuota,
        @Nullable Long cpuPeriod,
        @Nullable Long tasks,
        @Nullable Long tasksLimit,
        List<Integer> processes) {
    public CgroupUse {
        processes = List.copyOf(processes);
    }

    static CgroupUse read(StatsReader.Files files, List<Integer> processes) {
        String max = files.read("cpu.max");
        String[] words = max == null ? new String[0] : max.strip().split(" ");
        String stat = files.read("cpu.stat");
        Long used = stat == null ? null : KeyedText.flat(stat).get("usage_usec");
        return new CgroupUse(
                number(files.read("memory.current")),
                number(files.read("memory.max")),
                used == null ? null : used * 1000,
                words.length == 2 ? number(words[0]) : null,
                words.length == 2 ? number(words[1]) : null,
                number(files.read("pids.current")),
                number(files.read("pids.max")),
                processes);
    }

    private static @Nullable Long number(@Nullable String text) {
        return text == null ? null : (Long) KeyedText.number(text, 0);
    }
}
