package io.jpod.container;

import io.jpod.exec.ReadyProcess;
import io.jpod.exec.Spawner;
import io.jpod.linux.Fd;

/**
 * A new container, whose process is there and ready, and the hold that its maker still has on it. One that was only prepared is
 * locked: until its maker starts it or lets go of it, nobody else can change or delete it.
 */
public final class Created implements AutoCloseable {
    private final Container container;
    private final ReadyProcess process;
    private final Held held;
    private final boolean isAgain;

    /**
     * @param lock on the container, closed with this object, or before
     * @param isAgain whether it was there before, so that failing to start is no reason to delete it
     */
    Created(Container container, ReadyProcess process, Fd lock, boolean isAgain) {
        this.container = container;
        this.process = process;
        this.held = new Held(container, lock);
        this.isAgain = isAgain;
    }

    public Container container() {
        return container;
    }

    /** Its first process. */
    public ReadyProcess process() {
        return process;
    }

    /**
     * Starts one that was prepared and does not wait for {@link Container#start}: startContainer hooks, its program,
     * poststart hooks. If any of that fails, it is {@linkplain #discard discarded}.
     */
    public void start(Spawner spawner) {
        try {
            new Start(held, spawner).prepared(process);
            held.close();
        } catch (RuntimeException | Error e) {
            discard(e, spawner);
            throw e;
        }
    }

    /** Does what belongs to it beside itself. If that fails with whatever, it is not to be: ended again if it was there before. */
    public void settle(Spawner spawner, Runnable rest) {
        try {
            rest.run();
        } catch (RuntimeException | Error e) {
            discard(e, spawner);
            throw e;
        }
    }

    /**
     * What its maker does if it cannot be used: deletes it, or ends it if it was there before.
     *
     * @param reason gets what goes wrong with that
     */
    private void discard(Throwable reason, Spawner spawner) {
        Undo undo = new Undo();
        undo.onFailure(() -> remove(spawner));
        // Its parent reaps it, unless that is what is gone.
        undo.onFailure(process::kill);
        undo.run(reason);
    }

    private void remove(Spawner spawner) {
        if (isAgain) {
            container.running().end();
        } else if (held.lock().isOpen()) {
            held.delete(spawner);
        } else {
            container.discard(spawner);
        }
    }

    /** Waits until it has ended: the exit code, or 128 plus the signal's number. */
    public int await() {
        return process.await();
    }

    /** Lets go of it; the container lives on. */
    @Override
    public void close() {
        held.close();
        process.close();
    }
}
