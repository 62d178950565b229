package io.jpod.plan;

import static io.jpod.abi.Flags.*;
import static io.jpod.plan.Assembler.currentDirectory;
import static io.jpod.plan.Assembler.flags;
import static io.jpod.plan.Assembler.nul;
import static io.jpod.plan.Assembler.value;

import io.jpod.abi.Arch;
import io.jpod.abi.Errno;
import io.jpod.abi.NativeText;
import io.jpod.abi.Sys;
import io.jpod.oci.Device;
import io.jpod.oci.Linux;
import io.jpod.oci.NamespaceType;
import io.jpod.plan.Assembler.Label;
import io.jpod.plan.Plan.By;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Steps to system calls: one pure, exhaustive switch. The builder's steps and the process's become a program each; what
 * the builder opens and the process uses crosses from one to the other by name.
 */
public final class Lowering {
    /** Inputs that the brain provides, in the order in which the process gets them: they stay open until execve. */
    public static final String STATUS = "status";

    public static final String START = "start";

    /** A connected console socket that the terminal is sent over. */
    public static final String CONSOLE = "console socket";

    /** The pidfd of a running container's first process. */
    public static final String CONTAINER = "container";

    /** Its root directory. */
    public static final String CONTAINER_ROOT = "root of the container";

    public static final String ROOTFS = "rootfs";

    private static final String PROCFS = "procfs";
    private static final String TERMINAL = "terminal";

    private final Assembler asm;
    private final Files files;
    private final int preserve;
    private int kept;

    private Lowering(Arch arch, int preserve) {
        this.asm = new Assembler(arch);
        this.files = new Files(asm, ROOTFS);
        this.preserve = preserve;
    }

    /**
     * Both programs of a plan.
     *
     * @param builder what a thread of the brain runs; its outputs are inputs of the process
     */
    public record Lowered(Program builder, Program process) {}

    /** @param preserve descriptors of the caller that the process keeps, from 3 on */
    public static Lowered lower(Plan plan, Arch arch, int preserve) {
        Lowering process = new Lowering(arch, preserve);
        process.keep(plan);
        process.lower(plan, By.PROCESS);
        Program processProgram = process.asm.finish(List.of());

        Lowering builder = new Lowering(arch, preserve);
        builder.lower(plan, By.BUILDER);
        List<String> outputs = new ArrayList<>();
        for (Program.Slot input : processProgram.inputs()) {
            if (builder.asm.defines(input.name())) {
                outputs.add(input.name());
            }
        }
        // What the brain itself needs: to clone into the one, and to pin the others.
        for (NamespaceType type : NamespaceType.values()) {
            String name = namespace(type);
            if (builder.asm.defines(name)
                    && !outputs.contains(name)
                    && (type == NamespaceType.PID || pins(plan, type))) {
                outputs.add(name);
            }
        }
        return new Lowered(builder.asm.finish(outputs), processProgram);
    }

    private static boolean pins(Plan plan, NamespaceType type) {
        return plan.entries().stream()
                .anyMatch(entry -> entry.step() instanceof BrainStep.PinNamespace pin && pin.type() == type);
    }

    /** The inputs that stay open beyond {@link ProcessStep.CloseDescriptors} come first. */
    private void keep(Plan plan) {
        asm.use(STATUS);
        for (Plan.Entry entry : plan.entries()) {
            if (entry.step() instanceof ProcessStep.AwaitStart) {
                asm.use(START);
            }
        }
        kept = asm.inputs();
    }

    private void lower(Plan plan, By by) {
        for (int i = 0; i < plan.entries().size(); i++) {
            Plan.Entry entry = plan.entries().get(i);
            if (entry.by() == by && entry.step() instanceof Step.Call step) {
                asm.step(i);
                lower(step);
            }
        }
    }

