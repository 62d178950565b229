package io.jpod.plan;

/** What people read of each step, in the words of runtime-spec and man pages: one line, without the reason for it. */
final class StepText {
    private StepText() {}

    /** @param names of whom it is done for */
    static String of(Step step, Names names) {
        return switch (step) {
            case BrainStep brain -> of(brain, names);
            case HostStep host -> of(host);
            case NamespaceStep namespace -> of(namespace);
            case RootfsStep rootfs -> of(rootfs);
            case CredentialStep credential -> of(credential);
            case ProcessStep process -> of(process, names);
        };
    }

    private static String of(BrainStep step, Names names) {
        return switch (step) {
            case BrainStep.CreateCgroup _ -> "create cgroup " + names.cgroup();
            case BrainStep.SetLimit(var limit) -> limit.file() + " = " + limit.value();
            case BrainStep.FilterDevices(var rules) -> "filter devices with " + Step.count(rules.size(), "rule");
            case BrainStep.DelegateCgroup(var uid) -> "give the cgroup to uid " + uid;
            case BrainStep.FillTmpfs(var _, var _, var place, var _, var _) ->
                "copy " + place + " of the root file system into a new tmpfs";
            case BrainStep.CloneProcess(var namespaces, var joinsPid, var intoCgroup) ->
                "clone the process" + (namespaces.isEmpty() ? "" : " into new namespaces " + Step.names(namespaces))
                        + (joinsPid ? " as a process of the joined pid namespace" : "")
                        + (intoCgroup ? ", born in the cgroup" : "");
            case BrainStep.EnterLeaf(var path) -> "move the process into cgroup " + path;
            case BrainStep.EndProcess _ -> "end the process: its namespaces are pinned";
            case BrainStep.PinNamespace(var type, var path) -> "pin " + type.jsonName() + " namespace at " + path;
            case BrainStep.MountShm(var path, var size, var _) ->
                "mount tmpfs of " + size + " bytes, everybody's /dev/shm, on " + path;
            case BrainStep.MakeVolume(var path, var size, var _) ->
                "make volume " + path + (size == 0 ? "" : ", a tmpfs of " + size + " bytes");
            case BrainStep.ConnectNetwork(var network, var device) -> "connect " + device + " to network " + network;
            case BrainStep.WriteFiles(var directory) -> "write hosts, hostname and resolv.conf in " + directory;
        };
    }

    private static String of(HostStep step) {
        return switch (step) {
            case HostStep.OpenRootfs(var path) -> "open root file system " + path;
            case HostStep.MapIdsOfRootfs(var namespace) ->
                "map the owners of its files into user namespace " + namespace;
            case HostStep.OpenProcfs _ -> "open the host's /proc";
            case HostStep.OpenSource(var _, var path, var _) -> "open source " + path;
            case HostStep.OpenSourceInside(var _, var path, var _) ->
                "open source " + path + " of the root file system";
            case HostStep.OpenRootDirectory(var path) -> "open root directory " + path;
            case HostStep.OpenNamespace(var type, var path) -> "open " + type.jsonName() + " namespace " + path;
            case HostStep.OpenEmptyRootfs _ -> "make an empty root file system";
        };
    }

    private static String of(NamespaceStep step) {
        return switch (step) {
            case NamespaceStep.JoinNamespace(var type) -> "join " + type.jsonName() + " namespace";
            case NamespaceStep.JoinContainer(var types) -> "join the container's namespaces " + Step.names(types);
            case NamespaceStep.EnterPidNamespace _ -> "go on as a process of the container's pid namespace";
            case NamespaceStep.UnshareNamespaces(var types) -> "make new namespaces " + Step.names(types);
            case NamespaceStep.HideProcess _ -> "let nobody look into the process";
            case NamespaceStep.ExportNamespaces(var types) -> "hand over namespaces " + Step.names(types);
            case NamespaceStep.AdoptNamespaces(var types, var _) -> "move into the namespaces " + Step.names(types);
            case NamespaceStep.EnterTimeNamespace(var offsets) ->
                "enter a new time namespace" + (offsets.isEmpty() ? "" : " with " + String.join(", ", offsets));
            case NamespaceStep.BecomeRoot _ -> "become root of the user namespace";
            case NamespaceStep.SetHostname(var name) -> "set hostname " + name;
            case NamespaceStep.SetDomainname(var name) -> "set domain name " + name;
            case NamespaceStep.LoopbackUp _ -> "bring up network device lo";
            case NamespaceStep.SetSysctl(var path, var value) -> "sysctl " + path.replace('/', '.') + " = " + value;
        };
    }

