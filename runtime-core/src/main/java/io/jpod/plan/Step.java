package io.jpod.plan;

import io.jpod.oci.Spec;
import io.jpod.oci.Spec.NamespaceType;
import io.jpod.seccomp.Filter;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * One thing that is done to set up a container, in the words of runtime-spec and man pages. What system calls it takes is
 * {@link Lowering}'s business; {@link #describe} is what people read.
 */
public sealed interface Step {

    /** One line, without the reason for it. */
    String describe();

    // ---- the brain does these itself

    /** mkdir, with the controllers that the limits need. */
    record CreateCgroup(String path) implements Step {
        @Override
        public String describe() {
            return "create cgroup " + path;
        }
    }

    record SetLimit(Limit limit) implements Step {
        @Override
        public String describe() {
            return limit.file() + " = " + limit.value();
        }
    }

    /** An eBPF program on the cgroup, cgroups(7): device access. */
    record FilterDevices(List<Spec.DeviceRule> rules) implements Step {
        @Override
        public String describe() {
            return "filter devices with " + count(rules.size(), "rule");
        }
    }

    /** clone3(2): the container's own process, born in its cgroup. */
    record CloneProcess(Set<NamespaceType> namespaces, boolean joinsPid, boolean intoCgroup) implements Step {
        @Override
        public String describe() {
            return "clone the process"
                    + (namespaces.isEmpty() ? "" : " into new namespaces " + names(namespaces))
                    + (joinsPid ? " as a process of the joined pid namespace" : "")
                    + (intoCgroup ? ", born in the cgroup" : "");
        }
    }

    // ---- what is opened on the host, before any namespace changes

    /** open_tree(2): a private copy of the mounts below root.path. */
    record OpenRootfs(String path) implements Step {
        @Override
        public String describe() {
            return "open root file system " + path;
        }
    }

    /**
     * mount_setattr(2) with MOUNT_ATTR_IDMAP: what root owns on disk, root of the user namespace owns in the container.
     *
     * @param namespace path of the user namespace
     */
    record MapIdsOfRootfs(String namespace) implements Step {
        @Override
        public String describe() {
            return "map the owners of its files into user namespace " + namespace;
        }
    }

    /** A handle on the host's procfs: what is written below /proc goes through it, never through a path of the container (CVE-2025-52881). */
    record OpenProcfs() implements Step {
        @Override
        public String describe() {
            return "open the host's /proc";
        }
    }

    /** A bind mount's source, as a detached copy. */
    record OpenSource(String handle, String path, boolean recursive) implements Step {
        @Override
        public String describe() {
            return "open source " + path;
        }
    }

    /** The same of one that lies in the root file system, with all that is mounted there by then. */
    record OpenSourceInside(String handle, String path, boolean recursive) implements Step {
        @Override
        public String describe() {
            return "open source " + path + " of the root file system";
        }
    }

    /** The same where nothing may be made: the directory itself. */
    record OpenRootDirectory(String path) implements Step {
        @Override
        public String describe() {
            return "open root directory " + path;
        }
    }

    record OpenNamespace(NamespaceType type, String path) implements Step {
        @Override
        public String describe() {
            return "open " + type.jsonName() + " namespace " + path;
        }
    }

    // ---- what a pod has beside its containers

    /** A bind mount of nsfs, namespaces(7): the namespace lives on without a process in it. */
    record PinNamespace(NamespaceType type, String path) implements Step {
        @Override
        public String describe() {
            return "pin " + type.jsonName() + " namespace at " + path;
        }
    }

    /**
     * POSIX shared memory is files, shm_overview(7): no namespace shares or separates it, only the file system that is mounted
     * on everybody's /dev/shm.
     *
     * @param size bytes
     */
    record MountShm(String path, long size) implements Step {
        @Override
        public String describe() {
            return "mount tmpfs of " + size + " bytes, everybody's /dev/shm, on " + path;
        }
    }

