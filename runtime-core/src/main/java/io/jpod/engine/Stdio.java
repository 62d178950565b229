package io.jpod.engine;

import io.jpod.abi.Flags;
import io.jpod.container.LogDir;
import io.jpod.engine.hands.Parent;
import io.jpod.linux.Fd;
import io.jpod.linux.Linux;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a new container reads from and prints to.
 *
 * @param fds 0, 1 and 2
 * @param log what is copied to its log: one pipe, so that stdout and stderr stay in order; a terminal takes its place
 * @param own what is closed with this
 */
record Stdio(Console console, List<Fd> fds, @Nullable Log log, List<Fd> own) implements AutoCloseable {
    /** @param bounds of the log, unless there is one already */
    record Log(Fd from, LogDir.Bounds bounds) {}

    /** Nothing to read, and a log to write to. */
    static Stdio logged(Console console, LogDir.Bounds bounds) {
        List<Fd> ends = Linux.pipe();
        Fd nothing = nothing();
        return new Stdio(
                console,
                List.of(nothing, ends.getLast(), ends.getLast()),
                new Log(ends.getFirst(), bounds),
                List.of(ends.getFirst(), ends.getLast(), nothing));
    }

    /** The parent's, or nothing to read. */
    static Stdio of(Parent parent, boolean reads, Console console) {
        Fd nothing = nothing();
        Fd in = reads ? parent.stdio(0) : nothing;
        return new Stdio(console, List.of(in, parent.stdio(1), parent.stdio(2)), null, List.of(nothing));
    }

    private static Fd nothing() {
        return Linux.open("/dev/null", Flags.O_RDWR, 0);
    }

    @Override
    public void close() {
        console.close();
        own.forEach(Fd::close);
    }
}
