package io.jpod.cgroup;

import io.jpod.cgroup.CgroupStats.Cpu;
import io.jpod.cgroup.CgroupStats.Device;
import io.jpod.cgroup.CgroupStats.Hugetlb;
import io.jpod.cgroup.CgroupStats.Io;
import io.jpod.cgroup.CgroupStats.Memory;
import io.jpod.cgroup.CgroupStats.Pressure;
import io.jpod.cgroup.CgroupStats.Stall;
import io.jpod.json.JsonWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToLongFunction;

/**
 * {@link CgroupStats} in the shape of runc's {@code events}, which is what clients of a runtime know. It was made for cgroup
 * v1: swap counts memory too, kernel memory and the cpuset flags are zeros, and no limit is 2^64-1, but 0 for pids. Which
 * properties are left out when 0 is part of the shape.
 */
public final class StatsJson {
    private static final List<String> CPUSET_FLAGS = List.of(
            "cpu_exclusive",
            "mem_hardwall",
            "mem_exclusive",
            "memory_migrate",
            "memory_spread_page",
            "memory_spread_slab",
            "memory_pressure",
            "sched_load_balance",
            "sched_relax_domain_level");

    private StatsJson() {}

    /** One line of JSON, {@code {"type":"stats","id":ID,"data":{...}}}. */
    public static String event(String id, CgroupStats stats) {
        return JsonWriter.object(
                null, json -> json.text("type", "stats").text("id", id).object("data", stats, StatsJson::data));
    }

    /** Of an OOM kill: {@code {"type":"oom","id":ID}}. */
    public static String oom(String id) {
        return JsonWriter.object(null, json -> json.text("type", "oom").text("id", id));
    }

    private static void data(JsonWriter json, CgroupStats stats) {
        json.object("cpu", stats.cpu(), StatsJson::cpu)
                .nested("cpuset", j -> CPUSET_FLAGS.forEach(flag -> j.number(flag, 0)))
                .object("memory", stats.memory(), StatsJson::memory)
                .object("pids", stats.pids(), (j, pids) -> {
                    unlessZero(j, "current", pids.current());
                    unlessZero(j, "limit", pids.limit() == CgroupStats.UNLIMITED ? 0 : pids.limit());
                })
                .object("blkio", stats.io(), StatsJson::blkio)
                .object(
                        "hugetlb",
                        new TreeMap<>(stats.hugetlb()),
                        (j, pages) -> pages.forEach((size, page) -> j.object(size, page, StatsJson::hugetlb)))
                .value("intel_rdt", Map.of())
                .value("network_interfaces", null);
    }

    private static void hugetlb(JsonWriter json, Hugetlb page) {
        unlessZero(json, "usage", page.usage());
        json.unsigned("failcnt", page.failures());
    }

    private static void cpu(JsonWriter json, Cpu cpu) {
        json.object("usage", cpu, (j, c) -> {
                    unlessZero(j, "total", c.total());
                    j.unsigned("kernel", c.kernel()).unsigned("user", c.user());
                })
                .object("throttling", cpu, (j, c) -> {
                    unlessZero(j, "periods", c.periods());
                    unlessZero(j, "throttledPeriods", c.throttledPeriods());
                    unlessZero(j, "throttledTime", c.throttledTime());
                })
                .object("psi", cpu.pressure(), StatsJson::pressure);
    }

    private static void memory(JsonWriter json, Memory memory) {
        unlessZero(json, "cache", memory.stat().getOrDefault("file", 0L));
        entry(json, "usage", memory.limit(), memory.usage(), memory.peak());
        boolean limited = memory.limit() != CgroupStats.UNLIMITED && memory.swapLimit() != CgroupStats.UNLIMITED;
        entry(
                json,
                "swap",
                limited ? memory.limit() + memory.swapLimit() : CgroupStats.UNLIMITED,
                memory.usage() + memory.swap(),
                0);
        entry(json, "kernel", 0, 0, 0);
        entry(json, "kernelTCP", 0, 0, 0);
        json.objectUnlessEmpty("raw", memory.stat(), (j, stat) -> stat.forEach(j::unsigned))
                .object("psi", memory.pressure(), StatsJson::pressure);
    }

    private static void entry(JsonWriter json, String name, long limit, long usage, long max) {
        json.nested(name, j -> {
            j.unsigned("limit", limit);
            unlessZero(j, "usage", usage);
            unlessZero(j, "max", max);
            j.number("failcnt", 0);
        });
    }

    private static void blkio(JsonWriter json, Io io) {
        devices(json, "ioServiceBytesRecursive", io.devices(), Device::readBytes, Device::writtenBytes);
        devices(json, "ioServicedRecursive", io.devices(), Device::reads, Device::writes);
        json.object("psi", io.pressure(), StatsJson::pressure);
    }

    private record Operation(Device device, String op, long value) {}

    private static void devices(
            JsonWriter json,
            String name,
            List<Device> devices,
            ToLongFunction<Device> read,
            ToLongFunction<Device> written) {
        List<Operation> operations = new ArrayList<>();
        for (Device device : devices) {
            operations.add(new Operation(device, "Read", read.applyAsLong(device)));
            operations.add(new Operation(device, "Write", written.applyAsLong(device)));
        }
        json.objects(name, operations, (j, operation) -> {
            unlessZero(j, "major", operation.device().major());
            unlessZero(j, "minor", operation.device().minor());
            j.text("op", operation.op());
            unlessZero(j, "value", operation.value());
        });
    }

    private static void pressure(JsonWriter json, Pressure pressure) {
        json.object("some", pressure.some(), StatsJson::stall).object("full", pressure.full(), StatsJson::stall);
    }

    private static void stall(JsonWriter json, Stall stall) {
        json.value("avg10", stall.avg10())
                .value("avg60", stall.avg60())
                .value("avg300", stall.avg300())
                .unsigned("total", stall.total());
    }

    private static void unlessZero(JsonWriter json, String name, long value) {
        if (value != 0) {
            json.unsigned(name, value);
        }
    }
}