    /**
     * A directory, on disk or in memory, that is as old as the pod and goes with it.
     *
     * @param size bytes, for one in memory; 0: on disk
     */
    record MakeVolume(String path, long size) implements Step {
        @Override
        public String describe() {
            return "make volume " + path + (size == 0 ? "" : ", a tmpfs of " + size + " bytes");
        }
    }

    /** A pair of virtual Ethernet devices, veth(4): one end in the pod, the other one in the bridge of the network. */
    record ConnectNetwork(String network, String device) implements Step {
        @Override
        public String describe() {
            return "connect " + device + " to network " + network;
        }
    }

    /** hosts(5), hostname(5), resolv.conf(5), which all containers of the pod mount. */
    record WriteFiles(String directory) implements Step {
        @Override
        public String describe() {
            return "write hosts, hostname and resolv.conf in " + directory;
        }
    }

    /** What the first process of a shared pid namespace has for a root: with the host's, /proc/1/root would be the host. */
    record OpenEmptyRootfs() implements Step {
        @Override
        public String describe() {
            return "make an empty root file system";
        }
    }

    /**
     * pid_namespaces(7): orphans become children of process 1; with SIGCHLD ignored the kernel reaps them, waitpid(2). No other
     * process of the namespace can look into it, PR_SET_DUMPABLE(2const).
     */
    record ReapForEver() implements Step {
        @Override
        public String describe() {
            return "stay as init: have the kernel reap what ends";
        }
    }

    // ---- namespaces

    /** setns(2) to one that {@link OpenNamespace} opened. */
    record JoinNamespace(NamespaceType type) implements Step {
        @Override
        public String describe() {
            return "join " + type.jsonName() + " namespace";
        }
    }

    /** setns(2) with a pidfd: all of a running container's namespaces at once, for exec. */
    record JoinContainer(List<NamespaceType> types) implements Step {
        @Override
        public String describe() {
            return "join the container's namespaces " + names(types);
        }
    }

    /**
     * setns(2) puts only children into a pid namespace: the process goes on as a clone of itself, a child of the same parent.
     * {@link JoinContainer} has joined it, with privileges that are gone by now; the clone comes last, when there is nothing
     * left in it for those inside to look at (CVE-2016-9962).
     */
    record EnterPidNamespace() implements Step {
        @Override
        public String describe() {
            return "go on as a process of the container's pid namespace";
        }
    }

    record UnshareNamespaces(Set<NamespaceType> types) implements Step {
        @Override
        public String describe() {
            return "make new namespaces " + names(types);
        }
    }

    /**
     * PR_SET_DUMPABLE(2const): for a process that others see while it is set up. Without CAP_SYS_PTRACE in the user namespace of
     * the brain they cannot look into it, ptrace(2), also when it has no more rights than they have (CVE-2016-9962). execve ends
     * it, and so may a change of user, where /proc/sys/fs/suid_dumpable is 1.
     */
    record HideProcess() implements Step {
        @Override
        public String describe() {
            return "let nobody look into the process";
        }
    }

    /** The builder hands the namespaces that it made over to the process, as descriptors. */
    record ExportNamespaces(List<NamespaceType> types) implements Step {
        @Override
        public String describe() {
            return "hand over namespaces " + names(types);
        }
    }

    /**
     * The process moves into what the builder made.
     *
     * @param pivoted whether the container's root is theirs by now
     */
    record AdoptNamespaces(List<NamespaceType> types, boolean pivoted) implements Step {
        @Override
        public String describe() {
            return "move into the namespaces " + names(types);
        }
    }

    /** time_namespaces(7): offsets can be set only before the first process enters. */
    record EnterTimeNamespace(List<String> offsets) implements Step {
        @Override
        public String describe() {
            return "enter a new time namespace" + (offsets.isEmpty() ? "" : " with " + String.join(", ", offsets));
        }
    }

    /** uid 0 and gid 0 of the user namespace, whose mappings are there by now. */
    record BecomeRoot() implements Step {
        @Override
        public String describe() {
            return "become root of the user namespace";
        }
    }

