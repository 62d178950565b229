package io.jpod.linux;

import io.jpod.abi.Arch;
import io.jpod.abi.Flags;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashMap;
import java.util.Map;

/**
 * Copies what is in a directory, with owners and modes, into one that nobody else has open. A container may change the source
 * at the same time: everything is looked at by descriptor, and no link is followed.
 */
public final class TreeCopy {
    private static final int PERMISSIONS = 07777;

    /** How many files are remembered of which there are more names to come; what is beyond becomes a file for each name. */
    private static final int MOST_LINKED = 100_000;

    private record Inode(int deviceMajor, int deviceMinor, long number) {}

    /** What has been copied of files with several names. */
    private final Map<Inode, Path> linked = new HashMap<>();

    private TreeCopy() {}

    /** Files, with all of their names, links and directories; devices, sockets and fifos are left out. */
    public static void copy(Fd from, Path to) throws IOException {
        new TreeCopy().copyDirectory(from, to);
    }

    /** Without owner and mode of the directory itself. */
    public static void copyEntries(Fd from, Path to) throws IOException {
        new TreeCopy().copyAll(from, to);
    }

    private void copyDirectory(Fd from, Path to) throws IOException {
        copyAll(from, to);
        Stat stat = Stat.of(from);
        giveOwner(stat, to);
        // chown(2) takes set-id bits away.
        Files.setAttribute(to, "unix:mode", stat.mode() & PERMISSIONS);
    }

    private void copyAll(Fd from, Path to) throws IOException {
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(path(from))) {
            for (Path entry : entries) {
                String name = entry.getFileName().toString();
                long flags = Flags.O_PATH | Flags.O_NOFOLLOW(Arch.host());
                try (Fd file = Linux.openat(from.number(), name, flags, 0)) {
                    copy(file, entry, to.resolve(name));
                }
            }
        }
    }

    private void copy(Fd file, Path entry, Path to) throws IOException {
        Stat stat = Stat.of(file);
        long type = stat.mode() & Flags.S_IFMT;
        if (type == Flags.S_IFDIR) {
            Files.createDirectory(to);
            copyDirectory(file, to);
        } else if (type == Flags.S_IFREG) {
            copyFile(file, stat, to);
        } else if (type == Flags.S_IFLNK) {
            Files.createSymbolicLink(to, Files.readSymbolicLink(entry));
            giveOwner(stat, to);
        }
    }

    private void copyFile(Fd file, Stat stat, Path to) throws IOException {
        Inode inode = new Inode(stat.deviceMajor(), stat.deviceMinor(), stat.inode());
        Path first = linked.get(inode);
        if (first != null) {
            Files.createLink(to, first);
            return;
        }
        Files.copy(path(file), to, StandardCopyOption.COPY_ATTRIBUTES);
        if (stat.links() > 1 && linked.size() < MOST_LINKED) {
            linked.put(inode, to);
        }
    }

    private static void giveOwner(Stat stat, Path to) throws IOException {
        Files.setAttribute(to, "unix:uid", stat.uid(), LinkOption.NOFOLLOW_LINKS);
        Files.setAttribute(to, "unix:gid", stat.gid(), LinkOption.NOFOLLOW_LINKS);
    }

    private static Path path(Fd fd) {
        return Path.of("/proc/self/fd/" + fd.number());
    }
}
