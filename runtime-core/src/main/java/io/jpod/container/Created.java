package io.jpod.container;

import io.jpod.exec.Spawner;

/** A new container, whose process is there and ready, and the hold that its maker still has on it. */
public final class Created implements AutoCloseable {
    private final Container container;
    private final Executed process;

    Created(Container container, Executed process) {
        this.container = container;
        this.process = process;
    }

    public Container container() {
        return container;
    }

    /** Its first process. */
    public Executed process() {
        return process;
    }

    /**
     * Starts one that was prepared and does not wait for {@link Container#start}: startContainer hooks, its program,
     * poststart hooks. If any of that fails, the container is deleted.
     */
    public void start(Spawner spawner) {
        try {
            container.runStartHooks(spawner);
            process.execute();
            container.runPoststartHooks(spawner);
        } catch (RuntimeException | Error e) {
            try {
                process.kill();
                container.delete(true, spawner);
            } catch (RuntimeException also) {
                e.addSuppressed(also);
            }
            throw e;
        }
    }

    /** Waits until it has ended: the exit code, or 128 plus the signal's number. */
    public int await() {
        return process.await();
    }

    /** Lets go of it; the container lives on. */
    @Override
    public void close() {
        process.close();
    }
}