    record SetHostname(String name) implements Step {
        @Override
        public String describe() {
            return "set hostname " + name;
        }
    }

    record SetDomainname(String name) implements Step {
        @Override
        public String describe() {
            return "set domain name " + name;
        }
    }

    record LoopbackUp() implements Step {
        @Override
        public String describe() {
            return "bring up network device lo";
        }
    }

    /** @param path below /proc/sys, with slashes */
    record SetSysctl(String path, String value) implements Step {
        @Override
        public String describe() {
            return "sysctl " + path.replace('/', '.') + " = " + value;
        }
    }

    // ---- the root file system

    /** mount(2): what the host mounts later, and whether it sees what we mount. */
    record SetPropagation(String flag, boolean recursive) implements Step {
        @Override
        public String describe() {
            return "make / " + (recursive ? "r" : "") + flag;
        }
    }

    record AttachRootfs(String path) implements Step {
        @Override
        public String describe() {
            return "attach the root file system at " + path;
        }
    }

    /**
     * fsopen(2) and its kin: a new file system.
     *
     * @param follow whether links on the way to the destination are followed, within the root; else they are refused: it has
     *     none, and who puts one there wants it elsewhere, in /proc above all (CVE-2019-19921, CVE-2025-52881)
     */
    record MountFilesystem(
            String type, @Nullable String source, String destination, MountOptions options, boolean follow)
            implements Step {
        @Override
        public String describe() {
            return "mount " + type + " on " + destination + options.describe();
        }
    }

    /**
     * move_mount(2) of an {@link OpenSource}.
     *
     * @param follow as in {@link MountFilesystem}
     */
    record MountBind(
            String handle, String source, String destination, MountOptions options, boolean file, boolean follow)
            implements Step {
        @Override
        public String describe() {
            return "bind " + source + " on " + destination + options.describe();
        }
    }

    /** mount_setattr(2) on what is already there. */
    record Remount(String destination, MountOptions options) implements Step {
        @Override
        public String describe() {
            return "remount " + destination + options.describe();
        }
    }

    /** mknodat(2), or a bind of the host's node where nodes cannot be made (user namespaces) or one is there already. */
    record MakeDevice(Spec.Device device, String place, boolean bind) implements Step {
        @Override
        public String describe() {
            return (bind ? "bind device " : "make device ") + place + " " + device.type() + " " + device.major() + ":"
                    + device.minor();
        }
    }

    record Symlink(String path, String target) implements Step {
        @Override
        public String describe() {
            return "symlink " + path + " -> " + target;
        }
    }

    /** A terminal of the container's own devpts; its controlling side is sent away over the console socket. */
    record OpenConsole(Spec.@Nullable ConsoleSize size, long uid, boolean mounted) implements Step {
        @Override
        public String describe() {
            return "open a terminal" + (mounted ? " and bind it on /dev/console" : "");
        }
    }

    /** pivot_root(2). */
    record PivotRoot() implements Step {
        @Override
        public String describe() {
            return "pivot_root";
        }
    }

    /** Of what lies where root of the user namespace would not come: by whoever still has the host's privileges. */
    record LetGoOfHostMounts(List<String> hostMounts) implements Step {
        @Override
        public String describe() {
            return "let go of the host's mounts below closed directories";
        }
    }

    /**
     * The older way without one. The host's root stays below the container's, so nothing may be left on it.
     *
     * @param hostMounts what is taken down there, in this order
     */
    record MoveRoot(List<String> hostMounts) implements Step {
        @Override
        public String describe() {
            return "move the root mount, let go of the host's mounts, chroot";
        }
    }

    /** chroot(2): no boundary for who may call it again. */
    record ChangeRoot() implements Step {
        @Override
        public String describe() {
            return "chroot";
        }
    }

    /** The same of one that joins a container, whose first process may have a root that is not that of its mount namespace. */
    record EnterRootOfContainer() implements Step {
        @Override
        public String describe() {
            return "chroot to where its first process has its root";
        }
    }

