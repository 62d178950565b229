package io.jpod.container;

import io.jpod.abi.Arch;
import io.jpod.abi.Errno;
import io.jpod.abi.Flags;
import io.jpod.exec.Spawner;
import io.jpod.json.InvalidJson;
import io.jpod.linux.Fd;
import io.jpod.linux.Linux;
import io.jpod.linux.RecordFiles;
import io.jpod.linux.Stat;
import io.jpod.linux.SyscallException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The directory, mode 0700, that holds the record of one thing. Making it takes the name; a lock on it serialises what
 * changes the thing; every file that is read back is written beside itself and renamed.
 */
public record RecordDir(Path path) {
    private static final int MODE = 0700;

    /** Of a name that its maker has taken and not locked yet: there is nothing behind it. */
    private static final int NAME_ONLY = 0500;

    /** @param lock on the directory, which is empty; whoever has claimed it closes it */
    public record Claim(RecordDir dir, Fd lock) {

        /** Does something for which nobody else may take the name, and gives it back. */
        public void during(Spawner caller, Runnable action) {
            try (lock) {
                try {
                    caller.requireCaller();
                    action.run();
                } finally {
                    dir.delete();
                }
            }
        }
    }

    /**
     * Takes a name: makes the directory and its parents, and locks it. One that is there is waited for, since whoever makes or
     * deletes it may be about to remove it; if nothing is in it then, it is nobody's.
     *
     * @return empty if the name is taken
     */
    public static Optional<Claim> claim(Path parent, String name) {
        RecordDir dir = new RecordDir(parent.resolve(name));
        while (true) {
            dir.make(NAME_ONLY);
            Optional<Fd> lock = dir.lockAny(Flags.LOCK_EX);
            if (lock.isPresent()) {
                if (dir.isEmpty()) {
                    Linux.fchmodat(Linux.AT_FDCWD, dir.path.toString(), MODE);
                    return lock.map(fd -> new Claim(dir, fd));
                }
                lock.get().close();
                return Optional.empty();
            }
        }
    }

    /**
     * The same, also from what a maker has left that is gone, or a removal that was cut off.
     *
     * @param clear takes away what has the name, if it is that, and throws if it is in use
     */
    public static Claim claim(Path parent, String name, Runnable clear) {
        while (true) {
            Optional<Claim> claim = claim(parent, name);
            if (claim.isPresent()) {
                return claim.get();
            }
            clear.run();
        }
    }

    /** What cannot be listed is not empty. */
    boolean isEmpty() {
        String[] files = path.toFile().list();
        return files != null && files.length == 0;
    }

    /** Makes it, and its parents; false if it is there. */
    boolean make(int mode) {
        try {
            Linux.mkdirat(Linux.AT_FDCWD, path.toString(), mode);
            return true;
        } catch (SyscallException e) {
            if (e.is(Errno.EEXIST)) {
                return false;
            }
            if (e.is(Errno.ENOENT)) {
                RecordFiles.makeDirectory(Objects.requireNonNull(path.getParent()));
                return make(mode);
            }
            throw e;
        }
    }

