package io.jpod.plan;

import static io.jpod.abi.Flags.*;
import static io.jpod.plan.Assembler.currentDirectory;
import static io.jpod.plan.Assembler.flags;
import static io.jpod.plan.Assembler.nul;
import static io.jpod.plan.Assembler.value;

import io.jpod.abi.Errno;
import io.jpod.abi.Sys;
import io.jpod.plan.Assembler.Label;
import java.util.List;

/** Calls of the process, up to its program. */
final class ProcessCalls {
    private final Assembler asm;
    private final Files files;
    private final int preserve;
    private final int kept;

    ProcessCalls(Assembler asm, Files files, int preserve, int kept) {
        this.asm = asm;
        this.files = files;
        this.preserve = preserve;
        this.kept = kept;
    }

    void lower(ProcessStep step) {
        switch (step) {
            case ProcessStep.NewSession _ -> asm.call(Sys.SETSID);
            case ProcessStep.TerminalAsStdio _ -> {
                for (int number = 0; number < 3; number++) {
                    asm.call(Sys.DUP3, asm.use(Lowering.TERMINAL), value(number), value(0));
                }
            }
            case ProcessStep.ControllingTerminal _ ->
                asm.call(Sys.IOCTL, value(0), flags(TIOCSCTTY, "TIOCSCTTY"), value(0));
            case ProcessStep.JoinKeyring _ -> joinKeyring();
            case ProcessStep.SetOomScoreAdj(int adjustment) ->
                files.writeProc("self/oom_score_adj", Integer.toString(adjustment));
            case ProcessStep.SetApparmorProfile(String profile) ->
                files.writeProc("thread-self/attr/apparmor/exec", "exec " + profile);
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

    /** A struct status_record. */
    static Op.Blob record(Assembler asm, Step.Milestone milestone) {
        return asm.struct(
                "{MILESTONE, " + milestone + "}",
                12,
                record -> record.putInt(1).putInt(milestone.number()).putInt(0));
    }

    private void await(Step.Milestone milestone) {
        Op.Blob record = record(asm, milestone);
        asm.call(Sys.WRITE, asm.use(Lowering.STATUS), record, value(12));
        asm.call(Sys.READ, asm.use(Lowering.STATUS), record, value(1)).failOn(new Op.OnZero());
    }

    /** From here on the one who connected is told how it goes: the connection takes the place of the status socket. */
    private void awaitStart() {
        Op.Register connection = asm.temporary();
        asm.call(Sys.ACCEPT4, asm.use(Lowering.START), nul(), nul(), flags(SOCK_CLOEXEC, "SOCK_CLOEXEC"))
                .into(connection);
        asm.call(Sys.DUP3, connection, asm.use(Lowering.STATUS), flags(O_CLOEXEC, "O_CLOEXEC"));
        asm.close(connection);
        asm.call(Sys.CLOSE, asm.use(Lowering.START));
    }

    /** A struct sigaction of 32 bytes, the kernel's own, not that of libc. ppoll of nothing never returns. */
    private void reapForEver() {
        // What ps(1) shows.
        asm.call(Sys.PRCTL, flags(PR_SET_NAME, "PR_SET_NAME"), asm.string("jpod-init"), value(0), value(0), value(0));
        // It has no seccomp filter: a container's root, whose uid it has, must not ptrace(2) it.
        NamespaceCalls.hideProcess(asm);
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
}
