package io.jpod.cgroup;

import io.jpod.abi.Arch;
import io.jpod.abi.Errno;
import io.jpod.abi.Flags;
import io.jpod.linux.Fd;
import io.jpod.linux.Linux;
import io.jpod.linux.Poll;
import io.jpod.linux.SyscallException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The directory of one cgroup, held open, so that another of the same name never takes its place unseen. A cgroup that was
 * removed meanwhile answers ENODEV or ENOENT.
 */
final class CgroupDir implements AutoCloseable {
    private static final int MODE = 0755;

    /** cgroup.procs of four million processes. */
    private static final int LARGEST = 32 << 20;

    private final String path;
    private final Fd fd;

    private CgroupDir(String path, Fd fd) {
        this.path = path;
        this.fd = fd;
    }

    /** @throws SyscallException ENOENT if there is none, ENOTDIR if a file of the parent has that name */
    static CgroupDir open(String path) {
        return new CgroupDir(path, Linux.open(path, flags(), 0));
    }

    private static long flags() {
        return Flags.O_PATH | Flags.O_DIRECTORY(Arch.host()) | Flags.O_NOFOLLOW(Arch.host());
    }

    /** Null if there is none. */
    static @Nullable CgroupDir openIfPresent(String path) {
        try {
            return Linux.openIfThere(Linux.AT_FDCWD, path, flags())
                    .map(fd -> new CgroupDir(path, fd))
                    .orElse(null);
        } catch (SyscallException e) {
            throw new CgroupFailed("cannot open " + path, e);
        }
    }

    String path() {
        return path;
    }

    Fd fd() {
        return fd;
    }

    /** The text of a file; null if it or the cgroup is not there, or does not apply to a cgroup of this type. */
    @Nullable String read(String file) {
        try (Fd open = Linux.openat(fd.number(), file, Flags.O_RDONLY, 0)) {
            return read(open);
        } catch (SyscallException e) {
            return absent(e);
        }
    }

    private static String read(Fd file) {
        return new String(Linux.readFully(file, LARGEST), StandardCharsets.UTF_8);
    }

    /** ENODEV: the cgroup was removed. EOPNOTSUPP: cgroup.procs of a threaded cgroup, or pressure files without PSI. */
    private static @Nullable String absent(SyscallException e) {
        if (e.is(Errno.ENOENT) || e.is(Errno.ENODEV) || e.is(Errno.EOPNOTSUPP)) {
            return null;
        }
        throw e;
    }

    /** One write(2), as these files want it. The line feed makes an empty value a value. */
    void write(String file, String value) {
        try (Fd open = Linux.openat(fd.number(), file, Flags.O_WRONLY, 0)) {
            Linux.writeFully(open, ByteBuffer.wrap((value + "\n").getBytes(StandardCharsets.UTF_8)));
        }
    }

    /** A value of a file of lines with a key and a value; null if there is none. */
    @Nullable String value(String file, String key) {
        String text = read(file);
        return text == null ? null : KeyedText.value(text, key);
    }

    /**
     * Waits until a value in cgroup.events is as wanted. The kernel reports each change since the last read as POLLPRI
     * (cgroup-v2.rst, "[Un]populated Notification"), so nothing is missed between reading and waiting.
     *
     * @param gone what to return if the cgroup is removed meanwhile
     * @return false if the time is over
     */
    boolean await(String key, String wanted, Duration timeout, boolean gone) {
        long deadline = System.nanoTime() + timeout.toNanos();
        while (true) {
            try (Fd events = Linux.openat(fd.number(), "cgroup.events", Flags.O_RDONLY, 0)) {
                if (wanted.equals(KeyedText.value(read(events), key))) {
                    return true;
                }
                long left = deadline - System.nanoTime();
                if (left <= 0) {
                    return false;
                }
                Poll.poll(List.of(events), Flags.POLLPRI, left / 1_000_000 + 1);
            } catch (SyscallException e) {
                absent(e);
                return gone;
            }
        }
    }

    /** The names of its files. */
    Set<String> files() {
        Set<String> names = new HashSet<>();
        for (Path entry : entries()) {
            if (!isDirectory(entry)) {
                names.add(entry.getFileName().toString());
            }
        }
        return names;
    }

    /** Its children. They are reached through the descriptor, and keep names that are no text in the JVM's locale. */
    List<Path> children() {
        return children(self());
    }

    static List<Path> children(Path cgroup) {
        return entries(cgroup).stream().filter(CgroupDir::isDirectory).toList();
    }

    Path self() {
        return Path.of("/proc/self/fd/" + fd.number());
    }

    private List<Path> entries() {
        return entries(self());
    }

    private static List<Path> entries(Path cgroup) {
        List<Path> entries = new ArrayList<>();
        try (DirectoryStream<Path> stream = Files.newDirectoryStream(cgroup)) {
            stream.forEach(entries::add);
        } catch (NoSuchFileException | NotDirectoryException e) {
            return List.of();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return entries;
    }

    private static boolean isDirectory(Path entry) {
        return Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS);
    }

    @Override
    public void close() {
        fd.close();
    }

    /** Makes one; false if it is there. The mode is set by itself, since a umask would keep the container's users from seeing their own cgroup. */
    static boolean make(String path) {
        if (!Linux.makeDirectory(path, MODE)) {
            return false;
        }
        Linux.fchmodat(Linux.AT_FDCWD, path, MODE);
        return true;
    }

    /** A container that were put among other processes, or born frozen, would never be what was asked for. */
    void requireUsable(boolean isNew) {
        String problem = null;
        if (isNew) {
            problem = "1".equals(value("cgroup.events", "frozen")) ? "is below a frozen one" : null;
        } else if ("1".equals(value("cgroup.events", "populated"))) {
            problem = "exists and has processes: container's cgroup is not empty";
        } else if (KeyedText.number(read("cgroup.freeze"), 0) != 0 || "1".equals(value("cgroup.events", "frozen"))) {
            problem = "exists and is frozen: container's cgroup unexpectedly frozen";
        } else if (!Controllers.words(this, "cgroup.subtree_control").isEmpty()) {
            problem = "exists and hands controllers on (cgroup.subtree_control), so it cannot have processes";
        }
        if (problem != null) {
            close();
            throw new CgroupFailed("cgroup " + path() + " " + problem);
        }
    }
}
