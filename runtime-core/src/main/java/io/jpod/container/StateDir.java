package io.jpod.container;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.jpod.abi.Errno;
import io.jpod.abi.Flags;
import io.jpod.linux.Fd;
import io.jpod.linux.Linux;
import io.jpod.linux.SyscallException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Objects;
import java.util.Optional;

/**
 * A container's directory, {@code ROOT/ID}, mode 0700. Every file that is read back is written beside itself and renamed.
 *
 * <pre>
 *   state.json   {@link StoredState}
 *   config.json  what the container was created from: later changes to the bundle do not matter (runtime-spec)
 *   start.sock   there while the container waits for start
 *   exit         decimal exit code, from the monitor of a detached container; locked until it is written
 *   log          output of a detached container without a terminal of its caller's
 * </pre>
 */
record StateDir(Path path) {
    private static final String STATE = "state.json";

    /** Annotations and config have what a config.json can have, 4 MiB, and may take more room as they are written here. */
    private static final int LARGEST = 32 << 20;

    /** Makes it, which takes the id. */
    static StateDir create(Path root, String id) {
        StateDir dir = new StateDir(root.resolve(id));
        while (!dir.make()) {
            // Whoever makes or deletes it may be about to remove it: what becomes of it decides.
            Optional<Fd> holder = dir.lockIfThere();
            if (holder.isPresent()) {
                holder.get().close();
                throw new ContainerException("container with given ID already exists: " + id);
            }
        }
        return dir;
    }

    private boolean make() {
        try {
            Linux.mkdirat(Linux.AT_FDCWD, path.toString(), 0700);
            return true;
        } catch (SyscallException e) {
            if (e.is(Errno.EEXIST)) {
                return false;
            }
            if (e.is(Errno.ENOENT)) {
                makeRoot(Objects.requireNonNull(path.getParent()));
                return make();
            }
            throw e;
        }
    }

    private static void makeRoot(Path root) {
        try {
            Files.createDirectories(
                    root, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot make the state directory " + root + ": " + e.getMessage(), e);
        }
    }

    Path startSocket() {
        return path.resolve("start.sock");
    }

    Path exitFile() {
        return path.resolve("exit");
    }

    Path log() {
        return path.resolve("log");
    }

    Path config() {
        return path.resolve("config.json");
    }

    /** As {@link #lockIfThere}, for a container that is expected to be there. */
    Fd lock() {
        return lockIfThere().orElseThrow(() -> new ContainerException("container does not exist"));
    }

    /**
     * Serialises what changes this container. Released when it is closed, or by the kernel when its holder dies.
     *
     * @return empty if the container is gone, for instance when the holder before has deleted it
     */
    Optional<Fd> lockIfThere() {
        while (true) {
            Optional<Fd> there = Linux.openIfThere(Linux.AT_FDCWD, path.toString(), Flags.O_RDONLY);
            if (there.isEmpty()) {
                return there;
            }
            Fd fd = there.get();
            try {
                Linux.flock(fd, Flags.LOCK_EX);
                if (isStillAt(fd)) {
                    return there;
                }
            } catch (SyscallException e) {
                fd.close();
                throw e;
            }
            fd.close();
        }
    }

    private boolean isStillAt(Fd fd) {
        try {
            return Linux.stat(path.toString()).inode() == Linux.stat(fd).inode();
        } catch (SyscallException e) {
            if (e.is(Errno.ENOENT)) {
                return false;
            }
            throw e;
        }
    }

    void write(StoredState state) {
        write(STATE, state.toJson());
    }

    void writeConfig(String json) {
        write("config.json", json);
    }

    private void write(String name, String content) {
        Path temporary = path.resolve("." + name);
        try {
            Files.write(temporary, content.getBytes(UTF_8));
            Files.move(temporary, path.resolve(name), StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + path.resolve(name) + ": " + e.getMessage(), e);
        }
    }

    /** Empty if set-up did not get so far: then it has left nothing else either. */
    Optional<StoredState> read() {
        return readFile(path.resolve(STATE)).map(bytes -> StoredState.read(bytes, STATE));
    }

    Optional<byte[]> readConfig() {
        return readFile(config());
    }

    Optional<byte[]> readExit() {
        return readFile(exitFile());
    }

    private static Optional<byte[]> readFile(Path file) {
        Optional<Fd> there;
        try {
            there = Linux.openIfThere(Linux.AT_FDCWD, file.toString(), Flags.O_RDONLY);
        } catch (SyscallException e) {
            // Some other file has a name that a container could have.
            if (e.is(Errno.ENOTDIR)) {
                return Optional.empty();
            }
            throw e;
        }
        if (there.isEmpty()) {
            return Optional.empty();
        }
        try (Fd fd = there.get()) {
            return Optional.of(Linux.readFully(fd, LARGEST));
        }
    }

    boolean exists() {
        return Files.isDirectory(path);
    }

    /** The directory and all in it; none of it is a directory itself. */
    void delete() {
        String[] files = path.toFile().list();
        // Null also if it cannot be read: then it is not empty for rmdir(2).
        for (String file : files == null ? new String[0] : files) {
            remove(path.resolve(file), 0);
        }
        remove(path, Flags.AT_REMOVEDIR);
    }

    private static void remove(Path file, long flags) {
        try {
            Linux.unlinkat(Linux.AT_FDCWD, file.toString(), flags);
        } catch (SyscallException e) {
            if (!e.is(Errno.ENOENT)) {
                throw e;
            }
        }
    }
}
