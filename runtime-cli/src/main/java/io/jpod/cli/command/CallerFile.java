package io.jpod.cli.command;

import io.jpod.abi.Errno;
import io.jpod.abi.Flags;
import io.jpod.container.ContainerException;
import io.jpod.engine.Engine;
import io.jpod.linux.Fd;
import io.jpod.linux.Linux;
import io.jpod.linux.Poll;
import io.jpod.linux.Stat;
import io.jpod.linux.SyscallException;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/**
 * A file that the caller has named. It is opened as by the caller's own process: /proc/self, /dev/fd/3 and /dev/stdout are the
 * caller's, what is made has its umask. It may be anything, a terminal or a fifo, and nothing is waited for longer than the
 * caller waits.
 *
 * @param path with all links followed, to a file that need not be there
 */
public record CallerFile(Caller caller, String path) {
    private static final int CHUNK = 64 << 10;

    /** How soon it is noticed that a fifo is read. Nothing tells of it. */
    private static final int GLANCE = 20;

    public static CallerFile of(Jpod jpod, String name) {
        Caller caller = jpod.caller();
        String path = name.startsWith("/") ? name : caller.directory() + "/" + name;
        return new CallerFile(caller, CallerPath.followed(path, caller.pid()));
    }

    // ---- reading

    /** All of it. */
    public byte[] read(int limit) {
        try (Fd fd = open(Flags.O_RDONLY)) {
            return read(caller, fd, limit);
        } catch (SyscallException e) {
            throw cannot("open", e);
        }
    }

    /**
     * From where a descriptor is to the end of the file.
     *
     * @throws ContainerException if the caller hangs up before
     */
    public static byte[] read(Caller caller, Fd fd, int limit) {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        while (true) {
            byte[] some = readSome(caller, fd, CHUNK);
            content.writeBytes(some);
            if (some.length == 0) {
                return content.toByteArray();
            }
            if (content.size() > limit) {
                throw new ContainerException("more than " + limit + " bytes are too many");
            }
        }
    }

    /** What there is to read; waits for the first. None: the end of the file. */
    public static byte[] readSome(Caller caller, Fd fd, int limit) {
        while (true) {
            if (!Poll.awaitFor(caller.connection(), fd, Flags.POLLIN)) {
                throw gone();
            }
            try {
                return Linux.readSome(fd, limit);
            } catch (SyscallException e) {
                if (!e.is(Errno.EAGAIN)) {
                    throw e;
                }
            }
        }
    }

    // ---- writing

    /** One that is open to be written. */
    public record Open(Caller caller, Fd fd) implements AutoCloseable {
        /** @throws ContainerException if the caller hangs up before all is written */
        public void write(String content) {
            if (!Linux.writeFor(caller.connection(), fd, ByteBuffer.wrap(content.getBytes(StandardCharsets.UTF_8)))) {
                throw gone();
            }
        }

        @Override
        public void close() {
            fd.close();
        }
    }

    /** To write behind what is there. The caller closes it. */
    public Open append() {
        return openToWrite(Flags.O_WRONLY | Flags.O_APPEND);
    }

    /** To write it anew, in place. The caller closes it. */
    public Open rewrite() {
        return openToWrite(Flags.O_WRONLY | (isDescriptor() ? Flags.O_APPEND : Flags.O_TRUNC));
    }

    /**
     * Writes it anew. Whoever waits for a regular file sees all of it or nothing, since it is written beside its place and renamed;
     * anything else is not replaced but written to.
     */
    public void replace(String content) {
        try {
            if (isDescriptor() || !isRegularOrMissing() || !isReplaced(content)) {
                try (Open file = rewrite()) {
                    file.write(content);
                }
            }
        } catch (SyscallException e) {
            throw cannot("write", e);
        }
    }

