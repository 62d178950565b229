package io.jpod.linux;

import io.jpod.abi.Errno;
import io.jpod.abi.Flags;
import io.jpod.abi.Sys;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/**
 * The system calls that the brain makes for itself, typed: files and descriptors here, the rest in {@link Sockets},
 * {@link Processes} and their like. Each throws {@link SyscallException} with what it was about. A call that a signal interrupts is made
 * again, and its memory lives as long as the call.
 *
 * <p>{@code dir} is a directory's descriptor or AT_FDCWD. Paths are UTF-8, whatever the JVM's locale says.
 */
public final class Linux {
    /** What {@code dir} is for a path relative to the current directory. */
    public static final int AT_FDCWD = (int) Flags.AT_FDCWD;

    /** What most files in /proc, /sys and of ours fit into. */
    private static final int CHUNK = 8 << 10;

    private static final int PATH_MAX = 4096;
    /** What is ready for writing takes this much without blocking, see pipe(7). */
    private static final int PIPE_BUF = 4096;

    private Linux() {}

    /** Opens a path, relative to the current directory. O_CLOEXEC is added. */
    public static Fd open(String path, long flags, int mode) {
        return openat(AT_FDCWD, path, flags, mode);
    }

    /** Opens a path relative to a directory. O_CLOEXEC is added. */
    public static Fd openat(int dir, String path, long flags, int mode) {
        try (Memory memory = Memory.open()) {
            long name = memory.string(path);
            long fd = retry(Sys.OPENAT, path, dir, name, flags | Flags.O_CLOEXEC, mode);
            return new Fd((int) fd);
        }
    }

    /** The same, for a file that may not be there: then empty. */
    public static Optional<Fd> openIfThere(int dir, String path, long flags) {
        try (Memory memory = Memory.open()) {
            long name = memory.string(path);
            long fd;
            do {
                fd = Kernel.get().syscall(Sys.OPENAT, dir, name, flags | Flags.O_CLOEXEC, 0);
            } while (fd == -Errno.EINTR.number());
            return fd == -Errno.ENOENT.number()
                    ? Optional.empty()
                    : Optional.of(new Fd((int) check(fd, Sys.OPENAT, path)));
        }
    }

    /** A second descriptor of the same open file, close-on-exec. */
    public static Fd duplicate(Fd fd) {
        return new Fd((int) retry(Sys.FCNTL, "F_DUPFD_CLOEXEC", fd.number(), Flags.F_DUPFD_CLOEXEC, 3, 0));
    }

    /** For one that was made non-blocking. */
    public static void setBlocking(Fd fd) {
        retry(Sys.FCNTL, "F_SETFL", fd.number(), Flags.F_SETFL, 0, 0);
    }

    /** For a descriptor that came from outside, by inheritance. */
    public static void setCloseOnExec(Fd fd) {
        retry(Sys.FCNTL, "F_SETFD", fd.number(), Flags.F_SETFD, Flags.FD_CLOEXEC, 0);
    }

    /** A pipe: the end to read from, the end to write to. Both close-on-exec. */
    public static List<Fd> pipe() {
        try (Memory memory = Memory.open()) {
            Memory.Area ends = memory.area(2 * Integer.BYTES);
            retry(Sys.PIPE2, "", ends.address(), Flags.O_CLOEXEC, 0, 0);
            return List.of(new Fd(ends.getInt(0)), new Fd(ends.getInt(Integer.BYTES)));
        }
    }

    /** A memfd with these bytes that nobody can change any more. */
    public static Fd sealedMemfd(String name, byte[] content) {
        Fd fd = memfd(name);
        writeFully(fd, ByteBuffer.wrap(content));
        long seals = Flags.F_SEAL_SEAL | Flags.F_SEAL_SHRINK | Flags.F_SEAL_GROW | Flags.F_SEAL_WRITE;
        retry(Sys.FCNTL, "F_ADD_SEALS " + name, fd.number(), Flags.F_ADD_SEALS, seals, 0);
        return fd;
    }