    private static String of(RootfsStep step) {
        return switch (step) {
            case RootfsStep.SetPropagation(var flag, var recursive) -> "make / " + (recursive ? "r" : "") + flag;
            case RootfsStep.AttachRootfs(var path) -> "attach the root file system at " + path;
            case RootfsStep.MountFilesystem(var type, var _, var destination, var options, var _, var _) ->
                "mount " + type + " on " + destination + options.describe();
            case RootfsStep.MountBind(var _, var source, var destination, var options, var _, var _) ->
                "bind " + source + " on " + destination + options.describe();
            case RootfsStep.Remount(var destination, var options) -> "remount " + destination + options.describe();
            case RootfsStep.MakeDevice(var device, var place, var bind) ->
                (bind ? "bind device " : "make device ") + place + " " + device.type() + " " + device.major() + ":"
                        + device.minor();
            case RootfsStep.Symlink(var path, var target) -> "symlink " + path + " -> " + target;
            case RootfsStep.OpenConsole(var _, var _, var mounted) ->
                "open a terminal" + (mounted ? " and bind it on /dev/console" : "");
            case RootfsStep.PivotRoot _ -> "pivot_root";
            case RootfsStep.LetGoOfHostMounts _ -> "let go of the host's mounts below closed directories";
            case RootfsStep.MoveRoot _ -> "move the root mount, let go of the host's mounts, chroot";
            case RootfsStep.ChangeRoot _ -> "chroot";
            case RootfsStep.EnterRootOfContainer _ -> "chroot to where its first process has its root";
            case RootfsStep.SetRootPropagation(var flag) -> "make / " + flag;
            case RootfsStep.ReadonlyRootfs _ -> "make / read-only";
            case RootfsStep.ReadonlyPath(var path) -> "make " + path + " read-only";
            case RootfsStep.PrepareMasks _ -> "prepare an empty directory and a null device for masks";
            case RootfsStep.MaskPath(var path) -> "mask " + path;
        };
    }

    private static String of(CredentialStep step) {
        return switch (step) {
            case CredentialStep.SetRlimit(var rlimit) ->
                rlimit.type() + " = " + amount(rlimit.soft()) + ", at most " + amount(rlimit.hard());
            case CredentialStep.SetScheduler(var scheduler) -> "scheduler " + scheduler.policy();
            case CredentialStep.SetIoPriority(var priority) ->
                "I/O priority " + priority.ioClass() + " " + priority.priority();
            case CredentialStep.SetCpuAffinity(var cpus) -> "run on cpus " + cpus;
            case CredentialStep.SetMemoryPolicy(var policy) ->
                "memory policy " + policy.mode() + (policy.nodes() == null ? "" : " on nodes " + policy.nodes());
            case CredentialStep.SetPersonality(var personality) -> "personality " + personality.domain();
            case CredentialStep.SetUmask(var umask) -> "umask 0%03o".formatted(umask);
            case CredentialStep.ChownStdio(var numbers, var uid) -> "give stdio " + numbers + " to uid " + uid;
            case CredentialStep.LimitBoundingSet(var kept, var _) -> "bounding set: " + Capability.describe(kept);
            case CredentialStep.SetUser(var user) ->
                "become uid " + user.uid() + ", gid " + user.gid()
                        + (user.additionalGids().isEmpty() ? "" : ", groups " + user.additionalGids());
            case CredentialStep.SetCapabilities(var _, var permitted, var _, var _, var filtering) ->
                "capabilities: " + Capability.describe(permitted)
                        + (filtering ? ", and until execve SYS_ADMIN to load the filter" : "");
            case CredentialStep.SetNoNewPrivileges _ -> "no_new_privs";
            case CredentialStep.LoadSeccomp(var filter) ->
                "seccomp filter of " + filter.instructions() + " instructions";
        };
    }

    private static String of(ProcessStep step, Names names) {
        return switch (step) {
            case ProcessStep.NewSession _ -> "start a session";
            case ProcessStep.TerminalAsStdio _ -> "make the terminal stdin, stdout and stderr";
            case ProcessStep.ControllingTerminal _ -> "make stdin the controlling terminal";
            case ProcessStep.JoinKeyring _ -> "join session keyring " + names.keyring();
            case ProcessStep.SetOomScoreAdj(var value) -> "oom_score_adj = " + value;
            case ProcessStep.SetApparmorProfile(var profile) -> "AppArmor profile " + profile + " from execve on";
            case ProcessStep.CloseDescriptors _ -> "close what only set-up needed";
            case ProcessStep.MakeDirectory(var path) -> "make directory " + path;
            case ProcessStep.ChangeDirectory(var path) -> "change directory to " + path;
            case ProcessStep.ChangeHostDirectory(var path) -> "change directory to " + path;
            case ProcessStep.AdoptOrphans _ -> "adopt what its children leave behind";
            case ProcessStep.FindProgram(var _, var name) -> "find program " + name;
            case ProcessStep.Await(var milestone) -> milestone.describe();
            case ProcessStep.AwaitMappings wait -> wait.milestone().describe();
            case ProcessStep.AwaitStart _ -> "created; wait for start";
            case ProcessStep.Exec(var _, var args, var _) ->
                "execve " + args.getFirst()
                        + (args.size() < 2 ? "" : " with " + Step.count(args.size() - 1, "argument"));
            case ProcessStep.ReapForEver _ -> "stay as init: have the kernel reap what ends";
        };
    }

    private static String amount(long value) {
        return value == -1 ? "unlimited" : Long.toUnsignedString(value);
    }
}