    private void lower(Step.Call step) {
        switch (step) {
            case HostStep.OpenRootfs(String path) -> openRootfs(path);
            case HostStep.OpenRootDirectory(String path) -> openRootDirectory(path);
            case HostStep.MapIdsOfRootfs(String namespace) -> mapIdsOfRootfs(namespace);
            case HostStep.OpenEmptyRootfs _ -> files.emptyRoot();
            case HostStep.OpenProcfs _ -> open("/proc", O_PATH, "O_PATH").into(asm.define(PROCFS));
            case HostStep.OpenSource(String handle, String path, boolean recursive) ->
                openSource(asm.define(handle), path, recursive);
            case HostStep.OpenSourceInside(String handle, String path, boolean recursive) ->
                files.openInside(asm.define(handle), path, recursive);
            case HostStep.OpenNamespace(NamespaceType type, String path) ->
                openNamespace(path).into(asm.define(namespace(type)));

            case NamespaceStep.JoinNamespace(NamespaceType type) -> join(type);
            case NamespaceStep.JoinContainer(List<NamespaceType> types) -> {
                asm.call(Sys.SETNS, asm.use(CONTAINER), flags(cloneMask(types), cloneFlags(types)));
                files.enteredRoot();
            }
            case NamespaceStep.EnterPidNamespace _ -> enterPidNamespace();
            case NamespaceStep.HideProcess _ -> hideProcess();
            case NamespaceStep.UnshareNamespaces unshare -> {
                asm.call(Sys.UNSHARE, flags(cloneMask(unshare.types()), cloneFlags(unshare.types())));
            }
            case NamespaceStep.ExportNamespaces(List<NamespaceType> types) -> types.forEach(this::exportNamespace);
            case NamespaceStep.AdoptNamespaces(List<NamespaceType> types, boolean pivoted) -> {
                types.forEach(this::setns);
                if (pivoted) {
                    files.enteredRoot();
                }
                files.clearUmask();
            }
            case NamespaceStep.EnterTimeNamespace(List<String> offsets) -> enterTimeNamespace(offsets);
            case NamespaceStep.BecomeRoot _ -> becomeRoot();
            case NamespaceStep.SetHostname(String name) -> setName(Sys.SETHOSTNAME, name);
            case NamespaceStep.SetDomainname(String name) -> setName(Sys.SETDOMAINNAME, name);
            case NamespaceStep.LoopbackUp _ -> loopbackUp();
            case NamespaceStep.SetSysctl(String path, String value) -> writeProc("sys/" + path, value);

            case RootfsStep.SetPropagation(Linux.Propagation flag, boolean recursive) ->
                mount(flag.number() | (recursive ? MS_REC : 0), (recursive ? "MS_REC|" : "") + constant(flag));
            case RootfsStep.SetRootPropagation(Linux.Propagation flag) -> mount(flag.number(), constant(flag));
            case RootfsStep.AttachRootfs(String path) -> {
                asm.call(
                        Sys.MOVE_MOUNT,
                        asm.use(ROOTFS),
                        asm.string(""),
                        currentDirectory(),
                        asm.string(path),
                        flags(
                                MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_SYMLINKS,
                                "MOVE_MOUNT_F_EMPTY_PATH|MOVE_MOUNT_T_SYMLINKS"));
                files.clearUmask();
            }
            case RootfsStep.MountFilesystem filesystem -> files.mount(filesystem);
            case RootfsStep.MountBind bind -> files.bind(bind);
            case RootfsStep.Remount(String destination, MountOptions options) -> files.remount(destination, options);
            case RootfsStep.MakeDevice(Device device, String place, boolean bind) -> files.device(device, place, bind);
            case RootfsStep.Symlink(String path, String target) -> files.symlink(path, target);
            case RootfsStep.OpenConsole console -> new ConsoleCalls(asm, files, CONSOLE, TERMINAL).open(console);
            case RootfsStep.PivotRoot _ -> pivotRoot();
            case RootfsStep.LetGoOfHostMounts(List<String> hostMounts) -> hostMounts.forEach(this::letGo);
            case RootfsStep.MoveRoot(List<String> hostMounts) -> moveRoot(hostMounts);
            case RootfsStep.ChangeRoot _ -> changeRoot(ROOTFS);
            case RootfsStep.EnterRootOfContainer _ -> changeRoot(CONTAINER_ROOT);
            case RootfsStep.ReadonlyRootfs _ -> files.readonlyRoot();
            case RootfsStep.ReadonlyPath(String path) -> files.readonlyPath(path);
            case RootfsStep.PrepareMasks _ -> files.prepareMasks();
            case RootfsStep.MaskPath(String path) -> files.mask(path);

            case ProcessStep.NewSession _ -> asm.call(Sys.SETSID);
            case ProcessStep.TerminalAsStdio _ -> {
                for (int number = 0; number < 3; number++) {
                    asm.call(Sys.DUP3, asm.use(TERMINAL), value(number), value(0));
                }
            }
            case ProcessStep.ControllingTerminal _ ->
                asm.call(Sys.IOCTL, value(0), flags(TIOCSCTTY, "TIOCSCTTY"), value(0));
            case ProcessStep.JoinKeyring _ -> joinKeyring();
            case ProcessStep.SetOomScoreAdj(int adjustment) ->
                writeProc("self/oom_score_adj", Integer.toString(adjustment));
            case ProcessStep.SetApparmorProfile(String profile) ->
                writeProc("thread-self/attr/apparmor/exec", "exec " + profile);
            case CredentialStep credential -> new Credentials(asm).lower(credential);
            case ProcessStep.CloseDescriptors _ -> closeDescriptors();
            case ProcessStep.MakeDirectory(String path) -> files.makeDirectories(path);
            case ProcessStep.ChangeDirectory(String path) -> files.changeDirectory(path);
            case ProcessStep.ChangeHostDirectory(String path) -> asm.call(Sys.CHDIR, asm.string(path));
            case ProcessStep.AdoptOrphans _ ->
                asm.call(
                        Sys.PRCTL,
                        flags(PR_SET_CHILD_SUBREAPER, "PR_SET_CHILD_SUBREAPER"),
                        value(1),
                        value(0),
                        value(0),
                        value(0));
            case ProcessStep.FindProgram(List<String> candidates, String _) -> findProgram(candidates);
            case ProcessStep.Await(Step.Milestone milestone) -> await(milestone);
            case ProcessStep.AwaitMappings mappings -> await(mappings.milestone());
            case ProcessStep.AwaitStart _ -> awaitStart();
            case ProcessStep.ReapForEver _ -> reapForEver();
            case ProcessStep.Exec exec -> exec(exec);
        }
    }

