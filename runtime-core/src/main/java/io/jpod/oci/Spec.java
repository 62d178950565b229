package io.jpod.oci;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A container configuration (config.json) as the OCI runtime-spec 1.3 defines it, with every field that concerns Linux.
 *
 * <p>Component names are the JSON names. Two of those are Java keywords: {@code ioPriority.class} is {@link
 * IoPriority#ioClass} and {@code execCPUAffinity.final} is {@link ExecCpuAffinity#finalCpus}. Lists and maps are never
 * null, unmodifiable, and keep the order of the file. A component that may be null was absent (null and, for optional
 * strings, "" count as absent: writers in Go leave both behind). The properties solaris, windows, zos and freebsd are
 * not represented.
 *
 * <p>The records check nothing; {@link SpecReader} does.
 *
 * @param ociVersion the runtime-spec version that the bundle complies with, SemVer 2.0.0
 * @param process what to run; create needs none, start does
 * @param root the root file system
 * @param linux an empty record when absent
 * @param vm present only so that it can be refused by name: jpod starts no virtual machines
 */
public record Spec(
        String ociVersion,
        @Nullable Process process,
        @Nullable Root root,
        @Nullable String hostname,
        @Nullable String domainname,
        List<Mount> mounts,
        Hooks hooks,
        Map<String, String> annotations,
        Linux linux,
        @Nullable Vm vm) {

    public Spec {
        mounts = List.copyOf(mounts);
        annotations = ordered(annotations);
    }

    public Spec withProcess(@Nullable Process process) {
        return new Spec(ociVersion, process, root, hostname, domainname, mounts, hooks, annotations, linux, vm);
    }

    public Spec withAnnotations(Map<String, String> annotations) {
        return new Spec(ociVersion, process, root, hostname, domainname, mounts, hooks, annotations, linux, vm);
    }

    public Spec withMounts(List<Mount> mounts) {
        return new Spec(ociVersion, process, root, hostname, domainname, mounts, hooks, annotations, linux, vm);
    }

    public Spec withLinux(Linux linux) {
        return new Spec(ociVersion, process, root, hostname, domainname, mounts, hooks, annotations, linux, vm);
    }

    /**
     * What to run and as whom.
     *
     * @param consoleSize null also whenever {@code terminal} is false, as the spec demands that it be ignored then
     * @param cwd absolute, inside the container
     * @param args at least one; execvp(3) semantics for the first
     * @param capabilities null: not configured
     * @param oomScoreAdj -1000 to 1000; null: MUST NOT be changed
     * @param execCPUAffinity for exec only, never for the container's first process
     */
    public record Process(
            boolean terminal,
            @Nullable ConsoleSize consoleSize,
            String cwd,
            List<String> env,
            List<String> args,
            User user,
            List<Rlimit> rlimits,
            @Nullable String apparmorProfile,
            @Nullable String selinuxLabel,
            @Nullable Capabilities capabilities,
            boolean noNewPrivileges,
            @Nullable Integer oomScoreAdj,
            @Nullable Scheduler scheduler,
            @Nullable IoPriority ioPriority,
            @Nullable ExecCpuAffinity execCPUAffinity) {

        public Process {
            env = List.copyOf(env);
            args = List.copyOf(args);
            rlimits = List.copyOf(rlimits);
        }

        /** The same with another program, and without a terminal. */
        public Process forHook(List<String> newArgs, List<String> newEnv) {
            return new Process(
                    false,
                    null,
                    cwd,
                    newEnv,
                    newArgs,
                    user,
                    rlimits,
                    apparmorProfile,
                    selinuxLabel,
                    capabilities,
                    noNewPrivileges,
                    oomScoreAdj,
                    scheduler,
                    ioPriority,
                    execCPUAffinity);
        }

        public Process withEnv(List<String> newEnv) {
            return new Process(
                    terminal,
                    consoleSize,
                    cwd,
                    newEnv,
                    args,
                    user,
                    rlimits,
                    apparmorProfile,
                    selinuxLabel,
                    capabilities,
                    noNewPrivileges,
                    oomScoreAdj,
                    scheduler,
                    ioPriority,
                    execCPUAffinity);
        }
    }

    /** In characters, 0 to 65535 (struct winsize). */
    public record ConsoleSize(int height, int width) {}

    /**
     * @param uid 0 to 2^32-2, as gid and the additional gids: 2^32-1 is "no id" to the kernel
     * @param umask null: leave it alone
     */
    public record User(long uid, long gid, @Nullable Integer umask, List<Long> additionalGids) {
        public static final User ROOT = new User(0, 0, null, List.of());

        public User {
            additionalGids = List.copyOf(additionalGids);
        }
    }

    /**
     * @param soft the bit pattern of an unsigned 64-bit number, as hard: -1 is RLIM_INFINITY. Compare with
     *     {@link Long#compareUnsigned}.
     */
    public record Rlimit(String type, long soft, long hard) {}

    /** Capability names as written. Unknown ones are for the planner to warn about: the spec says not to fail. */
    public record Capabilities(
            List<String> bounding,
            List<String> effective,
            List<String> inheritable,
            List<String> permitted,
            List<String> ambient) {

        public Capabilities {
            bounding = List.copyOf(bounding);
            effective = List.copyOf(effective);
            inheritable = List.copyOf(inheritable);
            permitted = List.copyOf(permitted);
            ambient = List.copyOf(ambient);
        }
    }

    /**
     * sched_setattr(2).
     *
     * @param policy SCHED_OTHER, SCHED_FIFO, ...
     * @param flags SCHED_FLAG_RESET_ON_FORK, ...
     * @param runtime nanoseconds, as deadline and period; for SCHED_DEADLINE only
     */
    public record Scheduler(
            String policy,
            @Nullable Integer nice,
            @Nullable Integer priority,
            List<String> flags,
            @Nullable Long runtime,
            @Nullable Long deadline,
            @Nullable Long period) {

        public Scheduler {
            flags = List.copyOf(flags);
        }
    }

    /**
     * ioprio_set(2).
     *
     * @param ioClass the JSON property {@code class}: IOPRIO_CLASS_RT, IOPRIO_CLASS_BE or IOPRIO_CLASS_IDLE
     * @param priority 0 to 7
     */
    public record IoPriority(String ioClass, int priority) {}

    /**
     * CPU lists such as "0-3,7".
     *
     * @param initial while joining the container's cgroup
     * @param finalCpus the JSON property {@code final}: from then on
     */
    public record ExecCpuAffinity(
            @Nullable String initial, @Nullable String finalCpus) {}

    /** @param path absolute, or relative to the bundle */
    public record Root(String path, boolean readonly) {}

    /**
     * @param destination absolute inside the container, without ".." components
     * @param uidMappings for an idmapped mount; empty exactly if gidMappings is
     */
    public record Mount(
            String destination,
            @Nullable String type,
            @Nullable String source,
            List<String> options,
            List<IdMapping> uidMappings,
            List<IdMapping> gidMappings) {

        public Mount {
            options = List.copyOf(options);
            uidMappings = List.copyOf(uidMappings);
            gidMappings = List.copyOf(gidMappings);
        }

        /** Whether its source is a file or directory that is there, whatever the type says. */
        public boolean isBind() {
            return "bind".equals(type) || options.contains("bind") || options.contains("rbind");
        }

        public Mount(String destination, String type, String source, List<String> options) {
            this(destination, type, source, options, List.of(), List.of());
        }
    }

    /** Hooks in the order of the file; what runs where and when is in the spec's table of POSIX-platform hooks. */
    public record Hooks(
            List<Hook> prestart,
            List<Hook> createRuntime,
            List<Hook> createContainer,
            List<Hook> startContainer,
            List<Hook> poststart,
            List<Hook> poststop) {

        public static final Hooks NONE = new Hooks(List.of(), List.of(), List.of(), List.of(), List.of(), List.of());

        public Hooks {
            prestart = List.copyOf(prestart);
            createRuntime = List.copyOf(createRuntime);
            createContainer = List.copyOf(createContainer);
            startContainer = List.copyOf(startContainer);
            poststart = List.copyOf(poststart);
            poststop = List.copyOf(poststop);
        }

        /** The hooks of one kind, in order. */
        public List<Hook> of(HookKind kind) {
            return switch (kind) {
                case PRESTART -> prestart;
                case CREATE_RUNTIME -> createRuntime;
                case CREATE_CONTAINER -> createContainer;
                case START_CONTAINER -> startContainer;
                case POSTSTART -> poststart;
                case POSTSTOP -> poststop;
            };
        }
    }

    /** The kinds of hooks in the order in which a container's life reaches them. */
    public enum HookKind {
        PRESTART("prestart"),
        CREATE_RUNTIME("createRuntime"),
        CREATE_CONTAINER("createContainer"),
        START_CONTAINER("startContainer"),
        POSTSTART("poststart"),
        POSTSTOP("poststop");

        private final String jsonName;

        HookKind(String jsonName) {
            this.jsonName = jsonName;
        }

        /** The property of {@code hooks}. */
        public String jsonName() {
            return jsonName;
        }
    }

    /**
     * @param path absolute
     * @param args argv, with argv[0]; empty: the path alone
     * @param env null: that of the runtime's caller, and of {@code process} for one that runs in the container
     * @param timeout seconds, more than 0; null: none
     */
    public record Hook(
            String path,
            List<String> args,
            @Nullable List<String> env,
            @Nullable Integer timeout) {
        public Hook {
            args = List.copyOf(args);
            env = env == null ? null : List.copyOf(env);
        }
    }

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
            @Nullable String rootfsPropagation,
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
            timeOffsets = ordered(timeOffsets);
            devices = List.copyOf(devices);
            netDevices = ordered(netDevices);
            sysctl = ordered(sysctl);
            maskedPaths = List.copyOf(maskedPaths);
            readonlyPaths = List.copyOf(readonlyPaths);
        }

        public Linux withResources(@Nullable Resources newResources) {
            return new Linux(
                    namespaces,
                    uidMappings,
                    gidMappings,
                    timeOffsets,
                    devices,
                    netDevices,
                    cgroupsPath,
                    newResources,
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

        public Linux withPlace(List<Namespace> newNamespaces, @Nullable String newCgroupsPath) {
            return new Linux(
                    newNamespaces,
                    uidMappings,
                    gidMappings,
                    timeOffsets,
                    devices,
                    netDevices,
                    newCgroupsPath,
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

        /** Without seccomp filter, masked and read-only paths. */
        public Linux unconfined() {
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
                    null,
                    rootfsPropagation,
                    List.of(),
                    List.of(),
                    mountLabel,
                    personality);
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
    }

    /** namespaces(7), with the spec's spelling. */
    public enum NamespaceType {
        PID("pid"),
        NETWORK("network"),
        MOUNT("mount"),
        IPC("ipc"),
        UTS("uts"),
        USER("user"),
        CGROUP("cgroup"),
        TIME("time");

        private final String jsonName;

        NamespaceType(String jsonName) {
            this.jsonName = jsonName;
        }

        /** The value of {@code type}. */
        public String jsonName() {
            return jsonName;
        }

        /** What it is called below {@code /proc/PID/ns}. */
        public String procName() {
            return switch (this) {
                case NETWORK -> "net";
                case MOUNT -> "mnt";
                case PID, IPC, UTS, USER, CGROUP, TIME -> jsonName;
            };
        }
    }

    /** @param path absolute, the namespace to join; null: make a new one */
    public record Namespace(NamespaceType type, @Nullable String path) {}

    /** @param size at least 1; neither range reaches beyond 2^32-2 */
    public record IdMapping(long containerID, long hostID, long size) {}

    /** @param nanosecs 0 to 999,999,999, added to secs */
    public record TimeOffset(long secs, int nanosecs) {}

    /**
     * @param type "c", "b", "u" or "p"
     * @param path absolute inside the container
     * @param major nothing to a "p", as minor is
     * @param fileMode permission bits only, at most 07777
     */
    public record Device(
            String type,
            String path,
            long major,
            long minor,
            @Nullable Integer fileMode,
            @Nullable Long uid,
            @Nullable Long gid) {}

    /** @param name its name in the container, may be a template with %d; null: keeps the name of the host */
    public record NetDevice(@Nullable String name) {}

    /** cgroup limits. Null or empty components are to be left as they are. */
    public record Resources(
            List<DeviceRule> devices,
            @Nullable Memory memory,
            @Nullable Cpu cpu,
            @Nullable Pids pids,
            @Nullable BlockIo blockIO,
            List<HugepageLimit> hugepageLimits,
            @Nullable Network network,
            Map<String, Rdma> rdma,
            Map<String, String> unified) {

        public static final Resources NONE =
                new Resources(List.of(), null, null, null, null, List.of(), null, Map.of(), Map.of());

        public Resources {
            devices = List.copyOf(devices);
            hugepageLimits = List.copyOf(hugepageLimits);
            rdma = ordered(rdma);
            unified = ordered(unified);
        }
    }

    /**
     * @param type "a", "b" or "c"; null: as "a"
     * @param major null or -1: every one; the same for minor
     * @param access some of "rwm"; null: all
     */
    public record DeviceRule(
            boolean allow,
            @Nullable String type,
            @Nullable Long major,
            @Nullable Long minor,
            @Nullable String access) {}

    /**
     * @param limit bytes, -1: none; so for reservation, swap (memory and swap together, as in cgroup v1), kernel,
     *     kernelTCP
     * @param swappiness 0 to 100
     */
    public record Memory(
            @Nullable Long limit,
            @Nullable Long reservation,
            @Nullable Long swap,
            @Nullable Long kernel,
            @Nullable Long kernelTCP,
            @Nullable Long swappiness,
            @Nullable Boolean disableOOMKiller,
            @Nullable Boolean useHierarchy,
            @Nullable Boolean checkBeforeUpdate) {}

    /**
     * @param shares as in cgroup v1, where the kernel clamps it to 2..262144; 0: not set
     * @param quota microseconds in each period, at least 1000; -1 and 0: no limit
     * @param burst microseconds
     * @param period microseconds, 1000 to 1000000; 0: not set
     * @param idle 0 or 1
     */
    public record Cpu(
            @Nullable Long shares,
            @Nullable Long quota,
            @Nullable Long burst,
            @Nullable Long period,
            @Nullable Long realtimeRuntime,
            @Nullable Long realtimePeriod,
            @Nullable String cpus,
            @Nullable String mems,
            @Nullable Long idle) {}

    /** @param limit tasks; -1: no limit */
    public record Pids(@Nullable Long limit) {}

    /** @param weight 10 to 1000, as in cgroup v1; 0: not set */
    public record BlockIo(
            @Nullable Integer weight,
            @Nullable Integer leafWeight,
            List<WeightDevice> weightDevice,
            List<ThrottleDevice> throttleReadBpsDevice,
            List<ThrottleDevice> throttleWriteBpsDevice,
            List<ThrottleDevice> throttleReadIOPSDevice,
            List<ThrottleDevice> throttleWriteIOPSDevice) {

        public BlockIo {
            weightDevice = List.copyOf(weightDevice);
            throttleReadBpsDevice = List.copyOf(throttleReadBpsDevice);
            throttleWriteBpsDevice = List.copyOf(throttleWriteBpsDevice);
            throttleReadIOPSDevice = List.copyOf(throttleReadIOPSDevice);
            throttleWriteIOPSDevice = List.copyOf(throttleWriteIOPSDevice);
        }
    }

    public record WeightDevice(
            long major,
            long minor,
            @Nullable Integer weight,
            @Nullable Integer leafWeight) {}

    /** @param rate bytes or operations a second; 0: no limit */
    public record ThrottleDevice(long major, long minor, long rate) {}

    /**
     * @param pageSize as the kernel spells it in hugetlb.2MB.max
     * @param limit bytes
     */
    public record HugepageLimit(String pageSize, long limit) {}

    /** cgroup v1 only. */
    public record Network(@Nullable Long classID, List<NetworkPriority> priorities) {
        public Network {
            priorities = List.copyOf(priorities);
        }
    }

    public record NetworkPriority(String name, long priority) {}

    public record Rdma(@Nullable Long hcaHandles, @Nullable Long hcaObjects) {}

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
     * @param mode MPOL_DEFAULT, MPOL_BIND, ...
     * @param nodes a list such as "0-3,7"
     */
    public record MemoryPolicy(String mode, @Nullable String nodes, List<String> flags) {
        public MemoryPolicy {
            flags = List.copyOf(flags);
        }
    }

    /**
     * @param defaultErrnoRet null: EPERM where the action wants one
     * @param architectures SCMP_ARCH_...; the native one is always included
     * @param listenerPath a unix socket, for SCMP_ACT_NOTIFY
     */
    public record Seccomp(
            String defaultAction,
            @Nullable Integer defaultErrnoRet,
            List<String> architectures,
            List<String> flags,
            @Nullable String listenerPath,
            @Nullable String listenerMetadata,
            List<SeccompRule> syscalls) {

        public Seccomp {
            architectures = List.copyOf(architectures);
            flags = List.copyOf(flags);
            syscalls = List.copyOf(syscalls);
        }
    }

    public record SeccompRule(
            List<String> names, String action, @Nullable Integer errnoRet, List<SeccompArg> args) {

        public SeccompRule {
            names = List.copyOf(names);
            args = List.copyOf(args);
        }
    }

    /**
     * @param index 0 to 5
     * @param value the bit pattern of an unsigned 64-bit number, as valueTwo, which is 0 when absent
     */
    public record SeccompArg(int index, long value, long valueTwo, String op) {}

    /** @param domain "LINUX" or "LINUX32" */
    public record Personality(String domain, List<String> flags) {
        public Personality {
            flags = List.copyOf(flags);
        }
    }

    /** A container inside a virtual machine. */
    public record Vm(
            @Nullable VmHypervisor hypervisor,
            @Nullable VmKernel kernel,
            @Nullable VmImage image,
            @Nullable VmHwConfig hwConfig) {}

    public record VmHypervisor(String path, List<String> parameters) {
        public VmHypervisor {
            parameters = List.copyOf(parameters);
        }
    }

    public record VmKernel(
            String path, List<String> parameters, @Nullable String initrd) {
        public VmKernel {
            parameters = List.copyOf(parameters);
        }
    }

    public record VmImage(String path, String format) {}

    /** @param memory bytes */
    public record VmHwConfig(
            @Nullable String deviceTree,
            @Nullable Long vcpus,
            @Nullable Long memory,
            List<String> dtdevs,
            List<VmIoMem> iomems,
            List<Long> irqs) {

        public VmHwConfig {
            dtdevs = List.copyOf(dtdevs);
            iomems = List.copyOf(iomems);
            irqs = List.copyOf(irqs);
        }
    }

    public record VmIoMem(@Nullable Long firstGFN, long firstMFN, long nrMFNs) {}

    private static <V> Map<String, V> ordered(Map<String, V> map) {
        return Collections.unmodifiableMap(new LinkedHashMap<>(map));
    }
}
