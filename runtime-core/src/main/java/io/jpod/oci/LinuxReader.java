package io.jpod.oci;

import io.jpod.json.Json;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** {@code linux}. */
final class LinuxReader {
    private static final Pattern PROC_NS = Pattern.compile("/proc/[^/]+/(?:task/[^/]+/)?ns/([^/]+?)(?:_for_children)?");
    private static final int TYPE_BITS = 0170000;

    private LinuxReader() {}

    static Linux read(Json linux) {
        List<IdMapping> uidMappings = Check.idMappings(linux, "uidMappings");
        List<IdMapping> gidMappings = Check.idMappings(linux, "gidMappings");
        return new Linux(
                linux.distinct(
                        "namespaces", LinuxReader::namespace, n -> n.type().jsonName()),
                uidMappings,
                gidMappings,
                timeOffsets(linux),
                linux.list("devices", LinuxReader::device),
                netDevices(linux),
                linux.text("cgroupsPath", Check::withoutDotDot),
                linux.optional("resources", ResourcesReader::read),
                linux.optional("intelRdt", LinuxReader::intelRdt),
                linux.optional("memoryPolicy", LinuxReader::memoryPolicy),
                sysctl(linux),
                linux.optional("seccomp", SeccompReader::read),
                linux.oneOf("rootfsPropagation", Linux.Propagation.values()),
                linux.list("maskedPaths", Check::inContainer),
                linux.list("readonlyPaths", Check::inContainer),
                linux.text("mountLabel", Check::singleLine),
                linux.optional("personality", LinuxReader::personality));
    }

    private static Namespace namespace(Json namespace) {
        NamespaceType type = namespace.need("type").oneOf(NamespaceType.values(), NamespaceType::jsonName);
        String path = namespace.text("path", Check::absolute);
        if (path != null) {
            checkKind(namespace.need("path"), path, type);
        }
        return new Namespace(type, path);
    }

    /** A path of any other form says its kind only to setns(2), which checks it again. */
    private static void checkKind(Json place, String path, NamespaceType type) {
        Matcher matcher = PROC_NS.matcher(path);
        if (matcher.matches() && !matcher.group(1).equals(type.procName())) {
            throw place.wrong("is not a " + type.jsonName() + " namespace: " + Json.quote(path));
        }
    }

    private static Map<String, Linux.TimeOffset> timeOffsets(Json linux) {
        Map<String, Linux.TimeOffset> offsets = linux.map("timeOffsets", LinuxReader::timeOffset);
        for (String clock : offsets.keySet()) {
            if (!clock.equals("monotonic") && !clock.equals("boottime")) {
                throw linux.need("timeOffsets").need(clock).wrong("is not a clock: only monotonic and boottime are");
            }
        }
        return offsets;
    }

    private static Linux.TimeOffset timeOffset(Json offset) {
        Long secs = offset.number("secs", Long.MIN_VALUE, Long.MAX_VALUE);
        Integer nanosecs = offset.smallNumber("nanosecs", 0, 999_999_999);
        return new Linux.TimeOffset(secs == null ? 0 : secs, nanosecs == null ? 0 : nanosecs);
    }

    private static Device device(Json device) {
        Device.Type type = device.need("type").oneOf(Device.Type.values());
        boolean fifo = type == Device.Type.P;
        return new Device(
                type,
                Check.inContainer(device.need("path")),
                deviceNumber(device, "major", fifo, Check.MAX_MAJOR),
                deviceNumber(device, "minor", fifo, Check.MAX_MINOR),
                device.optional("fileMode", mode -> fileMode(mode, type)),
                device.optional("uid", Check::id),
                device.optional("gid", Check::id));
    }

    private static long deviceNumber(Json device, String name, boolean fifo, long max) {
        // mknod(2) takes no notice of those of a FIFO, and of what it has been given before neither do engines.
        return fifo ? 0 : device.needNumber(name, 0, max);
    }