    public boolean exists() {
        return Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS);
    }

    /**
     * Waits for the lock, which is released when it is closed, or by the kernel when its holder dies.
     *
     * @return empty if the directory is gone, for instance when the holder before has deleted it
     */
    public Optional<Fd> lockIfThere() {
        return lockIfThere(Flags.LOCK_EX);
    }

    /** @param operation LOCK_SH for whoever only needs it to stay, LOCK_EX for one who changes it */
    public Optional<Fd> lockIfThere(long operation) {
        Optional<Fd> lock = lockAny(operation);
        if (lock.isPresent() && (Stat.of(lock.get()).mode() & MODE) == NAME_ONLY && isEmpty()) {
            // Its maker, if that lives, takes the name again.
            try (Fd _ = lock.get()) {
                remove(path, Flags.AT_REMOVEDIR);
            }
            return Optional.empty();
        }
        return lock;
    }

    private Optional<Fd> lockAny(long operation) {
        while (true) {
            Optional<Fd> there = Linux.openIfThere(Linux.AT_FDCWD, path.toString(), directoryFlags());
            if (there.isEmpty()) {
                return there;
            }
            Fd fd = there.get();
            try {
                if (turn(fd, operation)) {
                    return there;
                }
            } catch (SyscallException e) {
                fd.close();
                throw e;
            }
            fd.close();
        }
    }

    /** Anything else of that name, which may be a pipe to wait at, is ENOTDIR. */
    private static long directoryFlags() {
        return Flags.O_RDONLY | Flags.O_DIRECTORY(Arch.host()) | Flags.O_NOFOLLOW(Arch.host());
    }

    /** Whether somebody holds the lock: is about to make, change or delete it. */
    public boolean isBusy() {
        try (Fd fd = Linux.open(path.toString(), directoryFlags(), 0)) {
            return !Linux.flock(fd, Flags.LOCK_EX | Flags.LOCK_NB);
        } catch (SyscallException e) {
            if (e.is(Errno.ENOENT) || e.is(Errno.ENOTDIR)) {
                return false;
            }
            throw e;
        }
    }

    /**
     * Makes a lock one of another kind. In between somebody else may have had it, flock(2).
     *
     * @return false if the directory is gone since
     */
    boolean turn(Fd lock, long operation) {
        Linux.flock(lock, operation);
        return isAt(lock, path);
    }

    /** Whether what is open still has this path: it may have been removed, and made again, while its lock was waited for. */
    static boolean isAt(Fd fd, Path path) {
        try {
            return Stat.of(path.toString()).inode() == Stat.of(fd).inode();
        } catch (SyscallException e) {
            if (e.is(Errno.ENOENT)) {
                return false;
            }
            throw e;
        }
    }

    public void write(String name, String content) {
        RecordFiles.write(path.resolve(name), content);
    }

    /** @throws InvalidJson if there is something of that name that cannot be read */
    public Optional<byte[]> read(String name) {
        Path file = path.resolve(name);
        try {
            return RecordFiles.read(file);
        } catch (RecordFiles.Unreadable e) {
            throw new InvalidJson(file.toString(), "", String.valueOf(e.getMessage()));
        }
    }

    /** The directory with all that is in it, unless somebody has. Links are not followed; a mount in it is EBUSY. */
    public void delete() {
        delete("");
    }

    /**
     * The same, one of its files after all others: the one that says what this is, so that a removal that is cut off can be
     * taken up again by who knows the thing by that alone.
     */
    public void delete(String last) {
        delete(last, file -> {});
    }

    /** @param before told of each file before it goes */
    void delete(String last, Consumer<Path> before) {
        delete(path, last, before);
    }

    private static void delete(Path directory, String last, Consumer<Path> before) {
        String[] files = directory.toFile().list();
        // Null also if it cannot be read: then it is not empty for rmdir(2).
        if (files != null) {
            boolean hasLast = false;
            for (String file : files) {
                if (file.equals(last)) {
                    hasLast = true;
                } else {
                    deleteChild(directory.resolve(file), last, before);
                }
            }
            if (hasLast) {
                deleteChild(directory.resolve(last), last, before);
            }
        }
        before.accept(directory);
        remove(directory, Flags.AT_REMOVEDIR);
    }

    private static void deleteChild(Path child, String last, Consumer<Path> before) {
        before.accept(child);
        if (!remove(child, 0)) {
            delete(child, last, before);
        }
    }

    /** False if it is a directory and was to be none. */
    private static boolean remove(Path file, long flags) {
        try {
            Linux.unlinkat(Linux.AT_FDCWD, file.toString(), flags);
            return true;
        } catch (SyscallException e) {
            if (e.is(Errno.EISDIR)) {
                return false;
            }
            if (!e.is(Errno.ENOENT)) {
                throw e;
            }
            return true;
        }
    }
}
