package io.jpod.container;

import io.jpod.abi.Flags;
import io.jpod.exec.CallerGone;
import io.jpod.exec.Spawner;
import io.jpod.json.InvalidJson;
import io.jpod.linux.Fd;
import io.jpod.linux.Linux;
import io.jpod.linux.RecordFiles;
import io.jpod.linux.RootedPaths;
import io.jpod.linux.Stat;
import io.jpod.linux.TreeCopy;
import io.jpod.oci.Mount;
import io.jpod.oci.Spec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;

/** Volumes with a name: directories below one data directory, which outlive containers, pods and boots. */
public final class Volumes {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_.-]{0,254}");

    private final Path directory;

    /** @param data where what outlives a boot lies */
    public Volumes(Path data) {
        this.directory = data.resolve("volumes");
    }

    /** Whether a mount's source is a name, and not a path. */
    public static boolean isName(String source) {
        return NAME.matcher(source).matches();
    }

    /** Where its files are, or would be. */
    public Path path(String name) {
        if (!isName(name)) {
            throw new ContainerException(
                    "invalid volume name: must be 1 to 255 of the characters A-Z a-z 0-9 _ . - and begin with a letter or digit");
        }
        return directory.resolve(name);
    }

    public boolean exists(String name) {
        return Files.isDirectory(path(name));
    }

    /** Makes it; false if it is there. */
    public boolean make(String name, Spawner caller) {
        RecordDir dir = new RecordDir(path(name));
        boolean made = dir.make(0700);
        if (made) {
            try {
                caller.requireCaller();
            } catch (CallerGone e) {
                dir.delete();
                throw e;
            }
            RecordFiles.delete(mark(name));
            // Users of containers are not root; on the host the directory above lets nobody in.
            Linux.fchmodat(Linux.AT_FDCWD, path(name).toString(), 0755);
        }
        return made;
    }

    /**
     * Gives those of a new container's volumes that are still empty what its image has in their places, and owner and mode of
     * that, as docker does.
     */
    public void fill(Spec spec, Spawner caller) {
        List<Mount> mounts = spec.mounts().stream().filter(this::isOurs).toList();
        if (!mounts.isEmpty()) {
            String root = Objects.requireNonNull(spec.root(), "root").path();
            try (RootedPaths rootfs = RootedPaths.open(root)) {
                mounts.forEach(
                        mount -> fill(Path.of(String.valueOf(mount.source())), rootfs, mount.destination(), caller));
            }
        }
    }

    private boolean isOurs(Mount mount) {
        String source = mount.source();
        return source != null
                && source.startsWith(directory + "/")
                && isName(source.substring(directory.toString().length() + 1));
    }

    /** What is begun is marked, so that one that was cut off is not taken for what somebody has put there. */
    private void fill(Path volume, RootedPaths rootfs, String destination, Spawner caller) {
        Path mark = mark(String.valueOf(volume.getFileName()));
        boolean isDone = false;
        while (!isDone && (new RecordDir(volume).isEmpty() || Files.exists(mark))) {
            isDone = fill(volume, mark, rootfs, destination, caller);
        }
    }

    private Path mark(String volume) {
        return directory.resolve("." + volume);
    }

    /** False if whoever held the mark before has taken it away: then it is to be looked at again. */
    private static boolean fill(Path volume, Path mark, RootedPaths rootfs, String destination, Spawner caller) {
        try (Fd image = rootfs.directory(destination).orElse(null);
                Fd lock = Linux.open(mark.toString(), Flags.O_RDWR | Flags.O_CREAT, 0600)) {
            Linux.flock(lock, Flags.LOCK_EX);
            caller.requireCaller();
            if (!RecordDir.isAt(lock, mark)) {
                return false;
            }
            boolean wasCutOff = Stat.of(lock).size() > 0;
            if (wasCutOff) {
                clear(volume);
            }
            if (image != null && new RecordDir(volume).isEmpty()) {
                Linux.writeFully(lock, ByteBuffer.wrap(new byte[1]));
                TreeCopy.copy(image, volume);
            }
            Files.deleteIfExists(mark);
            return true;
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "cannot copy " + destination + " of the image into volume " + volume.getFileName() + ": "
                            + e.getMessage(),
                    e);
        }
    }

    private static void clear(Path volume) throws IOException {
        for (Path entry : RecordFiles.list(volume, "*")) {
            if (Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS)) {
                new RecordDir(entry).delete();
            } else {
                Files.delete(entry);
            }
        }
    }

    public List<String> list() {
        return RecordFiles.list(directory, "*").stream()
                .filter(Files::isDirectory)
                .map(path -> path.getFileName().toString())
                .filter(Volumes::isName)
                .toList();
    }

    /** Ids of the containers that have it mounted, and of those of which nobody knows. */
    public List<String> users(String name, Containers containers) {
        String path = path(name).toString();
        return containers.list().stream()
                .filter(container -> mayUse(container, path))
                .map(Container::id)
                .toList();
    }

    private static boolean mayUse(Container container, String path) {
        try {
            return !container.dir().readConfig().isEmpty()
                    && container.spec().mounts().stream().anyMatch(mount -> path.equals(mount.source()));
        } catch (InvalidJson damaged) {
            return true;
        }
    }

    /** With all that is in it. Who has it mounted must have been asked before. */
    public void remove(String name, Spawner caller) {
        caller.requireCaller();
        if (!exists(name)) {
            throw new ContainerException("no volume " + name);
        }
        Path path = path(name);
        if (Files.isSymbolicLink(path)) {
            // Where it leads is not ours.
            RecordFiles.delete(path);
        } else {
            new RecordDir(path).delete();
        }
        RecordFiles.delete(mark(name));
    }
}