    // ---- the host

    private void openRootfs(String path) {
        Op.Register tree = asm.define(ROOTFS);
        files.openTree(path, tree, true);
        // A copy of a shared mount would stay its peer, and what we mount inside would show on the host.
        files.setAttributes(tree, 0, 0, MS_SLAVE, true);
    }

    /** Whoever owns the mounts there must not lead it by a link of /proc to a descriptor of ours (CVE-2024-21626). */
    private void openRootDirectory(String path) {
        Op.Register root = asm.temporary();
        open("/", O_PATH, "O_PATH").into(root);
        files.openat2(
                        root,
                        path,
                        O_PATH | O_DIRECTORY(asm.arch()) | O_CLOEXEC,
                        "O_PATH|O_DIRECTORY|O_CLOEXEC",
                        RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS,
                        "RESOLVE_IN_ROOT|RESOLVE_NO_MAGICLINKS")
                .into(asm.define(ROOTFS));
        asm.close(root);
    }

    /** A struct mount_attr, whose userns_fd is what the call before has opened. Mounts inside keep their owners. */
    private void mapIdsOfRootfs(String namespace) {
        Op.Blob attributes =
                asm.struct("{attr_set=MOUNT_ATTR_IDMAP, userns_fd}", 32, attr -> attr.putLong(MOUNT_ATTR_IDMAP));
        openNamespace(namespace).into(new Op.Blob(attributes.offset() + 24, "userns_fd"));
        asm.call(
                Sys.MOUNT_SETATTR,
                asm.use(ROOTFS),
                asm.string(""),
                flags(AT_EMPTY_PATH, "AT_EMPTY_PATH"),
                attributes,
                value(32));
    }

