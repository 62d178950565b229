package io.jpod.exec;

import io.jpod.linux.Fd;
import io.jpod.plan.Plan;
import io.jpod.plan.Program;
import org.jspecify.annotations.Nullable;

/** Who watches a set-up. It is told what is done, and changes nothing of it. */
public interface Observer {
    /** Nobody. */
    Observer NONE = new Observer() {};

    /** What will be done. */
    default void planned(Plan plan) {}

    /**
     * Asked before the builder or the process begins: where to write its calls down.
     *
     * @return stays the observer's, and open until {@link #ended} at least; null: it does not want to know
     */
    default @Nullable Recording recording(Plan.By by, Program program) {
        return null;
    }

    /** Whether it wants to know of calls at all. */
    default boolean records() {
        return false;
    }

    /** A step of the brain's. */
    default void begun(int index) {}

    /**
     * It is done; nothing is said of one that failed.
     *
     * @param nanoseconds how long it took
     * @param pid of the process that it has made; 0: none
     */
    default void done(int index, long nanoseconds, int pid) {}

    /** The process has been let go to where it waits for start. */
    default void waiting(Fd process) {}

    /** The process executes its program, or the set-up has failed, or nobody will hear of the rest. Perhaps more than once. */
    default void ended() {}
}
