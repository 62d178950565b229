package io.jpod.linux;

import io.jpod.abi.Sys;
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
    private static final int SIZE = 72;
    private static final int PIDFD = 48;

    /** The process and its pidfd, which is the caller's. */
    public record Started(int pid, Fd pidfd) {}

    /** Runs jpod-init in a new process; returns when it has begun to run, with none of this JVM's memory. */
    public Started start() {
        try (Memory memory = Memory.open()) {
            Memory.Area spawn = encode(memory, Shims.init());
            int pid = (int) Linux.check(Kernel.get().spawn(spawn.address()), Sys.CLONE3, "jpod-init");
            return new Started(pid, new Fd(spawn.getInt(PIDFD)));
        }
    }

    /** The bytes are the same on x86-64 and aarch64. */
    Memory.Area encode(Memory memory, Fd init) {
        Memory.Area numbers = memory.area(descriptors.size() * Integer.BYTES);
        for (int i = 0; i < descriptors.size(); i++) {
            numbers.setInt(i * Integer.BYTES, descriptors.get(i).number());
        }
        Memory.Area spawn = memory.area(SIZE);
        spawn.setLong(0, cloneFlags);
        spawn.setInt(8, init.number());
        spawn.setInt(12, stdin.number());
        spawn.setInt(16, stdout.number());
        spawn.setInt(20, stderr.number());
        spawn.setInt(24, cgroup == null ? -1 : cgroup.number());
        spawn.setInt(28, pidNamespace == null ? -1 : pidNamespace.number());
        spawn.setInt(32, preserve);
        spawn.setInt(36, descriptors.size());
        spawn.setLong(40, numbers.address());
        spawn.setInt(PIDFD, -1);
        if (openFiles != null) {
            spawn.setLong(56, openFiles.soft());
            spawn.setLong(64, openFiles.hard());
        }
        return spawn;
    }
}