    /** A path of the host. */
    private Assembler.Draft open(String path, long flags, String text) {
        return asm.call(
                Sys.OPENAT, currentDirectory(), asm.string(path), flags(flags | O_CLOEXEC, text + "|O_CLOEXEC"));
    }

    private static final Pattern ELSEWHERE = Pattern.compile("(/proc/\\d+)/root(/.*)");

    /**
     * A mount of another mount namespace can only be copied in there: the thread goes over and comes back. Once it is inside,
     * links of that container lead nowhere else.
     */
    private void openSource(Op.Register source, String path, boolean recursive) {
        Matcher elsewhere = ELSEWHERE.matcher(path);
        if (!elsewhere.matches()) {
            files.openTree(path, source, recursive);
            return;
        }
        Op.Register home = asm.temporary();
        Op.Register there = asm.temporary();
        open("/proc/thread-self/ns/mnt", O_RDONLY, "O_RDONLY").into(home);
        open(elsewhere.group(1) + "/ns/mnt", O_RDONLY, "O_RDONLY").into(there);
        asm.call(Sys.UNSHARE, flags(CLONE_FS, "CLONE_FS"));
        asm.call(Sys.SETNS, there, flags(CLONE_NEWNS, "CLONE_NEWNS"));
        files.openTree(elsewhere.group(2), source, recursive);
        asm.call(Sys.SETNS, home, flags(CLONE_NEWNS, "CLONE_NEWNS"));
        asm.close(there);
        asm.close(home);
    }

    // ---- namespaces

    /** A path that a config names, where anything may be: a fifo would be waited for. */
    private Assembler.Draft openNamespace(String path) {
        return open(path, O_RDONLY | O_NONBLOCK, "O_RDONLY|O_NONBLOCK");
    }

    /** The name under which a namespace's descriptor goes. */
    public static String namespace(NamespaceType type) {
        return type.jsonName() + " namespace";
    }

    private static long cloneFlag(NamespaceType type) {
        return switch (type) {
            case PID -> CLONE_NEWPID;
            case NETWORK -> CLONE_NEWNET;
            case MOUNT -> CLONE_NEWNS;
            case IPC -> CLONE_NEWIPC;
            case UTS -> CLONE_NEWUTS;
            case USER -> CLONE_NEWUSER;
            case CGROUP -> CLONE_NEWCGROUP;
            case TIME -> CLONE_NEWTIME;
        };
    }

    /** The CLONE_ flags of some namespace types. */
    public static long cloneMask(Collection<NamespaceType> types) {
        return types.stream().mapToLong(Lowering::cloneFlag).sum();
    }

    private static String cloneFlags(Iterable<NamespaceType> types) {
        List<String> names = new ArrayList<>();
        for (NamespaceType type : types) {
            names.add(
                    switch (type) {
                        case NETWORK -> "CLONE_NEWNET";
                        case MOUNT -> "CLONE_NEWNS";
                        case PID, IPC, UTS, USER, CGROUP, TIME -> "CLONE_NEW" + type.name();
                    });
        }
        return String.join("|", names);
    }

    private void join(NamespaceType type) {
        if (type == NamespaceType.MOUNT) {
            // Whoever shares its root and directory with other threads cannot, setns(2).
            asm.call(Sys.UNSHARE, flags(CLONE_FS, "CLONE_FS"));
        }
        setns(type);
    }

    private void setns(NamespaceType type) {
        asm.call(Sys.SETNS, asm.use(namespace(type)), flags(cloneFlag(type), cloneFlags(List.of(type))));
    }

