package io.jpod.linux;

import io.jpod.abi.Errno;
import io.jpod.abi.Flags;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * What /proc/PID/stat says, see proc_pid_stat(5).
 *
 * @param state R, S, D, T and so on; Z has ended and waits to be reaped, X is being reaped
 * @param isEnding it has begun to, and closes what it has open
 * @param startTime in clock ticks since boot. With the pid it names a process for good: a number that is used again has a
 *     later one.
 */
public record ProcessStat(int pid, String name, char state, int parent, int group, boolean isEnding, long startTime) {
    private static final int LIMIT = 4096;
    private static final int STATE = 0;
    private static final int PARENT = 1;
    private static final int GROUP = 2;
    private static final int FLAGS = 6;
    private static final int START_TIME = 19;

    /** linux/sched.h: PF_EXITING. */
    private static final int EXITING = 4;

    /** Empty if there is no such process. */
    public static Optional<ProcessStat> of(int pid) {
        try (Fd fd = Linux.openIfThere(Linux.AT_FDCWD, "/proc/" + pid + "/stat", Flags.O_RDONLY)
                .orElse(null)) {
            return fd == null
                    ? Optional.empty()
                    : Optional.of(parse(new String(Linux.readFully(fd, LIMIT), StandardCharsets.UTF_8)));
        } catch (SyscallException e) {
            // It ended between the kernel's look-up and open, or between open and read.
            if (e.is(Errno.ESRCH)) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /**
     * Whether the process that has this number was started then, so that a number used again is somebody else, and runs. One that
     * is just ending does not any more: nobody shall find its sockets closed, or its pid namespace, and be told that it lives.
     */
    public static boolean isAlive(int pid, long startTime) {
        return of(pid).filter(process -> process.startTime() == startTime && !process.hasEnded() && !process.isEnding())
                .isPresent();
    }

    /** A process names itself, and may do so with blanks and parentheses: the last one ends the name. */
    static ProcessStat parse(String line) {
        int open = line.indexOf('(');
        int close = line.lastIndexOf(')');
        String[] rest = line.substring(close + 2).split(" ", START_TIME + 2);
        return new ProcessStat(
                Integer.parseInt(line.substring(0, open).strip()),
                line.substring(open + 1, close),
                rest[STATE].charAt(0),
                Integer.parseInt(rest[PARENT]),
                Integer.parseInt(rest[GROUP]),
                (Long.parseLong(rest[FLAGS]) & EXITING) != 0,
                Long.parseUnsignedLong(rest[START_TIME]));
    }

    /** Whether it runs no more, reaped or not. */
    public boolean hasEnded() {
        return state == 'Z' || state == 'X';
    }
}