    /** Memory that is a file. */
    public static Fd memfd(String name) {
        try (Memory memory = Memory.open()) {
            long flags = Flags.MFD_CLOEXEC | Flags.MFD_ALLOW_SEALING;
            return new Fd((int) retry(Sys.MEMFD_CREATE, name, memory.string(name), flags, 0, 0));
        }
    }

    /** @param size in bytes */
    public static void truncate(Fd fd, long size) {
        check(Kernel.get().syscall(Sys.FTRUNCATE, fd.number(), size), Sys.FTRUNCATE, fd.toString());
    }

    /**
     * Sets room for its first bytes aside, so that writing them finds no full disk. Nothing happens where the file system does
     * not know how.
     *
     * @param size in bytes; the file's own stays as it is
     */
    public static void reserve(Fd fd, long size) {
        long result = Kernel.get().syscall(Sys.FALLOCATE, fd.number(), Flags.FALLOC_FL_KEEP_SIZE, 0, size);
        if (result != -Errno.EOPNOTSUPP.number()) {
            check(result, Sys.FALLOCATE, fd.toString());
        }
    }

    /** Back to the beginning, for whoever reads next. */
    public static void rewind(Fd fd) {
        check(Kernel.get().syscall(Sys.LSEEK, fd.number(), 0, 0), Sys.LSEEK, fd.toString());
    }

    /** Whether this is shared memory (a memfd): reading it never blocks, whoever made it. */
    public static boolean isMemory(Fd fd) {
        return Kernel.get().syscall(Sys.FCNTL, fd.number(), Flags.F_GET_SEALS) >= 0;
    }

    /** Writes all of it. A descriptor that is non-blocking, as an inherited terminal may be, is waited for. */
    public static void writeFully(Fd fd, ByteBuffer content) {
        // Piece by piece: a large one is not of a block, and costs a cold JVM 8 ms.
        for (int at = content.position(); at < content.limit(); at += Memory.BLOCK) {
            writePiece(fd, content.slice(at, Math.min(Memory.BLOCK, content.limit() - at)));
        }
    }

    private static void writePiece(Fd fd, ByteBuffer content) {
        try (Memory memory = Memory.open()) {
            Memory.Area bytes = memory.area(content);
            for (long done = 0; done < bytes.size(); ) {
                long written =
                        Kernel.get().syscall(Sys.WRITE, fd.number(), bytes.address() + done, bytes.size() - done);
                if (written == -Errno.EAGAIN.number()) {
                    Poll.poll(List.of(fd), Flags.POLLOUT, -1);
                } else if (written != -Errno.EINTR.number()) {
                    done += check(written, Sys.WRITE, fd.toString());
                }
            }
        }
    }

    /**
     * Writes all of it to what may never take it: a pipe that nobody reads, a terminal that is held.
     *
     * @param caller the connection of whoever it is written for
     * @return false if that one has hung up before all was written
     */
    public static boolean writeFor(Fd caller, Fd fd, ByteBuffer content) {
        try (Memory memory = Memory.open()) {
            Memory.Area bytes = memory.area(content);
            for (long done = 0; done < bytes.size(); ) {
                if (!Poll.awaitFor(caller, fd, Flags.POLLOUT)) {
                    return false;
                }
                long size = Math.min(bytes.size() - done, PIPE_BUF);
                long written = Kernel.get().syscall(Sys.WRITE, fd.number(), bytes.address() + done, size);
                if (written != -Errno.EAGAIN.number() && written != -Errno.EINTR.number()) {
                    done += check(written, Sys.WRITE, fd.toString());
                }
            }
            return true;
        }
    }

    /** What there is to read, at most so many bytes; waits for the first. None: the end of the file. */
    public static byte[] readSome(Fd fd, int limit) {
        try (Memory memory = Memory.open()) {
            Memory.Area room = memory.area(limit);
            long size = retry(Sys.READ, fd.toString(), fd.number(), room.address(), limit, 0);
            return room.getBytes(0, (int) size);
        }
    }

    /**
     * Reads from where the descriptor is to the end of the file.
     *
     * @param limit more bytes than this are refused with EFBIG
     */
    public static byte[] readFully(Fd fd, int limit) {
        return readFully(limit, (at, size, done) -> retry(Sys.READ, fd.toString(), fd.number(), at, size, 0));
    }