    private void exportNamespace(NamespaceType type) {
        String file = "/proc/thread-self/ns/" + type.procName();
        // One that was joined was opened under the same name: it is handed over as it is.
        if (!asm.defines(namespace(type))) {
            open(file, O_RDONLY, "O_RDONLY").into(asm.define(namespace(type)));
        }
    }

    /** unshare makes it for children only; setns(2) to it enters, and fixes the offsets. */
    private void enterTimeNamespace(List<String> offsets) {
        asm.call(Sys.UNSHARE, flags(CLONE_NEWTIME, "CLONE_NEWTIME"));
        offsets.forEach(offset -> writeProc("self/timens_offsets", offset));
        Op.Register fd = asm.temporary();
        asm.call(
                        Sys.OPENAT,
                        asm.use(PROCFS),
                        asm.string("self/ns/time_for_children"),
                        flags(O_RDONLY | O_CLOEXEC, "O_RDONLY|O_CLOEXEC"))
                .into(fd);
        asm.call(Sys.SETNS, fd, flags(CLONE_NEWTIME, "CLONE_NEWTIME"));
        asm.close(fd);
    }

    private void enterPidNamespace() {
        Op.Blob record = record(Step.Milestone.CLONED);
        Label clone = new Label();
        // A group of its own, by which its parent finds a clone that it could not name any more.
        asm.call(Sys.SETPGID, value(0), value(0));
        asm.call(
                        Sys.CLONE,
                        flags(CLONE_PARENT | SIGCHLD, "CLONE_PARENT|SIGCHLD"),
                        value(0),
                        value(0),
                        value(0),
                        value(0))
                .into(new Op.Blob(record.offset() + 8, "pid"))
                .on(new Op.OnZero(), clone);
        asm.call(Sys.WRITE, asm.use(STATUS), record, value(12)).on(new Op.OnSuccess(), asm.end());
        asm.place(clone);
        // Until the brain knows it; with the one who has cloned, and the brain, ends what the clone waits for.
        asm.call(Sys.READ, asm.use(STATUS), record, value(1)).failOn(new Op.OnZero());
    }

    /** A struct status_record. */
    private Op.Blob record(Step.Milestone milestone) {
        return asm.struct(
                "{MILESTONE, " + milestone + "}",
                12,
                record -> record.putInt(1).putInt(milestone.number()).putInt(0));
    }

    private void hideProcess() {
        asm.call(Sys.PRCTL, flags(PR_SET_DUMPABLE, "PR_SET_DUMPABLE"), value(0), value(0), value(0), value(0));
    }

    private void becomeRoot() {
        // EPERM: setgroups is denied in this namespace, user_namespaces(7).
        asm.ignore(asm.call(Sys.SETGROUPS, value(0), nul()), Errno.EPERM);
        asm.call(Sys.SETRESGID, value(0), value(0), value(0));
        asm.call(Sys.SETRESUID, value(0), value(0), value(0));
    }

    private void setName(Sys sys, String name) {
        asm.call(sys, asm.string(name), value(NativeText.encode(name).length));
    }

    /** netdevice(7): SIOCSIFFLAGS with struct ifreq {char name[16]; short flags; ...}, 40 bytes. */
    private void loopbackUp() {
        Op.Register socket = asm.temporary();
        asm.call(
                        Sys.SOCKET,
                        flags(AF_INET, "AF_INET"),
                        flags(SOCK_DGRAM | SOCK_CLOEXEC, "SOCK_DGRAM|SOCK_CLOEXEC"),
                        value(0))
                .into(socket);
        Op.Blob request = asm.struct(
                "{ifr_name=\"lo\", ifr_flags=IFF_UP|IFF_RUNNING}",
                40,
                ifreq -> ifreq.put(new byte[] {'l', 'o'}).putShort(16, (short) (IFF_UP | IFF_RUNNING)));
        asm.call(Sys.IOCTL, socket, flags(SIOCSIFFLAGS, "SIOCSIFFLAGS"), request);
        asm.close(socket);
    }

