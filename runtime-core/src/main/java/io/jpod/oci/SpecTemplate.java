package io.jpod.oci;

import java.util.Arrays;
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

    private static final List<String> READONLY_PATHS =
            List.of("/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger");

    private SpecTemplate() {}

    /** For a container that root starts: {@code sh} on a terminal, in a read-only rootfs directory beside the file. */
    public static Spec rootful() {
        Spec.Resources denyAllDevices = new Spec.Resources(
                List.of(new Spec.DeviceRule(false, null, null, null, "rwm")),
                null,
                null,
                null,
                null,
                List.of(),
                null,
                Map.of(),
                Map.of());
        List<Spec.Namespace> namespaces = namespaces(
                Spec.NamespaceType.PID,
                Spec.NamespaceType.NETWORK,
                Spec.NamespaceType.IPC,
                Spec.NamespaceType.UTS,
                Spec.NamespaceType.MOUNT,
                Spec.NamespaceType.CGROUP);
        Spec.Mount sys = new Spec.Mount("/sys", "sysfs", "sysfs", List.of("nosuid", "noexec", "nodev", "ro"));
        return spec(
                mounts(List.of("nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5"), sys),
                linux(List.of(), List.of(), denyAllDevices, namespaces));
    }

    /**
     * For a container that a user starts: one id, mapped to the user's; no cgroup limits; the network of the host, and
     * for that reason its /sys, since sysfs can be mounted by the owner of the network namespace alone.
     */
    public static Spec rootless(long uid, long gid) {
        List<Spec.Namespace> namespaces = namespaces(
                Spec.NamespaceType.PID,
                Spec.NamespaceType.IPC,
                Spec.NamespaceType.UTS,
                Spec.NamespaceType.MOUNT,
                Spec.NamespaceType.CGROUP,
                Spec.NamespaceType.USER);
        Spec.Mount sys = new Spec.Mount("/sys", "none", "/sys", List.of("rbind", "nosuid", "noexec", "nodev", "ro"));
        return spec(
                mounts(List.of("nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620"), sys),
                linux(
                        List.of(new Spec.IdMapping(0, uid, 1)),
                        List.of(new Spec.IdMapping(0, gid, 1)),
                        null,
                        namespaces));
    }

    private static Spec spec(List<Spec.Mount> mounts, Spec.Linux linux) {
        return new Spec(
                Features.SPEC_VERSION,
                process(),
                new Spec.Root("rootfs", true),
                "jpod",
                null,
                mounts,
                Spec.Hooks.NONE,
                Map.of(),
                linux,
                null);
    }

    private static Spec.Process process() {
        return new Spec.Process(
                true,
                null,
                "/",
                List.of("PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "TERM=xterm"),
                List.of("sh"),
                Spec.User.ROOT,
                List.of(new Spec.Rlimit("RLIMIT_NOFILE", 1024, 1024)),
                null,
                null,
                new Spec.Capabilities(CAPABILITIES, CAPABILITIES, List.of(), CAPABILITIES, List.of()),
                true,
                null,
                null,
                null,
                null);
    }

    /** @param pts the options of devpts: a user namespace with one id has no group 5 (tty). */
    private static List<Spec.Mount> mounts(List<String> pts, Spec.Mount sys) {
        return List.of(
                new Spec.Mount("/proc", "proc", "proc", List.of()),
                new Spec.Mount("/dev", "tmpfs", "tmpfs", List.of("nosuid", "strictatime", "mode=755", "size=65536k")),
                new Spec.Mount("/dev/pts", "devpts", "devpts", pts),
                new Spec.Mount(
                        "/dev/shm", "tmpfs", "shm", List.of("nosuid", "noexec", "nodev", "mode=1777", "size=65536k")),
                new Spec.Mount("/dev/mqueue", "mqueue", "mqueue", List.of("nosuid", "noexec", "nodev")),
                sys,
                new Spec.Mount(
                        "/sys/fs/cgroup", "cgroup", "cgroup", List.of("nosuid", "noexec", "nodev", "relatime", "ro")));
    }

    private static List<Spec.Namespace> namespaces(Spec.NamespaceType... types) {
        return Arrays.stream(types).map(type -> new Spec.Namespace(type, null)).toList();
    }

    private static Spec.Linux linux(
            List<Spec.IdMapping> uidMappings,
            List<Spec.IdMapping> gidMappings,
            Spec.@Nullable Resources resources,
            List<Spec.Namespace> namespaces) {
        return new Spec.Linux(
                namespaces,
                uidMappings,
                gidMappings,
                Map.of(),
                List.of(),
                Map.of(),
                null,
                resources,
                null,
                null,
                Map.of(),
                null,
                null,
                MASKED_PATHS,
                READONLY_PATHS,
                null,
                null);
    }
}