    /** @throws ContainerException if it is there */
    public void create(String content) {
        try (Fd fd = Linux.open(path, Flags.O_WRONLY | Flags.O_CREAT | Flags.O_EXCL, mode())) {
            Linux.writeFully(fd, ByteBuffer.wrap(content.getBytes(StandardCharsets.UTF_8)));
        } catch (SyscallException e) {
            if (e.is(Errno.EEXIST)) {
                throw new ContainerException(
                        "File " + path.substring(path.lastIndexOf('/') + 1) + " exists. Remove it first", e);
            }
            throw e;
        }
    }

    private boolean isRegularOrMissing() {
        try {
            return Stat.of(path).type() == Flags.S_IFREG;
        } catch (SyscallException e) {
            if (e.is(Errno.ENOENT)) {
                return true;
            }
            throw e;
        }
    }

    /** False where nothing can be made beside it (a directory that is read-only), or the name cannot be had (a mount point). */
    private boolean isReplaced(String content) {
        int name = path.lastIndexOf('/') + 1;
        String beside = path.substring(0, name) + "." + path.substring(name) + "." + Engine.randomName();
        Fd fd;
        try {
            fd = Linux.open(beside, Flags.O_WRONLY | Flags.O_CREAT | Flags.O_EXCL, mode());
        } catch (SyscallException e) {
            return unless(e, List.of(Errno.EACCES, Errno.EPERM, Errno.EROFS, Errno.ENAMETOOLONG));
        }
        boolean isRenamed = false;
        try (fd) {
            Linux.writeFully(fd, ByteBuffer.wrap(content.getBytes(StandardCharsets.UTF_8)));
            Linux.renameat(Linux.AT_FDCWD, beside, Linux.AT_FDCWD, path, 0);
            isRenamed = true;
            return true;
        } catch (SyscallException e) {
            return unless(e, List.of(Errno.EACCES, Errno.EPERM, Errno.EBUSY));
        } finally {
            if (!isRenamed) {
                Linux.unlinkat(Linux.AT_FDCWD, beside, 0);
            }
        }
    }

    private static boolean unless(SyscallException e, List<Errno> expected) {
        if (expected.stream().noneMatch(e::is)) {
            throw e;
        }
        return false;
    }

    // ---- opening

    private Open openToWrite(long flags) {
        while (true) {
            try {
                return new Open(caller, open(flags));
            } catch (SyscallException e) {
                if (!isFifo(e)) {
                    throw e;
                }
            }
            // Nobody reads it yet.
            if (Poll.poll(List.of(caller.connection()), 0, GLANCE)[0] != 0) {
                throw gone();
            }
        }
    }

    private boolean isFifo(SyscallException e) {
        return e.is(Errno.ENXIO) && Stat.of(path).type() == Flags.S_IFIFO;
    }

    /** Non-blocking, so that a fifo, or a device without a carrier, holds nobody up. */
    private Fd open(long flags) {
        Optional<Integer> number = CallerPath.descriptor(path, caller.pid());
        if (number.isPresent() && number.get() <= 2) {
            // Opened anew it would begin at its beginning, and a socket could not be.
            return Linux.duplicate(caller.stdio(number.get()));
        }
        long all = flags | Flags.O_NONBLOCK | Flags.O_NOCTTY;
        return flags == Flags.O_RDONLY || Linux.exists(path)
                ? Linux.open(path, all, 0)
                : Linux.open(path, all | Flags.O_CREAT, mode());
    }

    private boolean isDescriptor() {
        return CallerPath.descriptor(path, caller.pid()).isPresent();
    }

    private int mode() {
        return 0666 & ~caller.umask();
    }

    private ContainerException cannot(String what, SyscallException e) {
        return new ContainerException(
                what.equals("open") && e.is(Errno.ENOENT)
                        ? "open " + path + ": no such file or directory"
                        : "cannot " + what + " " + path + ": " + e.getMessage(),
                e);
    }

    private static ContainerException gone() {
        return new ContainerException("nobody waits any more");
    }
}