    record SetRootPropagation(String flag) implements Step {
        @Override
        public String describe() {
            return "make / " + flag;
        }
    }

    record ReadonlyRootfs() implements Step {
        @Override
        public String describe() {
            return "make / read-only";
        }
    }

    record ReadonlyPath(String path) implements Step {
        @Override
        public String describe() {
            return "make " + path + " read-only";
        }
    }

    /** What masks are made of: an empty read-only directory and the null device, once for all of them. */
    record PrepareMasks() implements Step {
        @Override
        public String describe() {
            return "prepare an empty directory and a null device for masks";
        }
    }

    record MaskPath(String path) implements Step {
        @Override
        public String describe() {
            return "mask " + path;
        }
    }

    // ---- the process

    record NewSession() implements Step {
        @Override
        public String describe() {
            return "start a session";
        }
    }

    record TerminalAsStdio() implements Step {
        @Override
        public String describe() {
            return "make the terminal stdin, stdout and stderr";
        }
    }

    record ControllingTerminal() implements Step {
        @Override
        public String describe() {
            return "make stdin the controlling terminal";
        }
    }

    record JoinKeyring(String name) implements Step {
        @Override
        public String describe() {
            return "join session keyring " + name;
        }
    }

    record SetOomScoreAdj(int value) implements Step {
        @Override
        public String describe() {
            return "oom_score_adj = " + value;
        }
    }

    record SetRlimit(Spec.Rlimit rlimit) implements Step {
        @Override
        public String describe() {
            return rlimit.type() + " = " + amount(rlimit.soft()) + ", at most " + amount(rlimit.hard());
        }

        private static String amount(long value) {
            return value == -1 ? "unlimited" : Long.toUnsignedString(value);
        }
    }

    record SetScheduler(Spec.Scheduler scheduler) implements Step {
        @Override
        public String describe() {
            return "scheduler " + scheduler.policy();
        }
    }

    record SetIoPriority(Spec.IoPriority priority) implements Step {
        @Override
        public String describe() {
            return "I/O priority " + priority.ioClass() + " " + priority.priority();
        }
    }

    record SetCpuAffinity(String cpus) implements Step {
        @Override
        public String describe() {
            return "run on cpus " + cpus;
        }
    }

    record SetMemoryPolicy(Spec.MemoryPolicy policy) implements Step {
        @Override
        public String describe() {
            return "memory policy " + policy.mode() + (policy.nodes() == null ? "" : " on nodes " + policy.nodes());
        }
    }

    record SetPersonality(Spec.Personality personality) implements Step {
        @Override
        public String describe() {
            return "personality " + personality.domain();
        }
    }

    record SetApparmorProfile(String profile) implements Step {
        @Override
        public String describe() {
            return "AppArmor profile " + profile + " from execve on";
        }
    }

    /** Descriptors that only set-up needed. Before the change of directory, so that no path leads out through them (CVE-2024-21626). */
    record CloseDescriptors() implements Step {
        @Override
        public String describe() {
            return "close what only set-up needed";
        }
    }

    /** mkdir -p of the working directory: before the root becomes read-only. */
    record MakeDirectory(String path) implements Step {
        @Override
        public String describe() {
            return "make directory " + path;
        }
    }

    record ChangeDirectory(String path) implements Step {
        @Override
        public String describe() {
            return "change directory to " + path;
        }
    }

    /** Of a hook, on the host: nothing is made there, and the path is the runtime's own. */
    record ChangeHostDirectory(String path) implements Step {
        @Override
        public String describe() {
            return "change directory to " + path;
        }
    }

    /**
     * PR_SET_CHILD_SUBREAPER(2const): what the process starts stays below it for as long as it runs, so that all of it can be
     * found when it has to end. Not inherited by children; execve leaves it.
     */
    record AdoptOrphans() implements Step {
        @Override
        public String describe() {
            return "adopt what its children leave behind";
        }
    }

    record SetUmask(int umask) implements Step {
        @Override
        public String describe() {
            return "umask 0%03o".formatted(umask);
        }
    }