    /** The same from the beginning, wherever its writer's offset is, which descriptors of one open file share. */
    public static byte[] preadFully(Fd fd, int limit) {
        return readFully(limit, (at, size, done) -> retry(Sys.PREAD64, fd.toString(), fd.number(), at, size, done));
    }

    /** One call; the number of bytes read. */
    private interface Read {
        long into(long address, long size, long done);
    }

    private static byte[] readFully(int limit, Read read) {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        try (Memory memory = Memory.open()) {
            Memory.Area chunk = memory.area(CHUNK);
            while (true) {
                int count = (int) read.into(chunk.address(), chunk.size(), content.size());
                if (count == 0) {
                    return content.toByteArray();
                }
                if (count > limit - content.size()) {
                    throw new SyscallException(Sys.READ, "more than " + limit + " bytes", Errno.EFBIG.number());
                }
                content.writeBytes(chunk.getBytes(0, count));
            }
        }
    }

    /** A small text file, such as those in /proc and /sys, as UTF-8. */
    public static String readText(String path, int limit) {
        try (Fd fd = open(path, Flags.O_RDONLY, 0)) {
            return new String(readFully(fd, limit), StandardCharsets.UTF_8);
        }
    }

    public static String readlink(String path) {
        try (Memory memory = Memory.open()) {
            Memory.Area target = memory.area(PATH_MAX);
            long name = memory.string(path);
            long size = retry(Sys.READLINKAT, path, AT_FDCWD, name, target.address(), PATH_MAX);
            return target.getString(0, (int) size);
        }
    }

    /** Of a symbolic link that was opened itself, with O_PATH and O_NOFOLLOW; empty for anything else. */
    static Optional<String> readlink(Fd link) {
        // ENOENT: the empty path leads to no link, readlinkat(2).
        return linkTarget(link.number(), "");
    }

    /** Where a symbolic link leads; empty if it is none, or cannot be looked at. */
    public static Optional<String> linkTarget(String path) {
        return linkTarget(AT_FDCWD, path);
    }

    private static Optional<String> linkTarget(long directory, String path) {
        try (Memory memory = Memory.open()) {
            Memory.Area target = memory.area(PATH_MAX);
            long size =
                    Kernel.get().syscall(Sys.READLINKAT, directory, memory.string(path), target.address(), PATH_MAX);
            return size < 0 ? Optional.empty() : Optional.of(target.getString(0, (int) size));
        }
    }

    /** Whether there is such a file; a symbolic link is followed. */
    public static boolean exists(String path) {
        try (Memory memory = Memory.open()) {
            long name = memory.string(path);
            long result = Kernel.get().syscall(Sys.FACCESSAT2, AT_FDCWD, name, Flags.F_OK, 0);
            return result != -Errno.ENOENT.number() && check(result, Sys.FACCESSAT2, path) == 0;
        }
    }

    public static void mkdirat(int dir, String path, int mode) {
        onPath(Sys.MKDIRAT, dir, path, mode);
    }

    /** Removes a file, or with AT_REMOVEDIR an empty directory. */
    public static void unlinkat(int dir, String path, long flags) {
        onPath(Sys.UNLINKAT, dir, path, flags);
    }

    /** Follows symbolic links, the magic ones of /proc/self/fd too. */
    public static void fchmodat(int dir, String path, int mode) {
        onPath(Sys.FCHMODAT, dir, path, mode);
    }

    /** Makes a directory; false if the name is taken. */
    public static boolean makeDirectory(String path, int mode) {
        long result = tryOnPath(Sys.MKDIRAT, AT_FDCWD, path, mode);
        return result != -Errno.EEXIST.number() && check(result, Sys.MKDIRAT, path) == 0;
    }

    /** Removes a directory; false if it is in use, as a cgroup is that has children or processes (EBUSY). */
    public static boolean removeDirectory(String path) {
        long result = tryOnPath(Sys.UNLINKAT, AT_FDCWD, path, Flags.AT_REMOVEDIR);
        return result != -Errno.EBUSY.number() && check(result, Sys.UNLINKAT, path) == 0;
    }

