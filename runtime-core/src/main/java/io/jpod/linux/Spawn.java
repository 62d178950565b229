package io.jpod.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.jpod.abi.Sys;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A process that this JVM is to start: {@code struct spawn} of native-shims/src/spawn.h, which says what the process is given.
 * Every descriptor stays the caller's.
 *
 * @param cloneFlags CLONE_NEW*
 * @param cgroup cgroup2 directory to be born in, or null for ours
 * @param pidNamespace pid namespace to be born in, or null for ours
 * @param openFiles its RLIMIT_NOFILE, or null for ours
 */
public record Spawn(
        long cloneFlags,
        Fd stdin,
        Fd stdout,
        Fd stderr,
        @Nullable Fd cgroup,
        @Nullable Fd pidNamespace,
        int preserve,
        List<Fd> descriptors,
        Processes.@Nullable Limit openFiles) {
    private static final long SIZE = 72;
    private static final long PIDFD = 48;

    /** The process and its pidfd, which is the caller's. */
    public record Started(int pid, Fd pidfd) {}

    /** Runs jpod-init in a new process; returns when it has begun to run, with none of this JVM's memory. */
    public Started start() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment spawn = encode(arena, Shims.init());
            int pid = (int) Linux.check(Kernel.get().spawn(spawn), Sys.CLONE3, "jpod-init");
            return new Started(pid, new Fd(spawn.get(JAVA_INT, PIDFD)));
        }
    }

    /** The bytes are the same on x86-64 and aarch64. */
    MemorySegment encode(Arena arena, Fd init) {
        int[] numbers = descriptors.stream().mapToInt(Fd::number).toArray();
        MemorySegment spawn = arena.allocate(SIZE, Long.BYTES);
        spawn.set(JAVA_LONG, 0, cloneFlags);
        spawn.set(JAVA_INT, 8, init.number());
        spawn.set(JAVA_INT, 12, stdin.number());
        spawn.set(JAVA_INT, 16, stdout.number());
        spawn.set(JAVA_INT, 20, stderr.number());
        spawn.set(JAVA_INT, 24, cgroup == null ? -1 : cgroup.number());
        spawn.set(JAVA_INT, 28, pidNamespace == null ? -1 : pidNamespace.number());
        spawn.set(JAVA_INT, 32, preserve);
        spawn.set(JAVA_INT, 36, numbers.length);
        spawn.set(JAVA_LONG, 40, arena.allocateFrom(JAVA_INT, numbers).address());
        spawn.set(JAVA_INT, PIDFD, -1);
        if (openFiles != null) {
            spawn.set(JAVA_LONG, 56, openFiles.soft());
            spawn.set(JAVA_LONG, 64, openFiles.hard());
        }
        return spawn;
    }
}
