package io.jpod.oci;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The configuration to start from that {@code jpod spec} writes: what runc's has in it, with jpod's name. */
public final class SpecTemplate {
    private static final List<String> CAPABILITIES = List.of("CAP_AUDIT_WRITE", "CAP_KILL", "CAP_NET_BIND_SERVICE");

    private static final List<String> MASKED_PATHS = List.of(
            "/proc/acpi",
            "/proc/asound",
            "/proc/kcore",
            "/proc/keys",
            "/proc/latency_stats",
            "/proc/timer_list",
            "/proc/timer_stats",
            "/proc/sched_debug",
            "/sys/firmware",
            "/proc/scsi");

    /** What a container sees of the kernel's settings and must not change. */
    public static final List<String> READONLY_PATHS =
            List.of("/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger");

    /** The namespaces that a container has of its own. */
    public static final List<NamespaceType> NAMESPACES = List.of(
            NamespaceType.PID,
            NamespaceType.NETWORK,
            NamespaceType.IPC,
            NamespaceType.UTS,
            NamespaceType.MOUNT,
            NamespaceType.CGROUP);

    private SpecTemplate() {}

    /** For a container that root starts: {@code sh} on a terminal, in a read-only rootfs directory beside the file. */
    public static Spec rootful() {
        Resources denyAllDevices =
                Resources.NONE.with(r -> r.devices = List.of(new Resources.DeviceRule(false, null, null, null, "rwm")));
        Mount sys = new Mount("/sys", "sysfs", "sysfs", List.of("nosuid", "noexec", "nodev", "ro"));
        return spec(
                mounts(List.of("nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5"), sys),
                linux(List.of(), List.of(), denyAllDevices, NAMESPACES));
    }

    /**
     * For a container that a user starts: one id, mapped to the user's; no cgroup limits; the network of the host, and
     * for that reason its /sys, since sysfs can be mounted by the owner of the network namespace alone.
     */
    public static Spec rootless(long uid, long gid) {
        List<NamespaceType> namespaces = new ArrayList<>(NAMESPACES);
        namespaces.remove(NamespaceType.NETWORK);
        namespaces.add(NamespaceType.USER);
        Mount sys = new Mount("/sys", "none", "/sys", List.of("rbind", "nosuid", "noexec", "nodev", "ro"));
        return spec(
                mounts(List.of("nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620"), sys),
                linux(List.of(new IdMapping(0, uid, 1)), List.of(new IdMapping(0, gid, 1)), null, namespaces));
    }

    private static Spec spec(List<Mount> mounts, Linux linux) {
        return new Spec(
                Features.SPEC_VERSION,
                process(),
                new Root("rootfs", true),
                "jpod",
                null,
                mounts,
                Hooks.NONE,
                Map.of(),
                linux);
    }

    private static Process process() {
        return Process.of(List.of("sh")).with(p -> {
            p.terminal = true;
            p.env = List.of("PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "TERM=xterm");
            p.rlimits = List.of(new Process.Rlimit(Process.Rlimit.Type.RLIMIT_NOFILE, 1024, 1024));
            p.capabilities = new Process.Capabilities(CAPABILITIES, CAPABILITIES, List.of(), CAPABILITIES, List.of());
            p.noNewPrivileges = true;
        });
    }

    /** @param pts the options of devpts: a user namespace with one id has no group 5 (tty). */
    private static List<Mount> mounts(List<String> pts, Mount sys) {
        return List.of(
                new Mount("/proc", "proc", "proc", List.of()),
                new Mount("/dev", "tmpfs", "tmpfs", List.of("nosuid", "strictatime", "mode=755", "size=65536k")),
                new Mount("/dev/pts", "devpts", "devpts", pts),
                new Mount("/dev/shm", "tmpfs", "shm", List.of("nosuid", "noexec", "nodev", "mode=1777", "size=65536k")),
                new Mount("/dev/mqueue", "mqueue", "mqueue", List.of("nosuid", "noexec", "nodev")),
                sys,
                new Mount(
                        "/sys/fs/cgroup", "cgroup", "cgroup", List.of("nosuid", "noexec", "nodev", "relatime", "ro")));
    }

    private static Linux linux(
            List<IdMapping> uidMappings,
            List<IdMapping> gidMappings,
            @Nullable Resources resources,
            List<NamespaceType> namespaces) {
        return Linux.NONE.with(l -> {
            l.namespaces =
                    namespaces.stream().map(type -> new Namespace(type, null)).toList();
            l.uidMappings = uidMappings;
            l.gidMappings = gidMappings;
            l.resources = resources;
            l.maskedPaths = MASKED_PATHS;
            l.readonlyPaths = READONLY_PATHS;
        });
    }
}
