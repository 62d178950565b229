package io.jpod.engine;

import io.jpod.exec.ReadyProcess;

/** Who is told of a new process on its way. */
public interface Witness {
    Witness NONE = new Witness() {};

    /** It is there, and will run its program when this has returned; what is thrown here ends it. */
    default void ready(ReadyProcess process) {}

    /** It runs its program. */
    default void runs() {}
}
