package io.jpod.container;

import io.jpod.abi.Flags;
import io.jpod.cgroup.Cgroup;
import io.jpod.exec.Spawner;
import io.jpod.linux.Fd;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * A container as it is under its lock, for who has asked the table whether something can be done with it. All that is done with a
 * container that is there begins here.
 *
 * @param lock closed with this object, or before
 */
record Held(Container container, Fd lock) implements AutoCloseable {
    /**
     * Takes the lock, reads again what whoever had it before may have changed, and asks the table.
     *
     * @param known what was read without the lock
     * @param wanted asked about it as it is now
     * @return empty if it is gone, or not wanted
     * @throws ContainerException if it cannot be done with it as it is now
     */
    static Optional<Held> of(Container known, Verb verb, Predicate<Container> wanted, Spawner caller) {
        Fd lock = known.dir().dir().lockIfThere(verb.lock()).orElse(null);
        if (lock == null) {
            return Optional.empty();
        }
        try {
            caller.requireCaller();
            Container now = known.readAgain();
            if (!wanted.test(now)) {
                lock.close();
                return Optional.empty();
            }
            verb.require(now);
            return Optional.of(new Held(now, lock));
        } catch (RuntimeException | Error e) {
            lock.close();
            throw e;
        }
    }

    /** @throws ContainerException also if it is gone */
    static Held of(Container known, Verb verb, Spawner caller) {
        return of(known, verb, _ -> true, caller).orElseThrow(() -> Containers.missing(known.id()));
    }

    /** The caller closes it. */
    Cgroup cgroup() {
        return container.cgroup().orElseThrow(() -> new ContainerException("container has no cgroup"));
    }

    /**
     * Makes the lock one of another kind; see {@link RecordDir#turn}.
     *
     * @return false if the container is gone since
     */
    boolean turn(long operation) {
        return container.dir().dir().turn(lock, operation);
    }

    /** Deletes it if it is still there, whatever its lock has become meanwhile. */
    void delete(Spawner spawner) {
        if (turn(Flags.LOCK_EX)) {
            new Deletion(container, spawner).run();
        }
    }

    @Override
    public void close() {
        lock.close();
    }
}
