package io.jpod.engine.hands;

import io.jpod.container.LogDir;
import io.jpod.exec.Spawner;
import io.jpod.linux.Fd;
import java.nio.file.Path;
import java.util.List;

/**
 * Whose children containers are, and what only that process can do: own the terminal, pass signals on, stay behind as a
 * monitor.
 */
public interface Parent extends Spawner, AutoCloseable {
    /** The user id that containers are made for. */
    int uid();

    /** Its own stdio: 0, 1 or 2. Owned by this object. */
    Fd stdio(int number);

    /** Hung up when nobody waits any more, so that long work can end. */
    @Override
    Fd connection();

    /** Relays between its terminal and this one (ptmx), window size included. The descriptor stays the callee's. */
    void relay(Fd terminal);

    /** Passes signals that it gets on to this child, which is complete. */
    void forwardSignals(int pid);

    /**
     * The parent of what shall go on in the background, with a monitor that stays as long as any of it: this one, which parts
     * from who waits for it, or another one. To be closed when all of it has been started.
     */
    Parent background();

    /** Another one whose children go on in the background, while this one is busy in the foreground. To be closed likewise. */
    default Parent another() {
        return Hands.start(this, program());
    }

    /**
     * From here on nobody here waits for children: whoever adopts them when the command is done learns how they end, also if
     * they have ended by then.
     */
    void leave();

    /** When this child ends, the monitor writes its exit code into this file. */
    void watch(int pid, Fd exitFile);

    /**
     * The same, and until then its output is copied into a log.
     *
     * @param output what is read: a pipe, or its ptmx
     * @param directory where the log's files are
     */
    void watch(int pid, Fd exitFile, Fd output, Fd directory, LogDir.Bounds bounds);

    /** What is run, with jpod itself as the program, if nobody else is left to when the container ends. */
    void will(List<String> arguments);

    /**
     * The path of the jpod program.
     *
     * @throws IllegalStateException if nobody knows it
     */
    Path program();

    @Override
    default void close() {}
}
