package io.jpod.engine;

import io.jpod.container.Container;
import io.jpod.container.Created;

/** A container in the foreground. Closing this lets go of it, and it goes on. */
public final class Running implements AutoCloseable {
    private final Engine engine;
    private final Created created;
    private final boolean stays;

    Running(Engine engine, Created created, boolean stays) {
        this.engine = engine;
        this.created = created;
        this.stays = stays;
    }

    public Container container() {
        return created.container();
    }

    /** Waits for its end, and deletes it if it is not to stay: the exit code, or 128 plus the signal's number. */
    public int await() {
        int code = created.await();
        if (!stays) {
            engine.deleteIfSame(created.container());
        }
        return code;
    }

    @Override
    public void close() {
        created.close();
    }
}
