package io.jpod.plan;

import io.jpod.oci.Device;
import io.jpod.oci.IdMapping;
import io.jpod.oci.Linux;
import io.jpod.oci.NamespaceType;
import io.jpod.oci.Process;
import io.jpod.seccomp.Filter;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * One thing that is done to set up a container, in the words of runtime-spec and man pages: {@link #describe} is what people
 * read. The brain does some of them itself, {@link BrainStep}; all others become system calls, {@link Lowering}.
 */
public sealed interface Step permits BrainStep, Step.Call {

    /** One line, without the reason for it. */
    String describe();

    /** System calls of the builder thread, or of the process. */
    sealed interface Call extends Step {
        /** Where the process waits for the brain; null: it goes on. */
        default @Nullable Milestone milestone() {
            return null;
        }
    }

    // ---- what is opened on the host, before any namespace changes

    /** open_tree(2): a private copy of the mounts below root.path. */
    record OpenRootfs(String path) implements Call {
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
    record MapIdsOfRootfs(String namespace) implements Call {
        @Override
        public String describe() {
            return "map the owners of its files into user namespace " + namespace;
        }
    }

    /** A handle on the host's procfs: what is written below /proc goes through it, never through a path of the container (CVE-2025-52881). */
    record OpenProcfs() implements Call {
        @Override
        public String describe() {
            return "open the host's /proc";
        }
    }

    /** A bind mount's source, as a detached copy. */
    record OpenSource(String handle, String path, boolean recursive) implements Call {
        @Override
        public String describe() {
            return "open source " + path;
        }
    }

    /** The same of one that lies in the root file system, with all that is mounted there by then. */
    record OpenSourceInside(String handle, String path, boolean recursive) implements Call {
        @Override
        public String describe() {
            return "open source " + path + " of the root file system";
        }
    }

    /** The same where nothing may be made: the directory itself. */
    record OpenRootDirectory(String path) implements Call {
        @Override
        public String describe() {
            return "open root directory " + path;
        }
    }

    record OpenNamespace(NamespaceType type, String path) implements Call {
        @Override
        public String describe() {
            return "open " + type.jsonName() + " namespace " + path;
        }
    }

    /** What the first process of a shared pid namespace has for a root: with the host's, /proc/1/root would be the host. */
    record OpenEmptyRootfs() implements Call {
        @Override
        public String describe() {
            return "make an empty root file system";
        }
    }

    /**
     * pid_namespaces(7): orphans become children of process 1; with SIGCHLD ignored the kernel reaps them, waitpid(2). No other
     * process of the namespace can look into it, PR_SET_DUMPABLE(2const).
     */
    record ReapForEver() implements Call {
        @Override
        public String describe() {
            return "stay as init: have the kernel reap what ends";
        }
    }

    // ---- namespaces

    /** setns(2) to one that {@link OpenNamespace} opened. */
    record JoinNamespace(NamespaceType type) implements Call {
        @Override
        public String describe() {
            return "join " + type.jsonName() + " namespace";
        }
    }

    /** setns(2) with a pidfd: all of a running container's namespaces at once, for exec. */
    record JoinContainer(List<NamespaceType> types) implements Call {
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
    record EnterPidNamespace() implements Call {
        @Override
        public Milestone milestone() {
            return Milestone.CLONED;
        }

        @Override
        public String describe() {
            return "go on as a process of the container's pid namespace";
        }
    }

    record UnshareNamespaces(Set<NamespaceType> types) implements Call {
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
    record HideProcess() implements Call {
        @Override
        public String describe() {
            return "let nobody look into the process";
        }
    }

    /** The builder hands the namespaces that it made over to the process, as descriptors. */
    record ExportNamespaces(List<NamespaceType> types) implements Call {
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
    record AdoptNamespaces(List<NamespaceType> types, boolean pivoted) implements Call {
        @Override
        public String describe() {
            return "move into the namespaces " + names(types);
        }
    }

    /** time_namespaces(7): offsets can be set only before the first process enters. */
    record EnterTimeNamespace(List<String> offsets) implements Call {
        @Override
        public String describe() {
            return "enter a new time namespace" + (offsets.isEmpty() ? "" : " with " + String.join(", ", offsets));
        }
    }

    /** uid 0 and gid 0 of the user namespace, whose mappings are there by now. */
    record BecomeRoot() implements Call {
        @Override
        public String describe() {
            return "become root of the user namespace";
        }
    }

    record SetHostname(String name) implements Call {
        @Override
        public String describe() {
            return "set hostname " + name;
        }
    }

    record SetDomainname(String name) implements Call {
        @Override
        public String describe() {
            return "set domain name " + name;
        }
    }

    record LoopbackUp() implements Call {
        @Override
        public String describe() {
            return "bring up network device lo";
        }
    }

    /** @param path below /proc/sys, with slashes */
    record SetSysctl(String path, String value) implements Call {
        @Override
        public String describe() {
            return "sysctl " + path.replace('/', '.') + " = " + value;
        }
    }

    // ---- the root file system

    /** mount(2): what the host mounts later, and whether it sees what we mount. */
    record SetPropagation(Linux.Propagation flag, boolean recursive) implements Call {
        @Override
        public String describe() {
            return "make / " + (recursive ? "r" : "") + flag;
        }
    }

    record AttachRootfs(String path) implements Call {
        @Override
        public String describe() {
            return "attach the root file system at " + path;
        }
    }

    /**
     * fsopen(2) and its kin: a new file system.
     *
     * @param filled the handle of one that {@link BrainStep.FillTmpfs} has made already; null: none
     * @param follow whether links on the way to the destination are followed, within the root; else they are refused: it has
     *     none, and who puts one there wants it elsewhere, in /proc above all (CVE-2019-19921, CVE-2025-52881)
     */
    record MountFilesystem(
            String type,
            @Nullable String source,
            String destination,
            MountOptions options,
            boolean follow,
            @Nullable String filled)
            implements Call {
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
            implements Call {
        @Override
        public String describe() {
            return "bind " + source + " on " + destination + options.describe();
        }
    }

    /** mount_setattr(2) on what is already there. */
    record Remount(String destination, MountOptions options) implements Call {
        @Override
        public String describe() {
            return "remount " + destination + options.describe();
        }
    }

    /** mknodat(2), or a bind of the host's node where nodes cannot be made (user namespaces) or one is there already. */
    record MakeDevice(Device device, String place, boolean bind) implements Call {
        @Override
        public String describe() {
            return (bind ? "bind device " : "make device ") + place + " " + device.type() + " " + device.major() + ":"
                    + device.minor();
        }
    }

    record Symlink(String path, String target) implements Call {
        @Override
        public String describe() {
            return "symlink " + path + " -> " + target;
        }
    }

    /** A terminal of the container's own devpts; its controlling side is sent away over the console socket. */
    record OpenConsole(Process.@Nullable ConsoleSize size, long uid, boolean mounted) implements Call {
        @Override
        public String describe() {
            return "open a terminal" + (mounted ? " and bind it on /dev/console" : "");
        }
    }

    /** pivot_root(2). */
    record PivotRoot() implements Call {
        @Override
        public String describe() {
            return "pivot_root";
        }
    }

    /** Of what lies where root of the user namespace would not come: by whoever still has the host's privileges. */
    record LetGoOfHostMounts(List<String> hostMounts) implements Call {
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
    record MoveRoot(List<String> hostMounts) implements Call {
        @Override
        public String describe() {
            return "move the root mount, let go of the host's mounts, chroot";
        }
    }

    /** chroot(2): no boundary for who may call it again. */
    record ChangeRoot() implements Call {
        @Override
        public String describe() {
            return "chroot";
        }
    }

    /** The same of one that joins a container, whose first process may have a root that is not that of its mount namespace. */
    record EnterRootOfContainer() implements Call {
        @Override
        public String describe() {
            return "chroot to where its first process has its root";
        }
    }

    record SetRootPropagation(Linux.Propagation flag) implements Call {
        @Override
        public String describe() {
            return "make / " + flag;
        }
    }

    record ReadonlyRootfs() implements Call {
        @Override
        public String describe() {
            return "make / read-only";
        }
    }

    record ReadonlyPath(String path) implements Call {
        @Override
        public String describe() {
            return "make " + path + " read-only";
        }
    }

    /** What masks are made of: an empty read-only directory and the null device, once for all of them. */
    record PrepareMasks() implements Call {
        @Override
        public String describe() {
            return "prepare an empty directory and a null device for masks";
        }
    }

    record MaskPath(String path) implements Call {
        @Override
        public String describe() {
            return "mask " + path;
        }
    }

    // ---- the process

    record NewSession() implements Call {
        @Override
        public String describe() {
            return "start a session";
        }
    }

    record TerminalAsStdio() implements Call {
        @Override
        public String describe() {
            return "make the terminal stdin, stdout and stderr";
        }
    }

    record ControllingTerminal() implements Call {
        @Override
        public String describe() {
            return "make stdin the controlling terminal";
        }
    }

    record JoinKeyring(String name) implements Call {
        @Override
        public String describe() {
            return "join session keyring " + name;
        }
    }

    record SetOomScoreAdj(int value) implements Call {
        @Override
        public String describe() {
            return "oom_score_adj = " + value;
        }
    }

    record SetRlimit(Process.Rlimit rlimit) implements Call {
        @Override
        public String describe() {
            return rlimit.type() + " = " + amount(rlimit.soft()) + ", at most " + amount(rlimit.hard());
        }

        private static String amount(long value) {
            return value == -1 ? "unlimited" : Long.toUnsignedString(value);
        }
    }

    record SetScheduler(Process.Scheduler scheduler) implements Call {
        @Override
        public String describe() {
            return "scheduler " + scheduler.policy();
        }
    }

    record SetIoPriority(Process.IoPriority priority) implements Call {
        @Override
        public String describe() {
            return "I/O priority " + priority.ioClass() + " " + priority.priority();
        }
    }

    record SetCpuAffinity(String cpus) implements Call {
        @Override
        public String describe() {
            return "run on cpus " + cpus;
        }
    }

    record SetMemoryPolicy(Linux.MemoryPolicy policy) implements Call {
        @Override
        public String describe() {
            return "memory policy " + policy.mode() + (policy.nodes() == null ? "" : " on nodes " + policy.nodes());
        }
    }

    record SetPersonality(Linux.Personality personality) implements Call {
        @Override
        public String describe() {
            return "personality " + personality.domain();
        }
    }

    record SetApparmorProfile(String profile) implements Call {
        @Override
        public String describe() {
            return "AppArmor profile " + profile + " from execve on";
        }
    }

    /** Descriptors that only set-up needed. Before the change of directory, so that no path leads out through them (CVE-2024-21626). */
    record CloseDescriptors() implements Call {
        @Override
        public String describe() {
            return "close what only set-up needed";
        }
    }

    /** mkdir -p of the working directory: before the root becomes read-only. */
    record MakeDirectory(String path) implements Call {
        @Override
        public String describe() {
            return "make directory " + path;
        }
    }

    record ChangeDirectory(String path) implements Call {
        @Override
        public String describe() {
            return "change directory to " + path;
        }
    }

    /** Of a hook, on the host: nothing is made there, and the path is the runtime's own. */
    record ChangeHostDirectory(String path) implements Call {
        @Override
        public String describe() {
            return "change directory to " + path;
        }
    }

    /**
     * PR_SET_CHILD_SUBREAPER(2const): what the process starts stays below it for as long as it runs, so that all of it can be
     * found when it has to end. Not inherited by children; execve leaves it.
     */
    record AdoptOrphans() implements Call {
        @Override
        public String describe() {
            return "adopt what its children leave behind";
        }
    }

    record SetUmask(int umask) implements Call {
        @Override
        public String describe() {
            return "umask 0%03o".formatted(umask);
        }
    }

    /** stdio of a container whose user is not root, so that it can open /dev/stderr. */
    record ChownStdio(List<Integer> numbers, long uid) implements Call {
        @Override
        public String describe() {
            return "give stdio " + numbers + " to uid " + uid;
        }
    }

    /** prctl(2) PR_CAPBSET_DROP of everything else. */
    record LimitBoundingSet(List<Capability> kept, int last) implements Call {
        @Override
        public String describe() {
            return "bounding set: " + Capability.describe(kept);
        }
    }

    record SetUser(Process.User user) implements Call {
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
            implements Call {
        @Override
        public String describe() {
            return "capabilities: " + Capability.describe(permitted)
                    + (filtering ? ", and until execve SYS_ADMIN to load the filter" : "");
        }
    }

    record SetNoNewPrivileges() implements Call {
        @Override
        public String describe() {
            return "no_new_privs";
        }
    }

    record LoadSeccomp(Filter filter) implements Call {
        @Override
        public String describe() {
            return "seccomp filter of " + filter.instructions() + " instructions";
        }
    }

    /** The path that execvp(3) would take must be there and executable: better now than at start. */
    record FindProgram(List<String> candidates, String name) implements Call {
        @Override
        public String describe() {
            return "find program " + name;
        }
    }

    /** Reports how far it is and waits until the brain says go on; ends if the brain is gone. */
    record Await(Milestone milestone) implements Call {
        @Override
        public String describe() {
            return milestone.describe();
        }
    }

    /** {@link Await} until the brain has written uid_map and gid_map, user_namespaces(7). */
    record AwaitMappings(List<IdMapping> uids, List<IdMapping> gids) implements Call {
        @Override
        public Milestone milestone() {
            return Milestone.USER_NAMESPACE;
        }

        @Override
        public String describe() {
            return milestone().describe();
        }
    }

    /** accept(2) on the start socket: whoever connects starts the container, and is told whether execve worked. */
    record AwaitStart() implements Call {
        @Override
        public String describe() {
            return "created; wait for start";
        }
    }

    /** Its text names the program and nothing else: what people read may be read by others, and arguments and variables hold secrets. */
    record Exec(List<String> candidates, List<String> args, List<String> env) implements Call {
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

        /** Of a number that {@link #number} has said. */
        public static Milestone of(int number) {
            return values()[number - 1];
        }
    }

    /** One argument, two arguments. */
    static String count(int number, String noun) {
        return number + " " + noun + (number == 1 ? "" : "s");
    }

    /** Of namespace types, as runtime-spec has them. */
    static String names(Iterable<NamespaceType> types) {
        return StreamSupport.stream(types.spliterator(), false)
                .map(NamespaceType::jsonName)
                .collect(Collectors.joining(" "));
    }
}
