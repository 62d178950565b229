package io.jpod.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import io.jpod.abi.Errno;
import io.jpod.abi.Flags;
import io.jpod.abi.Sys;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** ppoll(2), since aarch64 has no poll. {@code struct pollfd} and {@code struct timespec} agree on both architectures. */
final class Poll {
    private static final long POLLFD_SIZE = 8;
    private static final long POLLFD_EVENTS = 4;
    private static final long POLLFD_REVENTS = 6;

    private Poll() {}

    /** See {@link Linux#poll}. */
    static long[] poll(List<Fd> fds, long events, long milliseconds) {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(milliseconds);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment polled = pollfds(arena, fds, events);
            MemorySegment timeout = arena.allocate(JAVA_LONG, 2);
            long result;
            do {
                long left = Math.max(0, deadline - System.nanoTime());
                timeout.setAtIndex(JAVA_LONG, 0, TimeUnit.NANOSECONDS.toSeconds(left));
                timeout.setAtIndex(JAVA_LONG, 1, left % TimeUnit.SECONDS.toNanos(1));
                long time = milliseconds < 0 ? 0 : timeout.address();
                result = Kernel.get().syscall(Sys.PPOLL, polled.address(), fds.size(), time, 0);
            } while (result == -Errno.EINTR.number());
            Linux.check(result, Sys.PPOLL, fds.toString());
            return events(polled, fds);
        }
    }

    private static MemorySegment pollfds(Arena arena, List<Fd> fds, long events) {
        MemorySegment polled = arena.allocate(Math.max(1, fds.size()) * POLLFD_SIZE, POLLFD_SIZE);
        for (int i = 0; i < fds.size(); i++) {
            polled.set(JAVA_INT, i * POLLFD_SIZE, fds.get(i).number());
            polled.set(JAVA_SHORT, i * POLLFD_SIZE + POLLFD_EVENTS, (short) events);
        }
        return polled;
    }

    private static long[] events(MemorySegment polled, List<Fd> fds) {
        long[] events = new long[fds.size()];
        for (int i = 0; i < events.length; i++) {
            events[i] = Short.toUnsignedLong(polled.get(JAVA_SHORT, i * POLLFD_SIZE + POLLFD_REVENTS));
            if ((events[i] & Flags.POLLNVAL) != 0) {
                throw new SyscallException(Sys.PPOLL, fds.get(i).toString(), Errno.EBADF.number());
            }
        }
        return events;
    }
}
