package io.jpod.cli.command;

import io.jpod.abi.Flags;
import io.jpod.engine.hands.Parent;
import io.jpod.linux.Poll;
import io.jpod.linux.Processes;
import io.jpod.linux.Terminals;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/** Who called jpod: the parent of what is started, and what the command line has to be known of. One for each invocation. */
public interface Caller extends Parent {
    /** The arguments after the program's name. */
    List<String> arguments();

    /** The caller's working directory; relative paths on the command line mean this. */
    Path directory();

    /** The group id that goes with {@link #uid}. */
    default int gid() {
        return Processes.gid();
    }

    /** The caller's own process: its /proc/self, and its descriptors. */
    int pid();

    /** The permissions that files made for the caller do not have. */
    int umask();

    /** Writes to the caller's standard output, unbuffered beyond a line. */
    PrintStream out();

    PrintStream err();

    boolean isTerminal(int number);

    /** How many descriptors, from 3 on without a gap, the caller passed (LISTEN_FDS, --preserve-fds). */
    int inherited();

    /**
     * Stays in memory and serves others, as long as the caller waits for it.
     *
     * @param socket where to listen, unless systemd passes a socket
     * @param idle ends when nobody has called for so long; null: does not
     * @param command what is done for each of them; the exit code
     * @param rest what is done when nobody has come or gone for a while
     * @param warnings gets one line for each of them that ends in an error of its own or of ours
     */
    void serve(
            Supplier<Path> socket,
            @Nullable Duration idle,
            ToIntFunction<Caller> command,
            Runnable rest,
            Consumer<String> warnings);

    /** How wide the caller's terminal is; 0 if there is none. */
    default int columns() {
        return Terminals.windowSize(stdio(1)).map(Terminals.WindowSize::columns).orElse(0);
    }

    /** Whether nobody reads the caller's standard output any more. */
    default boolean isReaderGone() {
        return Poll.poll(List.of(stdio(1)), 0, 0)[0] != 0;
    }

    /**
     * Waits for so long, unless nobody listens any more: the caller has hung up, or nobody reads its stdout.
     *
     * @param milliseconds 0: only looks
     * @return whether somebody still listens
     */
    default boolean listens(long milliseconds) {
        long[] events = Poll.poll(List.of(connection(), stdio(1)), 0, milliseconds);
        return (events[0] & Flags.POLLHUP) == 0 && events[1] == 0 && !out().checkError();
    }
}