    /** Below the host's procfs only, and never through a link out of it (CVE-2025-52881). */
    private void writeProc(String path, String text) {
        Op.Register fd = asm.temporary();
        files.openat2(
                        asm.use(PROCFS),
                        path,
                        O_WRONLY | O_CLOEXEC,
                        "O_WRONLY|O_CLOEXEC",
                        RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS,
                        "RESOLVE_BENEATH|RESOLVE_NO_MAGICLINKS")
                .into(fd);
        asm.call(Sys.WRITE, fd, asm.string(text), value(NativeText.encode(text).length));
        asm.close(fd);
    }

    // ---- the root

    private static String constant(Linux.Propagation flag) {
        return "MS_" + flag.name();
    }

    private void mount(long flags, String text) {
        asm.call(Sys.MOUNT, nul(), asm.string("/"), nul(), flags(flags, text), nul());
    }

    /** pivot_root(2), section "pivot_root(".", ".")": no directory is needed for the old root, which goes at once. */
    private void pivotRoot() {
        asm.call(Sys.FCHDIR, asm.use(ROOTFS));
        asm.call(Sys.PIVOT_ROOT, asm.string("."), asm.string("."));
        asm.call(Sys.UMOUNT2, asm.string("."), flags(MNT_DETACH, "MNT_DETACH"));
        enterRoot();
    }

    /** After the move "/" is still the host's root: the mount that lies on it is only met by who comes from above. */
    private void moveRoot(List<String> hostMounts) {
        asm.call(Sys.FCHDIR, asm.use(ROOTFS));
        asm.call(Sys.MOUNT, asm.string("."), asm.string("/"), nul(), flags(MS_MOVE, "MS_MOVE"), nul());
        hostMounts.forEach(this::letGo);
        // Or what the host mounts from now on would come after.
        mount(MS_PRIVATE, "MS_PRIVATE");
        asm.call(Sys.CHROOT, asm.string("."));
        enterRoot();
    }

    /**
     * What a user namespace has inherited cannot be taken down in it, mount_namespaces(7): it is covered, which does as well
     * against mounting proc and sysfs anew.
     */
    private void letGo(String hostMount) {
        Label gone = new Label();
        Label locked = new Label();
        Op.Blob path = asm.string(hostMount);
        asm.call(Sys.UMOUNT2, path, flags(MNT_DETACH | UMOUNT_NOFOLLOW, "MNT_DETACH|UMOUNT_NOFOLLOW"))
                .on(new Op.OnSuccess(), gone)
                .on(Errno.ENOENT, gone)
                .on(Errno.EINVAL, locked);
        asm.place(locked);
        // ENOTDIR: a file has nothing below it.
        asm.call(
                        Sys.MOUNT,
                        asm.string("none"),
                        path,
                        asm.string("tmpfs"),
                        flags(MS_RDONLY | MS_NOSUID, "MS_RDONLY|MS_NOSUID"),
                        nul())
                .on(Errno.ENOTDIR, gone)
                .on(Errno.ENOENT, gone);
        asm.place(gone);
    }

    private void changeRoot(String directory) {
        asm.call(Sys.FCHDIR, asm.use(directory));
        asm.call(Sys.CHROOT, asm.string("."));
        enterRoot();
    }

    private void enterRoot() {
        asm.call(Sys.CHDIR, asm.string("/"));
        files.enteredRoot();
    }

    // ---- the process

    /** ENOSYS: a kernel, or a seccomp filter around us, without keys. */
    private void joinKeyring() {
        Label done = new Label();
        asm.call(Sys.KEYCTL, flags(KEYCTL_JOIN_SESSION_KEYRING, "KEYCTL_JOIN_SESSION_KEYRING"), new Op.Keyring())
                .on(Errno.ENOSYS, done);
        // Possessor all but setattr; user view, read, search, link: keyctl_setperm(3).
        asm.call(
                Sys.KEYCTL,
                flags(KEYCTL_SETPERM, "KEYCTL_SETPERM"),
                flags(KEY_SPEC_SESSION_KEYRING, "KEY_SPEC_SESSION_KEYRING"),
                flags(0x3f1b0000, "0x3f1b0000"));
        asm.place(done);
    }

