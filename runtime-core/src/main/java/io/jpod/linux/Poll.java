package io.jpod.linux;

import io.jpod.abi.Errno;
import io.jpod.abi.Flags;
import io.jpod.abi.Sys;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** ppoll(2), since aarch64 has no poll. {@code struct pollfd} and {@code struct timespec} agree on both architectures. */
public final class Poll {
    private static final int POLLFD_SIZE = 8;
    private static final int POLLFD_EVENTS = 4;
    private static final int POLLFD_REVENTS = 6;

    private Poll() {}

    /**
     * Waits until one of these descriptors has one of these events (POLLIN, POLLOUT), or hangs up or fails, which is always
     * waited for.
     *
     * @param milliseconds -1 waits for ever
     * @return the events of each descriptor, in their order; all 0 when the time is over
     */
    public static long[] poll(List<Fd> fds, long events, long milliseconds) {
        return poll(fds, Collections.nCopies(fds.size(), events), milliseconds);
    }

    /** The same, with the events of each; 0 to hear of its end only. */
    public static long[] poll(List<Fd> fds, List<Long> events, long milliseconds) {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(milliseconds);
        try (Memory memory = Memory.open()) {
            Memory.Area polled = pollfds(memory, fds, events);
            Memory.Area timeout = memory.area(2 * Long.BYTES);
            long result;
            do {
                long left = Math.max(0, deadline - System.nanoTime());
                timeout.setLong(0, TimeUnit.NANOSECONDS.toSeconds(left));
                timeout.setLong(Long.BYTES, left % TimeUnit.SECONDS.toNanos(1));
                long time = milliseconds < 0 ? 0 : timeout.address();
                result = Kernel.get().syscall(Sys.PPOLL, polled.address(), fds.size(), time, 0);
            } while (result == -Errno.EINTR.number());
            Linux.check(result, Sys.PPOLL, fds.toString());
            return events(polled, fds);
        }
    }

    /**
     * Waits until a descriptor has one of these events, hangs up or fails, as long as there is somebody to wait for.
     *
     * @param caller the connection of whoever that is
     * @return false if that one has hung up
     */
    public static boolean awaitFor(Fd caller, Fd fd, long events) {
        return (poll(List.of(fd, caller), List.of(events, 0L), -1)[1] & Flags.POLLHUP) == 0;
    }

    private static Memory.Area pollfds(Memory memory, List<Fd> fds, List<Long> events) {
        Memory.Area polled = memory.area(fds.size() * POLLFD_SIZE);
        for (int i = 0; i < fds.size(); i++) {
            polled.setInt(i * POLLFD_SIZE, fds.get(i).number());
            polled.setShort(i * POLLFD_SIZE + POLLFD_EVENTS, events.get(i));
        }
        return polled;
    }

    private static long[] events(Memory.Area polled, List<Fd> fds) {
        long[] events = new long[fds.size()];
        for (int i = 0; i < events.length; i++) {
            events[i] = polled.getShort(i * POLLFD_SIZE + POLLFD_REVENTS);
            if ((events[i] & Flags.POLLNVAL) != 0) {
                throw new SyscallException(Sys.PPOLL, fds.get(i).toString(), Errno.EBADF.number());
            }
        }
        return events;
    }
}
