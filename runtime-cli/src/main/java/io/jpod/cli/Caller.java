package io.jpod.cli;

import io.jpod.abi.Flags;
import io.jpod.container.LogDir;
import io.jpod.exec.Spawner;
import io.jpod.linux.Fd;
import io.jpod.linux.Linux;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Who called jpod, and what only the caller's own process (the hands) can do: be the parent of containers, own the
 * terminal, pass signals on, stay behind as a monitor. One for each invocation.
 */
public interface Caller extends Spawner {
    /** The arguments after the program's name. */
    List<String> arguments();

    @Override
    Map<String, String> environment();

    /** The caller's working directory; relative paths on the command line mean this. */
    Path directory();

    /** The caller's user id. */
    int uid();

    /** The caller's own process: its /proc/self, and its descriptors. */
    int pid();

    /** The permissions that files made for the caller do not have. */
    int umask();

    /** Writes to the caller's standard output, unbuffered beyond a line. */
    PrintStream out();

    PrintStream err();

    /** The caller's own stdio: 0, 1 or 2. Owned by this object. */
    Fd stdio(int number);

    boolean isTerminal(int number);

    /** How many descriptors, from 3 on without a gap, the caller passed (LISTEN_FDS, --preserve-fds). */
    int inherited();

    /** Relays between the caller's terminal and this one (ptmx), window size included. The descriptor stays the callee's. */
    void relay(Fd terminal);

    /** Passes signals that the hands get on to this child. */
    void forwardSignals(int pid);

    /** From here on the hands are a process of their own, in the background; the caller waits only for its exit code. */
    void detach();

    /**
     * From here on nobody here waits for children: whoever adopts them when the command is done learns how they end, also if
     * they have ended by then.
     */
    void leave();

    /** When this child ends, the hands write its exit code into this file. */
    void watch(int pid, Fd exitFile);

    /**
     * The same, and until then its output is copied into a log.
     *
     * @param output what is read: a pipe, or its ptmx
     * @param directory where the log's files are
     */
    void watch(int pid, Fd exitFile, Fd output, Fd directory, LogDir.Bounds bounds);

    /** What the hands run, with jpod itself as the program, if the brain is gone when the container in the foreground ends. */
    void will(List<String> arguments);

    /** Readable (hung up) when the caller is gone, so that long commands can end. */
    @Override
    Fd connection();

    /**
     * Waits for so long, unless nobody listens any more: the caller has hung up, or nobody reads its stdout.
     *
     * @param milliseconds 0: only looks
     * @return whether somebody still listens
     */
    default boolean listens(long milliseconds) {
        long[] events = Linux.poll(List.of(connection(), stdio(1)), 0, milliseconds);
        return (events[0] & Flags.POLLHUP) == 0 && events[1] == 0 && !out().checkError();
    }

    /** The path of the jpod program, for messages and units; null in library mode. */
    @Nullable Path program();
}