    /** The descriptor that the process gets first: its program, which jpod-init closes itself. */
    private int first() {
        return 3 + preserve;
    }

    private void closeDescriptors() {
        int end = first() + 1 + kept;
        asm.call(Sys.CLOSE_RANGE, value(end), flags(0xffffffffL, "~0U"), value(0));
        asm.call(Sys.CLOSE_RANGE, value(first()), value(end - 1), flags(CLOSE_RANGE_CLOEXEC, "CLOSE_RANGE_CLOEXEC"));
    }

    private void findProgram(List<String> candidates) {
        Label found = new Label();
        for (int i = 0; i < candidates.size(); i++) {
            Assembler.Draft access = asm.call(
                            Sys.FACCESSAT2,
                            currentDirectory(),
                            asm.string(candidates.get(i)),
                            flags(X_OK, "X_OK"),
                            flags(AT_EACCESS, "AT_EACCESS"))
                    .on(new Op.OnSuccess(), found);
            if (i < candidates.size() - 1) {
                asm.ignore(access, Errno.ENOENT, Errno.ENOTDIR, Errno.EACCES);
            }
        }
        asm.place(found);
    }

    private void await(Step.Milestone milestone) {
        Op.Blob record = record(milestone);
        asm.call(Sys.WRITE, asm.use(STATUS), record, value(12));
        asm.call(Sys.READ, asm.use(STATUS), record, value(1)).failOn(new Op.OnZero());
    }

    /** From here on the one who connected is told how it goes: the connection takes the place of the status socket. */
    private void awaitStart() {
        Op.Register connection = asm.temporary();
        asm.call(Sys.ACCEPT4, asm.use(START), nul(), nul(), flags(SOCK_CLOEXEC, "SOCK_CLOEXEC"))
                .into(connection);
        asm.call(Sys.DUP3, connection, asm.use(STATUS), flags(O_CLOEXEC, "O_CLOEXEC"));
        asm.close(connection);
        asm.call(Sys.CLOSE, asm.use(START));
    }

    /** A struct sigaction of 32 bytes, the kernel's own, not that of libc. ppoll of nothing never returns. */
    private void reapForEver() {
        // What ps(1) shows.
        asm.call(Sys.PRCTL, flags(PR_SET_NAME, "PR_SET_NAME"), asm.string("jpod-init"), value(0), value(0), value(0));
        // It has no seccomp filter: a container's root, whose uid it has, must not ptrace(2) it.
        hideProcess();
        Op.Blob ignore = asm.struct("{SIG_IGN}", 32, sigaction -> sigaction.putLong(1));
        asm.call(Sys.RT_SIGACTION, flags(SIGCHLD, "SIGCHLD"), ignore, nul(), value(8));
        asm.call(Sys.PPOLL, nul(), value(0), nul(), nul());
    }

    /** As strace(1) shows them, and less of argv: see {@link ProcessStep.Exec}. */
    private void exec(ProcessStep.Exec exec) {
        Op.Blob argv = asm.pointers(exec.args(), "/* " + Step.count(exec.args().size(), "argument") + " */");
        Op.Blob envp = asm.pointers(exec.env(), "/* " + Step.count(exec.env().size(), "variable") + " */");
        for (int i = 0; i < exec.candidates().size(); i++) {
            Assembler.Draft draft =
                    asm.call(Sys.EXECVE, asm.string(exec.candidates().get(i)), argv, envp);
            if (i < exec.candidates().size() - 1) {
                asm.ignore(draft, Errno.ENOENT, Errno.ENOTDIR, Errno.EACCES);
            }
        }
    }

    /** A struct open_how, openat2(2). */
    static void openHow(ByteBuffer how, long flags, long mode, long resolve) {
        how.putLong(flags).putLong(mode).putLong(resolve);
    }
}