    /** Some engines write st_mode as stat(2) gave it, type bits and all. */
    private static Integer fileMode(Json mode, Device.Type type) {
        int bits = (int) mode.integer(0, 0177777);
        int typeBits = bits & TYPE_BITS;
        if (typeBits != 0 && typeBits != type.number()) {
            throw mode.wrong("has the type bits of another kind of file");
        }
        return bits & ~TYPE_BITS;
    }

    private static Map<String, Linux.NetDevice> netDevices(Json linux) {
        Map<String, Linux.NetDevice> devices =
                linux.map("netDevices", device -> new Linux.NetDevice(device.text("name", LinuxReader::netDeviceName)));
        Set<String> names = new HashSet<>();
        devices.forEach((host, device) -> {
            Json place = linux.need("netDevices").need(host);
            Check.deviceName(place, host);
            String name = device.name() == null ? host : device.name();
            if (!name.contains("%d") && !names.add(name)) {
                throw place.wrong("is the second to be named " + Json.quote(name));
            }
        });
        return devices;
    }

    private static String netDeviceName(Json name) {
        return Check.deviceName(name, name.string());
    }

    private static Linux.IntelRdt intelRdt(Json rdt) {
        return new Linux.IntelRdt(
                rdt.text("closID", id -> id.string().equals("/") ? "/" : Check.fileName(id, id.string())),
                rdt.list("schemata", Check::singleLine),
                rdt.text("l3CacheSchema"),
                rdt.text("memBwSchema", Check::singleLine),
                rdt.flag("enableMonitoring"));
    }

    private static Linux.MemoryPolicy memoryPolicy(Json policy) {
        return new Linux.MemoryPolicy(
                policy.need("mode").oneOf(Linux.MemoryPolicy.Mode.values()),
                policy.text("nodes", Check::numberList),
                policy.list("flags", flag -> flag.oneOf(Linux.MemoryPolicy.Flag.values())));
    }

    private static Map<String, String> sysctl(Json linux) {
        Map<String, String> sysctls = linux.map("sysctl", Json::string);
        for (String key : sysctls.keySet()) {
            checkSysctl(linux.need("sysctl").need(key), key);
        }
        return sysctls;
    }

    /**
     * sysctl(8): whichever of "." and "/" comes first separates, so that net/ipv4/conf/eth0.1/forwarding has five
     * parts. No part may be able to leave /proc/sys.
     */
    private static void checkSysctl(Json place, String key) {
        int slash = key.indexOf('/');
        int dot = key.indexOf('.');
        boolean slashes = slash >= 0 && (dot < 0 || slash < dot);
        for (String part : key.split(slashes ? "/" : "\\.", -1)) {
            if (part.isEmpty() || part.equals("..") || part.equals(".") || !slashes && part.startsWith("/")) {
                throw place.wrong("is not the name of a sysctl such as net.ipv4.ip_forward");
            }
        }
    }

    private static Linux.Personality personality(Json personality) {
        Json flags = personality.get("flags");
        if (flags != null && !flags.items().isEmpty()) {
            throw flags.wrong("must be empty: the spec defines no flags");
        }
        return new Linux.Personality(personality.need("domain").oneOf(Linux.Personality.Domain.values()));
    }

    /** The first of the properties that mean nothing without a namespace that is not asked for. */
    static void checkNamespaces(Json spec, Linux linux) {
        needNamespace(spec, "hostname", linux, NamespaceType.UTS);
        needNamespace(spec, "domainname", linux, NamespaceType.UTS);
        Json json = spec.get("linux");
        needNamespace(json, "uidMappings", linux, NamespaceType.USER);
        needNamespace(json, "gidMappings", linux, NamespaceType.USER);
        needNamespace(json, "timeOffsets", linux, NamespaceType.TIME);
        needNamespace(json, "netDevices", linux, NamespaceType.NETWORK);
    }

    /** Without it, the container's value would become the host's. */
    private static void needNamespace(@Nullable Json parent, String name, Linux linux, NamespaceType type) {
        Json value = parent == null ? null : parent.get(name);
        if (value != null && !value.isEmpty() && linux.namespace(type) == null) {
            throw value.wrong("needs a namespace of type " + type.jsonName() + " in linux.namespaces");
        }
    }
}
