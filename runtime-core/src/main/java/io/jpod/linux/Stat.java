package io.jpod.linux;

import io.jpod.abi.Flags;
import io.jpod.abi.Sys;

/**
 * What statx(2) says of a file; {@code struct statx} agrees on x86-64 and aarch64, unlike {@code struct stat}.
 *
 * @param mode type and permissions, as in st_mode
 * @param size in bytes
 * @param deviceMajor with deviceMinor, the file system that holds the file
 * @param nodeMajor with nodeMinor, the device that a device file stands for
 * @param born nanoseconds since the epoch, which no other file of this inode's number has; 0 if the file system does not know
 * @param mountId the mount it was reached through (Linux 5.8; 0 before)
 */
public record Stat(
        int mode,
        int uid,
        int gid,
        int links,
        long inode,
        long size,
        int deviceMajor,
        int deviceMinor,
        int nodeMajor,
        int nodeMinor,
        long born,
        long mountId) {
    private static final int STATX_SIZE = 256;
    private static final int STATFS_SIZE = 120;
    private static final long NANOS = 1_000_000_000;

    public static Stat of(String path) {
        return of(Linux.AT_FDCWD, path, 0);
    }

    public static Stat of(Fd fd) {
        return of(fd.number(), "", Flags.AT_EMPTY_PATH);
    }

    static Stat of(int dir, String path, long flags) {
        try (Memory memory = Memory.open()) {
            Memory.Area statx = memory.area(STATX_SIZE);
            long name = memory.string(path);
            long mask = Flags.STATX_BASIC_STATS | Flags.STATX_BTIME | Flags.STATX_MNT_ID;
            String on = path.isEmpty() ? "fd " + dir : path;
            Linux.check(Kernel.get().syscall(Sys.STATX, dir, name, flags, mask, statx.address(), 0), Sys.STATX, on);
            return decode(statx);
        }
    }

    /** The magic number of the file system that a path lies on, statfs(2). */
    public static long fileSystem(String path) {
        try (Memory memory = Memory.open()) {
            Memory.Area statfs = memory.area(STATFS_SIZE);
            Linux.check(Kernel.get().syscall(Sys.STATFS, memory.string(path), statfs.address()), Sys.STATFS, path);
            return statfs.getLong(0);
        }
    }

    /** From the bytes of a {@code struct statx}, see {@code linux/stat.h}. */
    static Stat decode(Memory.Area statx) {
        return new Stat(
                statx.getShort(28),
                statx.getInt(20),
                statx.getInt(24),
                statx.getInt(16),
                statx.getLong(32),
                statx.getLong(40),
                statx.getInt(136),
                statx.getInt(140),
                statx.getInt(128),
                statx.getInt(132),
                (statx.getInt(0) & Flags.STATX_BTIME) == 0
                        ? 0
                        : statx.getLong(80) * NANOS + Integer.toUnsignedLong(statx.getInt(88)),
                statx.getLong(144));
    }

    /** S_IFREG, S_IFDIR and so on. */
    public long type() {
        return mode & Flags.S_IFMT;
    }

    public boolean isDirectory() {
        return type() == Flags.S_IFDIR;
    }

    /** The permission bits, set-user-id, set-group-id and sticky included. */
    public int permissions() {
        return mode & 07777;
    }
}
