package io.jpod.oci;

import io.jpod.json.Json;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** {@code linux.resources}, of config.json or on its own for update. */
final class ResourcesReader {
    private static final Pattern PAGE_SIZE = Pattern.compile("[1-9]\\d{0,6}[KMGTPE]?B");
    private static final Pattern ACCESS = Pattern.compile("[a-z]*[rwm][a-z]*");
    private static final long MAX_UINT32 = 0xffff_ffffL;

    private ResourcesReader() {}

    static Resources read(Json resources) {
        return new Resources(
                resources.list("devices", ResourcesReader::deviceRule),
                resources.optional("memory", ResourcesReader::memory),
                resources.optional("cpu", ResourcesReader::cpu),
                resources.optional("pids", pids -> new Resources.Pids(pids.number("limit", -1, Long.MAX_VALUE))),
                resources.optional("blockIO", ResourcesReader::blockIo),
                resources.list("hugepageLimits", ResourcesReader::hugepageLimit),
                resources.optional("network", ResourcesReader::network),
                rdma(resources),
                unified(resources));
    }

    private static Resources.DeviceRule deviceRule(Json rule) {
        return new Resources.DeviceRule(
                rule.need("allow").bool(),
                rule.oneOf("type", Resources.DeviceRule.Type.values()),
                rule.number("major", -1, Check.MAX_MAJOR),
                rule.number("minor", -1, Check.MAX_MINOR),
                rule.text("access", ResourcesReader::access));
    }

    /** In any order and number, as to the schema; other letters mean nothing to runc either. */
    private static String access(Json access) {
        String letters = access.string();
        if (!ACCESS.matcher(letters).matches()) {
            throw access.wrong("must be some of the letters rwm, is " + Json.quote(letters));
        }
        return Stream.of("r", "w", "m").filter(letters::contains).collect(Collectors.joining());
    }

    private static Resources.Memory memory(Json memory) {
        return new Resources.Memory(
                memory.number("limit", -1, Long.MAX_VALUE),
                memory.number("reservation", -1, Long.MAX_VALUE),
                memory.number("swap", -1, Long.MAX_VALUE),
                memory.number("kernel", -1, Long.MAX_VALUE),
                memory.number("kernelTCP", -1, Long.MAX_VALUE),
                memory.number("swappiness", 0, 100),
                memory.optionalFlag("disableOOMKiller"),
                memory.optionalFlag("useHierarchy"),
                memory.optionalFlag("checkBeforeUpdate"));
    }

    private static Resources.Cpu cpu(Json cpu) {
        return new Resources.Cpu(
                cpu.number("shares", 0, Long.MAX_VALUE),
                cpu.optional("quota", ResourcesReader::quota),
                cpu.number("burst", 0, Long.MAX_VALUE),
                cpu.optional("period", ResourcesReader::period),
                cpu.number("realtimeRuntime", -1, Long.MAX_VALUE),
                cpu.number("realtimePeriod", 0, Long.MAX_VALUE),
                cpu.text("cpus", Check::numberList),
                cpu.text("mems", Check::numberList),
                cpu.number("idle", 0, 1));
    }

    /** kernel/sched/core.c: min_cfs_quota_period is one millisecond, max_cfs_quota_period one second. 0: not set. */
    private static Long quota(Json quota) {
        long microseconds = quota.integer(-1, Long.MAX_VALUE);
        if (microseconds > 0 && microseconds < 1000) {
            throw quota.wrong("must be at least 1000 microseconds, is " + microseconds);
        }
        return microseconds;
    }

    private static Long period(Json period) {
        long microseconds = period.integer(0, 1_000_000);
        if (microseconds > 0 && microseconds < 1000) {
            throw period.wrong("must be from 1000 to 1000000 microseconds, is " + microseconds);
        }
        return microseconds;
    }

    private static Resources.BlockIo blockIo(Json io) {
        return new Resources.BlockIo(
                io.smallNumber("weight", 0, 1000),
                io.smallNumber("leafWeight", 0, 1000),
                io.list("weightDevice", ResourcesReader::weightDevice),
                io.list("throttleReadBpsDevice", ResourcesReader::throttleDevice),
                io.list("throttleWriteBpsDevice", ResourcesReader::throttleDevice),
                io.list("throttleReadIOPSDevice", ResourcesReader::throttleDevice),
                io.list("throttleWriteIOPSDevice", ResourcesReader::throttleDevice));
    }

    private static Resources.WeightDevice weightDevice(Json device) {
        return new Resources.WeightDevice(
                device.needNumber("major", 0, Check.MAX_MAJOR),
                device.needNumber("minor", 0, Check.MAX_MINOR),
                device.smallNumber("weight", 0, 1000),
                device.smallNumber("leafWeight", 0, 1000));
    }

    private static Resources.ThrottleDevice throttleDevice(Json device) {
        return new Resources.ThrottleDevice(
                device.needNumber("major", 0, Check.MAX_MAJOR),
                device.needNumber("minor", 0, Check.MAX_MINOR),
                device.needNumber("rate", 0, Long.MAX_VALUE));
    }

    private static Resources.HugepageLimit hugepageLimit(Json limit) {
        Json pageSize = limit.need("pageSize");
        // As the kernel spells it, whose file is named so; docker and podman take any case.
        String size = pageSize.string().toUpperCase(Locale.ROOT);
        if (!PAGE_SIZE.matcher(size).matches()) {
            throw pageSize.wrong("must be a size such as 64KB or 2MB, is " + Json.quote(pageSize.string()));
        }
        return new Resources.HugepageLimit(size, limit.needNumber("limit", 0, Long.MAX_VALUE));
    }

    private static Resources.Network network(Json network) {
        return new Resources.Network(
                network.number("classID", 0, MAX_UINT32),
                network.list(
                        "priorities",
                        priority -> new Resources.NetworkPriority(
                                priority.need("name").nonEmptyString(),
                                priority.needNumber("priority", 0, MAX_UINT32))));
    }

    private static Map<String, Resources.Rdma> rdma(Json resources) {
        Map<String, Resources.Rdma> limits = resources.map(
                "rdma",
                limit -> new Resources.Rdma(
                        limit.number("hcaHandles", 0, MAX_UINT32), limit.number("hcaObjects", 0, MAX_UINT32)));
        limits.forEach((device, limit) -> {
            Json place = resources.need("rdma").need(device);
            if (device.isBlank() || device.chars().anyMatch(Character::isWhitespace)) {
                throw place.wrong("must be the name of a device");
            }
            if (limit.hcaHandles() == null && limit.hcaObjects() == null) {
                throw place.wrong("must have hcaHandles, hcaObjects or both");
            }
        });
        return limits;
    }

    /** The keys become file names in the cgroup, so that "../cgroup.procs" would write into another one. */
    private static Map<String, String> unified(Json resources) {
        Map<String, String> files = resources.map("unified", Json::string);
        files.keySet().forEach(file -> Check.fileName(resources.need("unified").need(file), file));
        return files;
    }
}
