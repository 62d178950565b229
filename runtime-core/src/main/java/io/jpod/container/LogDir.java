package io.jpod.container;

import io.jpod.abi.Arch;
import io.jpod.abi.Errno;
import io.jpod.abi.Flags;
import io.jpod.linux.Fd;
import io.jpod.linux.Linux;
import io.jpod.linux.RecordFiles;
import io.jpod.linux.SyscallException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The output of a detached container, which its monitor writes (native-shims/src/log.h): {@code log}, before that
 * {@code log.1}, and so on. Beside them {@code bounds} says how large a file gets and how many there are.
 *
 * @param path in the container's directory, which mostly lies in memory: then it is a link to a directory on a disk
 */
public record LogDir(Path path) {
    private static final String BOUNDS = "bounds";

    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final Duration PAUSE = Duration.ofMillis(1);

    /**
     * How much is kept.
     *
     * @param size of a file, in bytes
     * @param files the one that is being written included
     */
    public record Bounds(long size, int files) {
        /** As in docker's local driver. */
        public static final Bounds DEFAULT = new Bounds(20 << 20, 5);

        public Bounds {
            if (size < 1 || files < 1) {
                throw new IllegalArgumentException("no log of " + files + " files of " + size + " bytes");
            }
        }
    }

    /** @param elsewhere where the files shall lie, in the place of an earlier container's; null: here */
    public void make(@Nullable Path elsewhere, Bounds bounds) {
        if (elsewhere == null) {
            RecordFiles.makeDirectory(path);
        } else {
            if (Files.isSymbolicLink(path)) {
                // It leads to where nothing is any more.
                RecordFiles.delete(path);
            }
            try {
                // The link comes first: who deletes a container that was cut off here follows it.
                Files.createSymbolicLink(path, elsewhere);
            } catch (IOException e) {
                throw new UncheckedIOException("cannot make " + path + ": " + e.getMessage(), e);
            }
            new RecordDir(elsewhere).delete();
            RecordFiles.makeDirectory(elsewhere);
        }
        RecordFiles.write(path.resolve(BOUNDS), bounds.size() + " " + bounds.files());
    }

    public boolean exists() {
        return Files.isDirectory(path);
    }

    /** For the monitor. */
    public Fd open() {
        return Linux.open(path.toString(), Flags.O_RDONLY | Flags.O_DIRECTORY(Arch.host()), 0);
    }

    public Bounds bounds() {
        String[] words = RecordFiles.read(path.resolve(BOUNDS))
                .map(bytes -> new String(bytes, java.nio.charset.StandardCharsets.UTF_8).split(" "))
                .orElse(new String[0]);
        return words.length == 2 ? new Bounds(Long.parseLong(words[0]), Integer.parseInt(words[1])) : Bounds.DEFAULT;
    }

    /** The file that is being written. It may not be there yet. */
    public Path newest() {
        return path.resolve("log");
    }

    /** All that there can be, from the newest to the oldest. */
    public List<Path> files() {
        return IntStream.range(0, bounds().files())
                .mapToObj(n -> n == 0 ? newest() : path.resolve("log." + n))
                .toList();
    }

    /** Also while the monitor, whose container has just ended, still writes the last of it, under names that it makes. */
    void delete() {
        RecordDir files = new RecordDir(Files.isSymbolicLink(path) ? Path.of(Linux.readlink(path.toString())) : path);
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (files.exists()) {
            try {
                files.delete();
            } catch (SyscallException e) {
                if (!e.is(Errno.ENOTEMPTY) || System.nanoTime() > deadline) {
                    throw e;
                }
                LockSupport.parkNanos(PAUSE.toNanos());
            }
        }
    }
}
