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

    /** @param root a directory, which goes over to what is returned */
    public static RootedPaths of(Fd root) {
        return new RootedPaths(root);
    }

    public static RootedPaths open(String directory) {
        return new RootedPaths(Linux.open(directory, Flags.O_PATH | Flags.O_DIRECTORY(Arch.host()), 0));
    }

    /** Empty if there is no such file. */
    public Optional<Stat> stat(String path) {
        return lookUp(path, Flags.O_PATH).map(fd -> {
            try (fd) {
                return Stat.of(fd);
            }
        });
    }

    /** A directory as O_PATH, which the caller closes; empty if there is none. */
    public Optional<Fd> directory(String path) {
        return lookUp(path, Flags.O_PATH | Flags.O_DIRECTORY(Arch.host()));
    }

    /** A regular file as UTF-8; empty if there is none, or it is something else. */
    public Optional<String> readText(String path, int limit) {
        // An image, or a container, may have a fifo there, or a device, which opening alone could set off.
        return lookUp(path, Flags.O_PATH).flatMap(fd -> {
            try (fd) {
                if ((Stat.of(fd).mode() & Flags.S_IFMT) != Flags.S_IFREG) {
                    return Optional.empty();
                }
                try (Fd file = Linux.open("/proc/self/fd/" + fd.number(), Flags.O_RDONLY, 0)) {
                    return Optional.of(new String(Linux.readFully(file, limit), UTF_8));
                }
            }
        });
    }

    /** Whether there is a symbolic link on the way to a path, or at its end. What is missing is none. */
    public boolean hasLinks(String path) {
        long result = open(path, Flags.O_PATH, Flags.RESOLVE_NO_SYMLINKS);
        if (result >= 0) {
            new Fd((int) result).close();
        }
        return result == -Errno.ELOOP.number();
    }

    /** Where a symbolic link leads; empty if it is none, or cannot be looked at. */
    public Optional<String> readLink(String path) {
        long result = open(path, Flags.O_PATH | Flags.O_NOFOLLOW(Arch.host()), Flags.RESOLVE_NO_MAGICLINKS);
        if (result < 0) {
            return Optional.empty();
        }
        try (Fd link = new Fd((int) result)) {
            return Linux.readlink(link);
        }
    }

    private long open(String path, long flags, long resolve) {
        try (Memory memory = Memory.open()) {
            Memory.Area how = memory.area(OPEN_HOW_SIZE);
            how.setLong(0, flags | Flags.O_CLOEXEC);
            how.setLong(16, Flags.RESOLVE_IN_ROOT | resolve);
            return Kernel.get().syscall(Sys.OPENAT2, root.number(), memory.string(path), how.address(), OPEN_HOW_SIZE);
        }
    }

    private Optional<Fd> lookUp(String path, long flags) {
        long result = open(path, flags, Flags.RESOLVE_NO_MAGICLINKS);
        if (result == -Errno.ENOENT.number()
                || result == -Errno.ENOTDIR.number()
                || result == -Errno.ELOOP.number()
                || result == -Errno.ENXIO.number()) {
            return Optional.empty();
        }
        return Optional.of(new Fd((int) Linux.check(result, Sys.OPENAT2, path)));
    }

    @Override
    public void close() {
        root.close();
    }
}
