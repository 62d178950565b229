package io.jpod.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import io.jpod.abi.Flags;
import io.jpod.abi.Sys;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

/** The system calls that the brain makes for itself, typed. Each throws {@link SyscallException} with what it was about. */
public final class Linux {
    private static final Kernel KERNEL = Kernel.get();

    private Linux() {}

    /** Opens a path, relative to the current directory. O_CLOEXEC is added. */
    public static Fd open(String path, long flags, int mode) {
        return openat(Math.toIntExact(Flags.AT_FDCWD), path, flags, mode);
    }

    /** Opens a path relative to a directory. O_CLOEXEC is added. */
    public static Fd openat(int dir, String path, long flags, int mode) {
        try (Arena arena = Arena.ofConfined()) {
            long fd = KERNEL.syscall(
                    Sys.OPENAT, dir, arena.allocateFrom(path).address(), flags | Flags.O_CLOEXEC, mode);
            return new Fd((int) check(fd, Sys.OPENAT, path));
        }
    }

    /** A memfd with these bytes that nobody can change any more. */
    public static Fd sealedMemfd(String name, byte[] content) {
        Fd fd = memfd(name);
        writeFully(fd, ByteBuffer.wrap(content));
        long seals = Flags.F_SEAL_SEAL | Flags.F_SEAL_SHRINK | Flags.F_SEAL_GROW | Flags.F_SEAL_WRITE;
        check(KERNEL.syscall(Sys.FCNTL, fd.number(), Flags.F_ADD_SEALS, seals), Sys.FCNTL, "F_ADD_SEALS " + name);
        return fd;
    }

    private static Fd memfd(String name) {
        try (Arena arena = Arena.ofConfined()) {
            long flags = Flags.MFD_CLOEXEC | Flags.MFD_ALLOW_SEALING;
            long fd = KERNEL.syscall(
                    Sys.MEMFD_CREATE, arena.allocateFrom(name).address(), flags);
            return new Fd((int) check(fd, Sys.MEMFD_CREATE, name));
        }
    }

    public static void writeFully(Fd fd, ByteBuffer content) {
        try (Arena arena = Arena.ofConfined()) {
            long size = content.remaining();
            MemorySegment memory = arena.allocate(Math.max(1, size));
            MemorySegment.copy(MemorySegment.ofBuffer(content), JAVA_BYTE, 0, memory, JAVA_BYTE, 0, size);
            for (long done = 0; done < size; ) {
                long written = KERNEL.syscall(Sys.WRITE, fd.number(), memory.address() + done, size - done);
                if (written == -io.jpod.abi.Errno.EINTR.number()) {
                    continue;
                }
                done += check(written, Sys.WRITE, fd.toString());
            }
        }
    }

    /** A result as it is, or the exception for a negated errno. */
    static long check(long result, Sys call, String on) {
        if (result < 0) {
            throw new SyscallException(call, on, (int) -result);
        }
        return result;
    }
}
