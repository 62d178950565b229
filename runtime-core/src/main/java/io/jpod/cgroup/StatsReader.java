package io.jpod.cgroup;

import io.jpod.cgroup.CgroupStats.Cpu;
import io.jpod.cgroup.CgroupStats.Device;
import io.jpod.cgroup.CgroupStats.Hugetlb;
import io.jpod.cgroup.CgroupStats.Io;
import io.jpod.cgroup.CgroupStats.Memory;
import io.jpod.cgroup.CgroupStats.Pids;
import io.jpod.cgroup.CgroupStats.Pressure;
import io.jpod.cgroup.CgroupStats.Stall;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads {@link CgroupStats} from the files of a cgroup. */
final class StatsReader {
    private static final String HUGETLB = "hugetlb.";
    private static final String CURRENT = ".current";

    /** The text of a file by its name; null if there is none. */
    @FunctionalInterface
    interface Files {
        @Nullable String read(String name);
    }

    private final Files files;

    private StatsReader(Files files) {
        this.files = files;
    }

    /** @param names of all files */
    static CgroupStats read(Files files, Collection<String> names) {
        StatsReader reader = new StatsReader(files);
        return new CgroupStats(reader.cpu(), reader.memory(), reader.pids(), reader.io(), reader.hugetlb(names));
    }

    private Cpu cpu() {
        Map<String, Long> stat = KeyedText.flat(files.read("cpu.stat"));
        return new Cpu(
                nanoseconds(stat, "usage_usec"),
                nanoseconds(stat, "user_usec"),
                nanoseconds(stat, "system_usec"),
                stat.getOrDefault("nr_periods", 0L),
                stat.getOrDefault("nr_throttled", 0L),
                nanoseconds(stat, "throttled_usec"),
                pressure("cpu.pressure"));
    }

    private static long nanoseconds(Map<String, Long> stat, String key) {
        return stat.getOrDefault(key, 0L) * 1000;
    }

    private Memory memory() {
        return new Memory(
                number("memory.current"),
                number("memory.max"),
                number("memory.peak"),
                number("memory.swap.current"),
                number("memory.swap.max"),
                KeyedText.flat(files.read("memory.stat")),
                pressure("memory.pressure"));
    }

    /** Without the controller the processes of this cgroup can still be counted. */
    private Pids pids() {
        String current = files.read("pids.current");
        if (current != null) {
            return new Pids(KeyedText.number(current, 0), number("pids.max"));
        }
        String procs = files.read("cgroup.procs");
        return new Pids(procs == null ? 0 : procs.lines().count(), 0);
    }

    private Io io() {
        List<Device> devices = new ArrayList<>();
        KeyedText.nested(files.read("io.stat")).forEach((device, values) -> {
            int colon = device.indexOf(':');
            if (colon > 0 && !values.isEmpty()) {
                devices.add(new Device(
                        KeyedText.number(device.substring(0, colon), 0),
                        KeyedText.number(device.substring(colon + 1), 0),
                        number(values, "rbytes"),
                        number(values, "wbytes"),
                        number(values, "rios"),
                        number(values, "wios")));
            }
        });
        return new Io(devices, pressure("io.pressure"));
    }

    private Map<String, Hugetlb> hugetlb(Collection<String> names) {
        Map<String, Hugetlb> pages = new LinkedHashMap<>();
        for (String name : names) {
            if (name.startsWith(HUGETLB) && name.endsWith(CURRENT) && !name.endsWith(".rsvd" + CURRENT)) {
                String size = name.substring(HUGETLB.length(), name.length() - CURRENT.length());
                String prefix = HUGETLB + size;
                String counted = names.contains(prefix + ".rsvd" + CURRENT) ? prefix + ".rsvd" : prefix;
                Map<String, Long> events = KeyedText.flat(files.read(prefix + ".events"));
                pages.put(size, new Hugetlb(number(counted + CURRENT), events.getOrDefault("max", 0L)));
            }
        }
        return pages;
    }

    /** Null without PSI (psi=0), which is not the same as no pressure. The cpu.pressure of old kernels has no full line. */
    private @Nullable Pressure pressure(String file) {
        String text = files.read(file);
        if (text == null || text.isBlank()) {
            return null;
        }
        Map<String, Map<String, String>> lines = KeyedText.nested(text);
        return new Pressure(stall(lines.get("some")), stall(lines.get("full")));
    }

    private static Stall stall(@Nullable Map<String, String> values) {
        return values == null
                ? Stall.NONE
                : new Stall(
                        decimal(values, "avg10"),
                        decimal(values, "avg60"),
                        decimal(values, "avg300"),
                        number(values, "total"));
    }

    private static double decimal(Map<String, String> values, String key) {
        String value = values.get(key);
        return value == null ? 0 : Double.parseDouble(value);
    }

    private static long number(Map<String, String> values, String key) {
        return KeyedText.number(values.get(key), 0);
    }

    private long number(String file) {
        return KeyedText.number(files.read(file), 0);
    }
}