    /** stdio of a container whose user is not root, so that it can open /dev/stderr. */
    record ChownStdio(List<Integer> numbers, long uid) implements Step {
        @Override
        public String describe() {
            return "give stdio " + numbers + " to uid " + uid;
        }
    }

    /** prctl(2) PR_CAPBSET_DROP of everything else. */
    record LimitBoundingSet(List<Capability> kept, int last) implements Step {
        @Override
        public String describe() {
            return "bounding set: " + Capability.describe(kept);
        }
    }

    record SetUser(Spec.User user) implements Step {
        @Override
        public String describe() {
            return "become uid " + user.uid() + ", gid " + user.gid()
                    + (user.additionalGids().isEmpty() ? "" : ", groups " + user.additionalGids());
        }
    }

    /**
     * What a program is given by execve(2) depends on the bounding, inheritable and ambient sets alone, capabilities(7).
     *
     * @param filtering that CAP_SYS_ADMIN stays until then: without no_new_privs a seccomp filter takes it, and is the last thing
     *     before execve(2)
     */
    record SetCapabilities(
            List<Capability> effective,
            List<Capability> permitted,
            List<Capability> inheritable,
            List<Capability> ambient,
            boolean filtering)
            implements Step {
        @Override
        public String describe() {
            return "capabilities: " + Capability.describe(permitted)
                    + (filtering ? ", and until execve SYS_ADMIN to load the filter" : "");
        }
    }

    record SetNoNewPrivileges() implements Step {
        @Override
        public String describe() {
            return "no_new_privs";
        }
    }

    record LoadSeccomp(Filter filter) implements Step {
        @Override
        public String describe() {
            return "seccomp filter of " + filter.instructions() + " instructions";
        }
    }

    /** The path that execvp(3) would take must be there and executable: better now than at start. */
    record FindProgram(List<String> candidates, String name) implements Step {
        @Override
        public String describe() {
            return "find program " + name;
        }
    }

    /** Reports how far it is and waits until the brain says go on; ends if the brain is gone. */
    record Await(Milestone milestone) implements Step {
        @Override
        public String describe() {
            return milestone.describe();
        }
    }

    /** accept(2) on the start socket: whoever connects starts the container, and is told whether execve worked. */
    record AwaitStart() implements Step {
        @Override
        public String describe() {
            return "created; wait for start";
        }
    }

    /** Its text names the program and nothing else: what people read may be read by others, and arguments and variables hold secrets. */
    record Exec(List<String> candidates, List<String> args, List<String> env) implements Step {
        @Override
        public String describe() {
            return "execve " + args.getFirst() + (args.size() < 2 ? "" : " with " + count(args.size() - 1, "argument"));
        }
    }

    /** Points at which the process waits for the brain, in the order in which they are reached. */
    enum Milestone {
        /** The brain writes uid_map and gid_map, user_namespaces(7). */
        USER_NAMESPACE("wait for the uid and gid mappings"),
        /** The process goes on as its clone, whose pid is in the report, and which waits. */
        CLONED("go on as a clone"),
        /** Mounts exist, before pivot_root: prestart and createRuntime. */
        CREATE_RUNTIME_HOOKS("wait for the prestart and createRuntime hooks"),
        /** Mounts exist, before pivot_root. */
        CREATE_CONTAINER_HOOKS("wait for the createContainer hooks"),
        /** Nothing can fail any more but execve. */
        READY("ready");

        private final String text;

        Milestone(String text) {
            this.text = text;
        }

        String describe() {
            return text;
        }

        /** Its number in {@code struct status_record}. */
        public int number() {
            return ordinal() + 1;
        }
    }

    /** One argument, two arguments. */
    static String count(int number, String noun) {
        return number + " " + noun + (number == 1 ? "" : "s");
    }

    private static String names(Iterable<NamespaceType> types) {
        return StreamSupport.stream(types.spliterator(), false)
                .map(NamespaceType::jsonName)
                .collect(Collectors.joining(" "));
    }
}
