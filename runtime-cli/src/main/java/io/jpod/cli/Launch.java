package io.jpod.cli;

import io.jpod.abi.Flags;
import io.jpod.container.Container;
import io.jpod.container.CreateOptions;
import io.jpod.container.Created;
import io.jpod.container.PoststopFailed;
import io.jpod.linux.Fd;
import io.jpod.linux.Linux;
import io.jpod.oci.Spec;
import java.util.List;

/** What create and run have in common: from a spec to a container that its caller knows of. */
final class Launch {
    private final Jpod jpod;
    private final Caller caller;
    private final ProcessOptions process;

    Launch(Jpod jpod, ProcessOptions process) {
        this.jpod = jpod;
        this.caller = jpod.caller();
        this.process = process;
        if (!caller.environment().getOrDefault("NOTIFY_SOCKET", "").isEmpty()) {
            throw new IllegalStateException(
                    "NOTIFY_SOCKET is set, but jpod does not pass readiness on to systemd: use Type=exec or unset it");
        }
    }

    /** The spec, with what comes from the caller's environment. */
    Spec prepared(Spec spec) {
        return spec.process() == null ? spec : spec.withProcess(ProcessOptions.withListenFds(spec.process(), caller));
    }

    Console console(Spec spec, boolean detached) {
        boolean terminal = spec.process() != null && spec.process().terminal();
        return Console.of(terminal, detached, process.consoleSocket(jpod));
    }

    List<Fd> stdio() {
        return List.of(caller.stdio(0), caller.stdio(1), caller.stdio(2));
    }

    CreateOptions options(String id, BundleOptions bundle, Console console, List<Fd> stdio) {
        return new CreateOptions(
                id,
                bundle.directory(jpod),
                caller.uid(),
                stdio,
                console.socket(),
                bundle.pivots(),
                bundle.makesKeyring(),
                process.preserved(caller));
    }

    /** Tells the caller of a container that is there. If that cannot be, it is not to be. */
    void announce(Created created) {
        created.process().warnings().forEach(jpod::warn);
        try {
            process.announce(jpod, created.process());
        } catch (RuntimeException e) {
            discard(created.container(), e);
            throw e;
        }
    }

    /** Removes a container that is of no use, because of what went wrong. */
    void discard(Container container, RuntimeException reason) {
        try {
            container.delete(true, caller);
        } catch (RuntimeException e) {
            reason.addSuppressed(e);
        }
    }

    /** Deletes a container; a failing poststop hook is only a warning (runtime-spec, "Lifecycle", 13). */
    static void delete(Jpod jpod, Container container, boolean force) {
        try {
            container.delete(force, jpod.caller());
        } catch (PoststopFailed e) {
            jpod.warn(e.getMessage());
        }
    }

    /** The file that the monitor of a detached container keeps the exit code in: locked until it is written. */
    static Fd exitFile(Container container) {
        Fd file = Linux.open(container.exitFile().toString(), Flags.O_WRONLY | Flags.O_CREAT | Flags.O_EXCL, 0600);
        Linux.flock(file, Flags.LOCK_EX);
        return file;
    }

    /** What has to be done about the container should the brain be gone at its end. */
    List<String> will(String id) {
        return List.of("--root", jpod.root().toString(), "delete", "--force", id);
    }
}
