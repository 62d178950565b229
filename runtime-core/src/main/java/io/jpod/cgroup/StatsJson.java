package io.jpod.cgroup;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.jpod.cgroup.CgroupStats.Cpu;
import io.jpod.cgroup.CgroupStats.Device;
import io.jpod.cgroup.CgroupStats.Io;
import io.jpod.cgroup.CgroupStats.Memory;
import io.jpod.cgroup.CgroupStats.Pressure;
import io.jpod.cgroup.CgroupStats.Stall;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.TreeMap;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * {@link CgroupStats} in the shape of runc's {@code events}, which is what clients of a runtime know. It was made for cgroup
 * v1: swap counts memory too, kernel memory and the cpuset flags are zeros, and no limit is 2^64-1, but 0 for pids. Which
 * properties are left out when 0 is part of the shape.
 */
final class StatsJson {
    private static final JsonFactory JSON = new JsonFactory();
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

    private final JsonGenerator out;

    private StatsJson(JsonGenerator out) {
        this.out = out;
    }

    static String event(String id, CgroupStats stats) {
        return line("stats", id, stats);
    }

    static String oom(String id) {
        return line("oom", id, null);
    }

    private static String line(String type, String id, @Nullable CgroupStats stats) {
        StringWriter line = new StringWriter();
        try (JsonGenerator out = JSON.createGenerator(line)) {
            out.writeStartObject();
            out.writeStringField("type", type);
            out.writeStringField("id", id);
            if (stats != null) {
                out.writeObjectFieldStart("data");
                new StatsJson(out).data(stats);
                out.writeEndObject();
            }
            out.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return line.toString();
    }

    private void data(CgroupStats stats) throws IOException {
        cpu(stats.cpu());
        out.writeObjectFieldStart("cpuset");
        for (String flag : CPUSET_FLAGS) {
            always(flag, 0);
        }
        out.writeEndObject();
        memory(stats.memory());
        out.writeObjectFieldStart("pids");
        unlessZero("current", stats.pids().current());
        unlessZero(
                "limit",
                stats.pids().limit() == CgroupStats.UNLIMITED ? 0 : stats.pids().limit());
        out.writeEndObject();
        blkio(stats.io());
        out.writeObjectFieldStart("hugetlb");
        for (var page : new TreeMap<>(stats.hugetlb()).entrySet()) {
            out.writeObjectFieldStart(page.getKey());
            unlessZero("usage", page.getValue().usage());
            always("failcnt", page.getValue().failures());
            out.writeEndObject();
        }
        out.writeEndObject();
        out.writeObjectFieldStart("intel_rdt");
        out.writeEndObject();
        out.writeNullField("network_interfaces");
    }

    private void cpu(Cpu cpu) throws IOException {
        out.writeObjectFieldStart("cpu");
        out.writeObjectFieldStart("usage");
        unlessZero("total", cpu.total());
        always("kernel", cpu.kernel());
        always("user", cpu.user());
        out.writeEndObject();
        out.writeObjectFieldStart("throttling");
        unlessZero("periods", cpu.periods());
        unlessZero("throttledPeriods", cpu.throttledPeriods());
        unlessZero("throttledTime", cpu.throttledTime());
        out.writeEndObject();
        pressure(cpu.pressure());
        out.writeEndObject();
    }

    private void memory(Memory memory) throws IOException {
        out.writeObjectFieldStart("memory");
        unlessZero("cache", memory.stat().getOrDefault("file", 0L));
        entry("usage", memory.limit(), memory.usage(), memory.peak());
        boolean limited = memory.limit() != CgroupStats.UNLIMITED && memory.swapLimit() != CgroupStats.UNLIMITED;
        entry(
                "swap",
                limited ? memory.limit() + memory.swapLimit() : CgroupStats.UNLIMITED,
                memory.usage() + memory.swap(),
                0);
        entry("kernel", 0, 0, 0);
        entry("kernelTCP", 0, 0, 0);
        if (!memory.stat().isEmpty()) {
            out.writeObjectFieldStart("raw");
            for (var value : memory.stat().entrySet()) {
                always(value.getKey(), value.getValue());
            }
            out.writeEndObject();
        }
        pressure(memory.pressure());
        out.writeEndObject();
    }

    private void entry(String name, long limit, long usage, long max) throws IOException {
        out.writeObjectFieldStart(name);
        always("limit", limit);
        unlessZero("usage", usage);
        unlessZero("max", max);
        always("failcnt", 0);
        out.writeEndObject();
    }

    private void blkio(Io io) throws IOException {
        out.writeObjectFieldStart("blkio");
        devices("ioServiceBytesRecursive", io.devices(), Device::readBytes, Device::writtenBytes);
        devices("ioServicedRecursive", io.devices(), Device::reads, Device::writes);
        pressure(io.pressure());
        out.writeEndObject();
    }

    private void devices(String name, List<Device> devices, ToLongFunction<Device> read, ToLongFunction<Device> written)
            throws IOException {
        if (devices.isEmpty()) {
            return;
        }
        out.writeArrayFieldStart(name);
        for (Device device : devices) {
            operation(device, "Read", read.applyAsLong(device));
            operation(device, "Write", written.applyAsLong(device));
        }
        out.writeEndArray();
    }

    private void operation(Device device, String op, long value) throws IOException {
        out.writeStartObject();
        unlessZero("major", device.major());
        unlessZero("minor", device.minor());
        out.writeStringField("op", op);
        unlessZero("value", value);
        out.writeEndObject();
    }

    private void pressure(@Nullable Pressure pressure) throws IOException {
        if (pressure != null) {
            out.writeObjectFieldStart("psi");
            stall("some", pressure.some());
            stall("full", pressure.full());
            out.writeEndObject();
        }
    }

    private void stall(String name, Stall stall) throws IOException {
        out.writeObjectFieldStart(name);
        out.writeNumberField("avg10", stall.avg10());
        out.writeNumberField("avg60", stall.avg60());
        out.writeNumberField("avg300", stall.avg300());
        always("total", stall.total());
        out.writeEndObject();
    }

    private void always(String name, long value) throws IOException {
        out.writeFieldName(name);
        out.writeNumber(Long.toUnsignedString(value));
    }

    private void unlessZero(String name, long value) throws IOException {
        if (value != 0) {
            always(name, value);
        }
    }
}