    private static void onPath(Sys call, int dir, String path, long argument) {
        check(tryOnPath(call, dir, path, argument), call, path);
    }

    private static long tryOnPath(Sys call, int dir, String path, long argument) {
        try (Memory memory = Memory.open()) {
            long name = memory.string(path);
            long result;
            do {
                result = Kernel.get().syscall(call, dir, name, argument);
            } while (result == -Errno.EINTR.number());
            return result;
        }
    }

    /** @param flags RENAME_NOREPLACE or 0 */
    public static void renameat(int fromDir, String from, int toDir, String to, long flags) {
        try (Memory memory = Memory.open()) {
            long source = memory.string(from);
            long target = memory.string(to);
            check(Kernel.get().syscall(Sys.RENAMEAT2, fromDir, source, toDir, target, flags, 0), Sys.RENAMEAT2, to);
        }
    }

    /** Gives an open file a name, one that has none too (O_TMPFILE). EEXIST if it is taken. */
    public static void link(Fd file, String path) {
        try (Memory memory = Memory.open()) {
            long source = memory.string("/proc/self/fd/" + file.number());
            long target = memory.string(path);
            long result =
                    Kernel.get().syscall(Sys.LINKAT, AT_FDCWD, source, AT_FDCWD, target, Flags.AT_SYMLINK_FOLLOW, 0);
            check(result, Sys.LINKAT, path);
        }
    }

    /** xattr(7). Nothing happens where only a more powerful root may set it (EPERM), or the file system has none. */
    public static void setTrustedAttribute(String path, String name, String value) {
        byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
        try (Memory memory = Memory.open()) {
            long result = Kernel.get()
                    .syscall(
                            Sys.SETXATTR,
                            memory.string(path),
                            memory.string(name),
                            memory.area(bytes).address(),
                            bytes.length,
                            0,
                            0);
            if (result != -Errno.EPERM.number() && result != -Errno.EOPNOTSUPP.number()) {
                check(result, Sys.SETXATTR, path);
            }
        }
    }

    /** Empty if the file has no such attribute, or is gone. */
    public static Optional<String> attribute(String path, String name) {
        try (Memory memory = Memory.open()) {
            Memory.Area value = memory.area(PATH_MAX);
            long size = Kernel.get()
                    .syscall(Sys.GETXATTR, memory.string(path), memory.string(name), value.address(), PATH_MAX, 0, 0);
            return size < 0 ? Optional.empty() : Optional.of(value.getString(0, (int) size));
        }
    }

    /**
     * Locks an open file against others who do the same. The lock belongs to the open file and ends with its last
     * descriptor, so it does not outlive a process that is killed.
     *
     * @return false if somebody else holds it (only with LOCK_NB)
     */
    public static boolean flock(Fd fd, long operation) {
        long result;
        do {
            result = Kernel.get().syscall(Sys.FLOCK, fd.number(), operation);
        } while (result == -Errno.EINTR.number());
        if (result == -Errno.EAGAIN.number()) {
            return false;
        }
        check(result, Sys.FLOCK, fd.toString());
        return true;
    }

    /** Whether the kernel knows these SECCOMP_FILTER_FLAG_*: it looks at them before it looks at the filter, which is none. */
    public static boolean takesSeccompFlags(long flags) {
        return Kernel.get().syscall(Sys.SECCOMP, Flags.SECCOMP_SET_MODE_FILTER, flags, 0) == -Errno.EFAULT.number();
    }

    /** Makes a call again while signals interrupt it. */
    static long retry(Sys call, String on, long a, long b, long c, long d) {
        long result;
        do {
            result = Kernel.get().syscall(call, a, b, c, d);
        } while (result == -Errno.EINTR.number());
        return check(result, call, on);
    }

    /** A result as it is, or the exception for a negated errno. */
    static long check(long result, Sys call, String on) {
        if (result < 0) {
            throw new SyscallException(call, on, (int) -result);
        }
        return result;
    }
}
