package io.jpod.plan;

import static io.jpod.abi.Flags.*;
import static io.jpod.plan.Assembler.flags;
import static io.jpod.plan.Assembler.nul;
import static io.jpod.plan.Assembler.value;

import io.jpod.abi.Errno;
import io.jpod.abi.NativeText;
import io.jpod.abi.Sys;
import io.jpod.oci.NamespaceType;
import io.jpod.plan.Assembler.Label;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** Calls that make, enter and name namespaces. */
public final class NamespaceCalls {
    private final Assembler asm;
    private final Files files;

    NamespaceCalls(Assembler asm, Files files) {
        this.asm = asm;
        this.files = files;
    }

    void lower(NamespaceStep step) {
        switch (step) {
            case NamespaceStep.JoinNamespace(NamespaceType type) -> join(type);
            case NamespaceStep.JoinContainer(List<NamespaceType> types) -> {
                asm.call(Sys.SETNS, asm.use(Lowering.CONTAINER), flags(cloneMask(types), cloneFlags(types)));
                files.enteredRoot();
            }
            case NamespaceStep.EnterPidNamespace _ -> enterPidNamespace();
            case NamespaceStep.HideProcess _ -> hideProcess(asm);
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
            case NamespaceStep.SetSysctl(String path, String value) -> files.writeProc("sys/" + path, value);
        }
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
        return types.stream().mapToLong(NamespaceCalls::cloneFlag).sum();
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
        asm.call(Sys.SETNS, asm.use(Lowering.namespace(type)), flags(cloneFlag(type), cloneFlags(List.of(type))));
    }

    private void exportNamespace(NamespaceType type) {
        String file = "/proc/thread-self/ns/" + type.procName();
        // One that was joined was opened under the same name: it is handed over as it is.
        if (!asm.defines(Lowering.namespace(type))) {
            HostCalls.open(asm, file, O_RDONLY, "O_RDONLY").into(asm.define(Lowering.namespace(type)));
        }
    }

    /** unshare makes it for children only; setns(2) to it enters, and fixes the offsets. */
    private void enterTimeNamespace(List<String> offsets) {
        asm.call(Sys.UNSHARE, flags(CLONE_NEWTIME, "CLONE_NEWTIME"));
        offsets.forEach(offset -> files.writeProc("self/timens_offsets", offset));
        Op.Register fd = asm.temporary();
        asm.call(
                        Sys.OPENAT,
                        asm.use(Lowering.PROCFS),
                        asm.string("self/ns/time_for_children"),
                        flags(O_RDONLY | O_CLOEXEC, "O_RDONLY|O_CLOEXEC"))
                .into(fd);
        asm.call(Sys.SETNS, fd, flags(CLONE_NEWTIME, "CLONE_NEWTIME"));
        asm.close(fd);
    }

    private void enterPidNamespace() {
        Op.Blob record = ProcessCalls.record(asm, Step.Milestone.CLONED);
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
        asm.call(Sys.WRITE, asm.use(Lowering.STATUS), record, value(12)).on(new Op.OnSuccess(), asm.end());
        asm.place(clone);
        // Until the brain knows it; with the one who has cloned, and the brain, ends what the clone waits for.
        asm.call(Sys.READ, asm.use(Lowering.STATUS), record, value(1)).failOn(new Op.OnZero());
    }

    static void hideProcess(Assembler asm) {
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
}
