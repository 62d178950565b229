package io.jpod.container;

import io.jpod.abi.Flags;
import io.jpod.exec.OpFailed;
import io.jpod.exec.ReadyProcess;
import io.jpod.exec.Recording;
import io.jpod.exec.ShimProcess;
import io.jpod.exec.Spawner;
import io.jpod.exec.StepFailed;
import io.jpod.linux.Fd;
import io.jpod.linux.Linux;
import io.jpod.linux.Sockets;
import io.jpod.linux.SyscallException;
import io.jpod.oci.HookKind;
import java.util.Objects;

/** runtime-spec, "Lifecycle", 7 to 9: startContainer hooks, the program, poststart hooks. */
final class Start {
    private final Held held;
    private final Container container;
    private final Spawner spawner;

    /** @param held stays the caller's */
    Start(Held held, Spawner spawner) {
        this.held = held;
        this.container = held.container();
        this.spawner = spawner;
    }

    /** One that waits at its socket for whoever comes. If a hook fails it is deleted. */
    void waiting() {
        orDelete(() -> hooks(HookKind.START_CONTAINER));
        release();
        orDelete(this::poststart);
    }

    /** One that waits for its maker, who sees to it if this fails. */
    void prepared(ReadyProcess process) {
        hooks(HookKind.START_CONTAINER);
        process.execute();
        poststart();
    }

    /** It runs: others may look into it and signal it meanwhile, but nobody takes down what the hooks are making. */
    private void poststart() {
        if (held.turn(Flags.LOCK_SH)) {
            hooks(HookKind.POSTSTART);
        }
    }

    private void hooks(HookKind kind) {
        new HookRunner(container, spawner).run(kind);
    }

    private void release() {
        String socket = container.dir().startSocket().toString();
        try (Fd first = container.running().first(Verb.START);
                Fd connection = Sockets.connect(socket, Flags.SOCK_SEQPACKET)) {
            Linux.unlinkat(Linux.AT_FDCWD, socket, 0);
            ShimProcess.awaitExec(spawner, connection, first);
            Recording.throwIfFailed(container.dir().readCalls().orElse(new byte[0]));
        } catch (OpFailed e) {
            String program =
                    Objects.requireNonNull(container.spec().process()).args().getFirst();
            throw new ContainerException(
                    "config.json: process.args[0]: " + StepFailed.notExecuted(program, e.errno()), e);
        } catch (SyscallException e) {
            // Nobody listens any more.
            container.running().requireAlive(Verb.START);
            throw e;
        }
    }

    private void orDelete(Runnable hooks) {
        try {
            hooks.run();
        } catch (RuntimeException | Error e) {
            Undo undo = new Undo();
            undo.onFailure(() -> held.delete(spawner));
            undo.run(e);
            throw e;
        }
    }
}
