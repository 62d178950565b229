package io.jpod.oci;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * @param timeOffsets keys "monotonic" and "boottime"
 * @param netDevices key: the name of the device on the host
 * @param cgroupsPath a cgroup path without "..", or slice:prefix:name for systemd
 * @param sysctl keys separated as in sysctl(8): whichever of "." and "/" comes first is the separator
 */
public record Linux(
        List<Namespace> namespaces,
        List<IdMapping> uidMappings,
        List<IdMapping> gidMappings,
        Map<String, TimeOffset> timeOffsets,
        List<Device> devices,
        Map<String, NetDevice> netDevices,
        @Nullable String cgroupsPath,
        @Nullable Resources resources,
        @Nullable IntelRdt intelRdt,
        @Nullable MemoryPolicy memoryPolicy,
        Map<String, String> sysctl,
        @Nullable Seccomp seccomp,
        @Nullable Propagation rootfsPropagation,
        List<String> maskedPaths,
        List<String> readonlyPaths,
        @Nullable String mountLabel,
        @Nullable Personality personality) {

    public static final Linux NONE = new Linux(
            List.of(), List.of(), List.of(), Map.of(), List.of(), Map.of(), null, null, null, null, Map.of(), null,
            null, List.of(), List.of(), null, null);

    public Linux {
        namespaces = List.copyOf(namespaces);
        uidMappings = List.copyOf(uidMappings);
        gidMappings = List.copyOf(gidMappings);
        timeOffsets = Spec.ordered(timeOffsets);
        devices = List.copyOf(devices);
        netDevices = Spec.ordered(netDevices);
        sysctl = Spec.ordered(sysctl);
        maskedPaths = List.copyOf(maskedPaths);
        readonlyPaths = List.copyOf(readonlyPaths);
    }

    /** Whether it begins alone in its mount namespace. One that is inherited or joined is that of others too. */
    public boolean hasOwnMounts() {
        Namespace mount = namespace(NamespaceType.MOUNT);
        return mount != null && mount.path() == null;
    }

    /** The namespace of that type, or null if it is to be inherited from the runtime. */
    public @Nullable Namespace namespace(NamespaceType type) {
        for (Namespace namespace : namespaces) {
            if (namespace.type() == type) {
                return namespace;
            }
        }
        return null;
    }

    /** @param nanosecs 0 to 999,999,999, added to secs */
    public record TimeOffset(long secs, int nanosecs) {}

    /** @param name its name in the container, may be a template with %d; null: keeps the name of the host */
    public record NetDevice(@Nullable String name) {}

    /** @param closID "/" is the root class of service */
    public record IntelRdt(
            @Nullable String closID,
            List<String> schemata,
            @Nullable String l3CacheSchema,
            @Nullable String memBwSchema,
            boolean enableMonitoring) {

        public IntelRdt {
            schemata = List.copyOf(schemata);
        }
    }

    /**
     * set_mempolicy(2).
     *
     * @param nodes a list such as "0-3,7"
     */
    public record MemoryPolicy(Mode mode, @Nullable String nodes, List<Flag> flags) {
        public MemoryPolicy {
            flags = List.copyOf(flags);
        }

        /** With the kernel's numbers (linux/mempolicy.h). */
        public enum Mode {
            MPOL_DEFAULT(0),
            MPOL_BIND(2),
            MPOL_INTERLEAVE(3),
            MPOL_WEIGHTED_INTERLEAVE(6),
            MPOL_PREFERRED(1),
            MPOL_PREFERRED_MANY(5),
            MPOL_LOCAL(4);

            private final int number;

            Mode(int number) {
                this.number = number;
            }

            public int number() {
                return number;
            }
        }

        /** With the kernel's bits. */
        public enum Flag {
            MPOL_F_NUMA_BALANCING(1 << 13),
            MPOL_F_RELATIVE_NODES(1 << 14),
            MPOL_F_STATIC_NODES(1 << 15);

            private final int number;

            Flag(int number) {
                this.number = number;
            }

            public int number() {
                return number;
            }
        }
    }

    /** personality(2). The spec defines no flags. */
    public record Personality(Domain domain) {
        /** With the kernel's numbers (linux/personality.h). */
        public enum Domain {
            LINUX(0),
            LINUX32(8);

            private final int number;

            Domain(int number) {
                this.number = number;
            }

            public int number() {
                return number;
            }
        }
    }

    /**
     * With the flags of mount(2). The recursive ones are not in the spec; engines write them all the same ("rslave") and every
     * peer takes them.
     */
    public enum Propagation {
        SHARED(1 << 20),
        SLAVE(1 << 19),
        PRIVATE(1 << 18),
        UNBINDABLE(1 << 17),
        RSHARED(1 << 20 | 1 << 14),
        RSLAVE(1 << 19 | 1 << 14),
        RPRIVATE(1 << 18 | 1 << 14),
        RUNBINDABLE(1 << 17 | 1 << 14);

        private final int number;

        Propagation(int number) {
            this.number = number;
        }

        public int number() {
            return number;
        }

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** The same with changes. */
    public Linux with(Consumer<Draft> changes) {
        Draft draft = new Draft();
        changes.accept(draft);
        return draft.finished();
    }

    /** The components, to be changed. */
    public final class Draft {
        public List<Namespace> namespaces = Linux.this.namespaces;
        public List<IdMapping> uidMappings = Linux.this.uidMappings;
        public List<IdMapping> gidMappings = Linux.this.gidMappings;
        public Map<String, TimeOffset> timeOffsets = Linux.this.timeOffsets;
        public List<Device> devices = Linux.this.devices;
        public Map<String, NetDevice> netDevices = Linux.this.netDevices;
        public @Nullable String cgroupsPath = Linux.this.cgroupsPath;
        public @Nullable Resources resources = Linux.this.resources;
        public @Nullable IntelRdt intelRdt = Linux.this.intelRdt;
        public @Nullable MemoryPolicy memoryPolicy = Linux.this.memoryPolicy;
        public Map<String, String> sysctl = Linux.this.sysctl;
        public @Nullable Seccomp seccomp = Linux.this.seccomp;
        public @Nullable Propagation rootfsPropagation = Linux.this.rootfsPropagation;
        public List<String> maskedPaths = Linux.this.maskedPaths;
        public List<String> readonlyPaths = Linux.this.readonlyPaths;
        public @Nullable String mountLabel = Linux.this.mountLabel;
        public @Nullable Personality personality = Linux.this.personality;

        private Linux finished() {
            return new Linux(
                    namespaces,
                    uidMappings,
                    gidMappings,
                    timeOffsets,
                    devices,
                    netDevices,
                    cgroupsPath,
                    resources,
                    intelRdt,
                    memoryPolicy,
                    sysctl,
                    seccomp,
                    rootfsPropagation,
                    maskedPaths,
                    readonlyPaths,
                    mountLabel,
                    personality);
        }
    }
}
