package io.jpod.cli;

import io.jpod.abi.Flags;
import io.jpod.container.LogDir;
import io.jpod.linux.Fd;
import io.jpod.linux.Linux;
import java.util.List;

/**
 * What a detached container prints into, and the monitor copies from to its log: one pipe, so that stdout and stderr stay in
 * order; a terminal takes its place.
 *
 * @param bounds of the log, unless there is one already
 */
record LogPipe(Fd from, Fd to, Fd nothing, LogDir.Bounds bounds) implements AutoCloseable {
    static LogPipe open(LogDir.Bounds bounds) {
        List<Fd> ends = Linux.pipe();
        return new LogPipe(ends.get(0), ends.get(1), Linux.open("/dev/null", Flags.O_RDWR, 0), bounds);
    }

    /** Nothing to read. */
    List<Fd> stdio() {
        return List.of(nothing, to, to);
    }

    @Override
    public void close() {
        from.close();
        to.close();
        nothing.close();
    }
}
