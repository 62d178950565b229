package io.jpod.oci;

import io.jpod.json.JsonWriter;

/** {@code linux} of a config.json. */
final class LinuxWriter {
    private LinuxWriter() {}

    static void linux(JsonWriter json, Linux linux) {
        SpecWriter.idMappings(json, linux.uidMappings(), linux.gidMappings());
        json.texts("sysctl", linux.sysctl())
                .object("resources", linux.resources(), LinuxWriter::resources)
                .text("cgroupsPath", linux.cgroupsPath())
                .objects(
                        "namespaces",
                        linux.namespaces(),
                        (j, namespace) ->
                                j.text("type", namespace.type().jsonName()).text("path", namespace.path()))
                .objects("devices", linux.devices(), LinuxWriter::device)
                .objects("netDevices", linux.netDevices(), (j, device) -> j.text("name", device.name()))
                .object("seccomp", linux.seccomp(), LinuxWriter::seccomp)
                .text("rootfsPropagation", linux.rootfsPropagation())
                .texts("maskedPaths", linux.maskedPaths())
                .texts("readonlyPaths", linux.readonlyPaths())
                .text("mountLabel", linux.mountLabel())
                .object("intelRdt", linux.intelRdt(), LinuxWriter::intelRdt)
                .object(
                        "memoryPolicy",
                        linux.memoryPolicy(),
                        (j, policy) -> j.text("mode", policy.mode())
                                .text("nodes", policy.nodes())
                                .texts("flags", policy.flags()))
                .object("personality", linux.personality(), (j, personality) -> j.text("domain", personality.domain()))
                .objects(
                        "timeOffsets",
                        linux.timeOffsets(),
                        (j, offset) -> j.number("secs", offset.secs()).number("nanosecs", offset.nanosecs()));
    }

    private static void device(JsonWriter json, Device device) {
        json.text("path", device.path())
                .text("type", device.type())
                .number("major", device.major())
                .number("minor", device.minor())
                .number("fileMode", device.fileMode())
                .number("uid", device.uid())
                .number("gid", device.gid());
    }

    private static void intelRdt(JsonWriter json, Linux.IntelRdt rdt) {
        json.text("closID", rdt.closID())
                .texts("schemata", rdt.schemata())
                .text("l3CacheSchema", rdt.l3CacheSchema())
                .text("memBwSchema", rdt.memBwSchema())
                .ifTrue("enableMonitoring", rdt.enableMonitoring());
    }

    private static void resources(JsonWriter json, Resources resources) {
        json.objects("devices", resources.devices(), LinuxWriter::deviceRule)
                .object("memory", resources.memory(), LinuxWriter::memory)
                .object("cpu", resources.cpu(), LinuxWriter::cpu)
                .object("pids", resources.pids(), (j, pids) -> j.number("limit", pids.limit()))
                .object("blockIO", resources.blockIO(), LinuxWriter::blockIo)
                .objects(
                        "hugepageLimits",
                        resources.hugepageLimits(),
                        (j, limit) -> j.text("pageSize", limit.pageSize()).number("limit", limit.limit()))
                .object("network", resources.network(), LinuxWriter::network)
                .objects(
                        "rdma",
                        resources.rdma(),
                        (j, rdma) -> j.number("hcaHandles", rdma.hcaHandles()).number("hcaObjects", rdma.hcaObjects()))
                .texts("unified", resources.unified());
    }

    private static void deviceRule(JsonWriter json, Resources.DeviceRule rule) {
        json.flag("allow", rule.allow())
                .text("type", rule.type())
                .number("major", rule.major())
                .number("minor", rule.minor())
                .text("access", rule.access());
    }

    private static void memory(JsonWriter json, Resources.Memory memory) {
        json.number("limit", memory.limit())
                .number("reservation", memory.reservation())
                .number("swap", memory.swap())
                .number("kernel", memory.kernel())
                .number("kernelTCP", memory.kernelTCP())
                .number("swappiness", memory.swappiness())
                .flag("disableOOMKiller", memory.disableOOMKiller())
                .flag("useHierarchy", memory.useHierarchy())
                .flag("checkBeforeUpdate", memory.checkBeforeUpdate());
    }

    private static void cpu(JsonWriter json, Resources.Cpu cpu) {
        json.number("shares", cpu.shares())
                .number("quota", cpu.quota())
                .number("burst", cpu.burst())
                .number("period", cpu.period())
                .number("realtimeRuntime", cpu.realtimeRuntime())
                .number("realtimePeriod", cpu.realtimePeriod())
                .text("cpus", cpu.cpus())
                .text("mems", cpu.mems())
                .number("idle", cpu.idle());
    }

    private static void blockIo(JsonWriter json, Resources.BlockIo io) {
        json.number("weight", io.weight())
                .number("leafWeight", io.leafWeight())
                .objects(
                        "weightDevice",
                        io.weightDevice(),
                        (j, device) -> j.number("major", device.major())
                                .number("minor", device.minor())
                                .number("weight", device.weight())
                                .number("leafWeight", device.leafWeight()))
                .objects("throttleReadBpsDevice", io.throttleReadBpsDevice(), LinuxWriter::throttle)
                .objects("throttleWriteBpsDevice", io.throttleWriteBpsDevice(), LinuxWriter::throttle)
                .objects("throttleReadIOPSDevice", io.throttleReadIOPSDevice(), LinuxWriter::throttle)
                .objects("throttleWriteIOPSDevice", io.throttleWriteIOPSDevice(), LinuxWriter::throttle);
    }

    private static void throttle(JsonWriter json, Resources.ThrottleDevice device) {
        json.number("major", device.major()).number("minor", device.minor()).number("rate", device.rate());
    }

    private static void network(JsonWriter json, Resources.Network network) {
        json.number("classID", network.classID())
                .objects(
                        "priorities",
                        network.priorities(),
                        (j, priority) -> j.text("name", priority.name()).number("priority", priority.priority()));
    }

    private static void seccomp(JsonWriter json, Seccomp seccomp) {
        json.text("defaultAction", seccomp.defaultAction())
                .number("defaultErrnoRet", seccomp.defaultErrnoRet())
                .texts("architectures", seccomp.architectures())
                .texts("flags", seccomp.flags())
                .text("listenerPath", seccomp.listenerPath())
                .text("listenerMetadata", seccomp.listenerMetadata())
                .objects("syscalls", seccomp.syscalls(), LinuxWriter::seccompRule);
    }

    private static void seccompRule(JsonWriter json, Seccomp.Rule rule) {
        json.texts("names", rule.names())
                .text("action", rule.action())
                .number("errnoRet", rule.errnoRet())
                .objects(
                        "args",
                        rule.args(),
                        (j, arg) -> j.number("index", arg.index())
                                .unsigned("value", arg.value())
                                .unsigned("valueTwo", arg.valueTwo())
                                .text("op", arg.op()));
    }
}
