package io.jpod.linux;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.jpod.abi.Arch;
import io.jpod.abi.Errno;
import io.jpod.abi.Flags;
import io.jpod.abi.Sys;
import java.util.Optional;

/**
 * Looks at files below a directory that somebody else controls: openat2(2) with RESOLVE_IN_ROOT takes the directory for the
 * root, so that neither links nor ".." lead out of it. Never makes or changes anything.
 */
public final class RootedPaths implements AutoCloseable {
    private static final int OPEN_HOW_SIZE = 24;

    private final Fd root;

    private RootedPaths(Fd root) {
        this.root = root;
    }

    public static RootedPaths open(String directory) {
        return new RootedPaths(Linux.open(directory, Flags.O_PATH | Flags.O_DIRECTORY(Arch.host()), 0));
    }

    /** Empty if there is no such file. */
    public Optional<Stat> stat(String path) {
        return lookUp(path, Flags.O_PATH).map(fd -> {
            try (fd) {
                return Linux.stat(fd);
            }
        });
    }

    /** A regular file as UTF-8; empty if there is none, or it is something else. */
    public Optional<String> readText(String path, int limit) {
        // O_NONBLOCK: an image may have a fifo there.
        return lookUp(path, Flags.O_RDONLY | Flags.O_NONBLOCK).flatMap(fd -> {
            try (fd) {
                boolean regular = (Linux.stat(fd).mode() & Flags.S_IFMT) == Flags.S_IFREG;
                return regular ? Optional.of(new String(Linux.readFully(fd, limit), UTF_8)) : Optional.empty();
            }
        });
    }

    private Optional<Fd> lookUp(String path, long flags) {
        try (Memory memory = Memory.open()) {
            Memory.Area how = memory.area(OPEN_HOW_SIZE);
            how.setLong(0, flags | Flags.O_CLOEXEC);
            how.setLong(16, Flags.RESOLVE_IN_ROOT | Flags.RESOLVE_NO_MAGICLINKS);
            long result =
                    Kernel.get().syscall(Sys.OPENAT2, root.number(), memory.string(path), how.address(), OPEN_HOW_SIZE);
            if (result == -Errno.ENOENT.number()
                    || result == -Errno.ENOTDIR.number()
                    || result == -Errno.ELOOP.number()
                    || result == -Errno.ENXIO.number()) {
                return Optional.empty();
            }
            return Optional.of(new Fd((int) Linux.check(result, Sys.OPENAT2, path)));
        }
    }

    @Override
    public void close() {
        root.close();
    }
}
