package io.jpod.linux;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.jpod.abi.Arch;
import io.jpod.abi.Errno;
import io.jpod.abi.Flags;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Small files that say what there is. Each is written beside itself and renamed, so that readers need no lock. */
public final class RecordFiles {
    /** Annotations and config have what a config.json can have, 4 MiB, and may take more room as they are written here. */
    private static final int LARGEST = 32 << 20;

    private RecordFiles() {}

    /** Something has the name of a record and is none. The message says why, and not which. */
    public static final class Unreadable extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Unreadable(String why) {
            super(why);
        }
    }

    public static void write(Path file, String content) {
        String temporary = file.resolveSibling("." + file.getFileName()).toString();
        try (Fd fd = Linux.open(temporary, Flags.O_WRONLY | Flags.O_CREAT | Flags.O_TRUNC, 0644)) {
            Linux.writeFully(fd, ByteBuffer.wrap(content.getBytes(UTF_8)));
            Linux.renameat(Linux.AT_FDCWD, temporary, Linux.AT_FDCWD, file.toString(), 0);
        } catch (SyscallException e) {
            throw new IllegalStateException("cannot write " + file + ": " + e.getMessage(), e);
        }
    }

    /**
     * Never waits, whatever has the name.
     *
     * @return empty if it is not there
     * @throws Unreadable if it is there, and cannot be read or is none of ours
     */
    public static Optional<byte[]> read(Path file) {
        long flags = Flags.O_RDONLY | Flags.O_NONBLOCK | Flags.O_NOFOLLOW(Arch.host());
        try (Fd fd = Linux.openIfThere(Linux.AT_FDCWD, file.toString(), flags).orElse(null)) {
            if (fd == null) {
                return Optional.empty();
            }
            if (Stat.of(fd).type() != Flags.S_IFREG) {
                throw new Unreadable("is not a regular file");
            }
            return Optional.of(Linux.readFully(fd, LARGEST));
        } catch (SyscallException e) {
            // Some other file has the name of the directory.
            if (e.is(Errno.ENOTDIR)) {
                return Optional.empty();
            }
            // That there is no room just now says nothing about the file.
            if (e.is(Errno.EMFILE) || e.is(Errno.ENFILE) || e.is(Errno.ENOMEM)) {
                throw e;
            }
            String why = e.is(Errno.EFBIG)
                    ? "is larger than " + (LARGEST >> 20) + " MiB"
                    : e.is(Errno.ELOOP) ? "is a symbolic link" : "cannot be read: " + Errno.describe(e.errno());
            throw new Unreadable(why);
        }
    }

    /** Waits for a lock on a file, which is made if it is not there. The caller closes it. */
    public static Fd lock(Path file, long operation) {
        Fd fd = Linux.open(file.toString(), Flags.O_RDWR | Flags.O_CREAT, 0600);
        try {
            Linux.flock(fd, operation);
            return fd;
        } catch (SyscallException e) {
            fd.close();
            throw e;
        }
    }

    /** Nothing happens if it is not there. */
    public static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot remove " + file + ": " + e.getMessage(), e);
        }
    }

    /** By name; none if the directory is not there. */
    public static List<Path> list(Path directory, String glob) {
        List<Path> files = new ArrayList<>();
        try (var found = Files.newDirectoryStream(directory, glob)) {
            found.forEach(files::add);
        } catch (NoSuchFileException e) {
            return List.of();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + directory + ": " + e.getMessage(), e);
        }
        files.sort(null);
        return files;
    }

    /** With its parents, mode 0700; nothing happens if it is there. */
    public static void makeDirectory(Path directory) {
        try {
            Files.createDirectories(
                    directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot make the state directory " + directory + ": " + e.getMessage(), e);
        }
    }
}
