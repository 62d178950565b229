package io.jpod.cgroup;

import io.jpod.abi.Errno;
import io.jpod.abi.Flags;
import io.jpod.linux.Fd;
import io.jpod.linux.Linux;
import io.jpod.linux.Poll;
import io.jpod.linux.SyscallException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Waits for what happens to a cgroup. Events that fall between two waits are not lost: counters are compared, and the kernel
 * reports a change since the last read as POLLPRI. Uses its cgroup's descriptor, so it ends with it.
 */
public final class CgroupEvents {
    private static final int LARGEST = 64 << 10;

    /** What a wait ended with. */
    public sealed interface Event {
        /** @param kills how many processes the OOM killer took since the last such event */
        record OutOfMemory(long kills) implements Event {}

        /** No process is left, or the cgroup is gone. */
        record Empty() implements Event {}

        /** The time is over. */
        record Nothing() implements Event {}
    }

    private final CgroupDir dir;
    private long kills;

    CgroupEvents(CgroupDir dir, long kills) {
        this.dir = dir;
        this.kills = kills;
    }

    /** Waits for the next event. Without the memory controller there is no OutOfMemory. */
    public Event await(Duration timeout) {
        long deadline = System.nanoTime() + timeout.toNanos();
        while (true) {
            List<Fd> watched = new ArrayList<>();
            try {
                String memory = read("memory.events", watched);
                String events = read("cgroup.events", watched);
                long now = KeyedText.number(KeyedText.value(memory, "oom_kill"), kills);
                if (now != kills) {
                    long more = now - kills;
                    kills = now;
                    return new Event.OutOfMemory(more);
                }
                if (!"1".equals(KeyedText.value(events, "populated"))) {
                    return new Event.Empty();
                }
                long left = deadline - System.nanoTime();
                if (left <= 0) {
                    return new Event.Nothing();
                }
                Poll.poll(watched, Flags.POLLPRI, left / 1_000_000 + 1);
            } finally {
                watched.forEach(Fd::close);
            }
        }
    }

    /** The text, "" if it is not there. The descriptor that was read is the one whose changes count. */
    private String read(String file, List<Fd> watched) {
        try {
            Fd fd = Linux.openat(dir.fd().number(), file, Flags.O_RDONLY, 0);
            watched.add(fd);
            return new String(Linux.readFully(fd, LARGEST), StandardCharsets.UTF_8);
        } catch (SyscallException e) {
            if (e.is(Errno.ENOENT) || e.is(Errno.ENODEV)) {
                return "";
            }
            throw e;
        }
    }
}
