package io.jpod.container;

import io.jpod.linux.RecordFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
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
    public boolean make(String name) {
        return new RecordDir(path(name)).make();
    }

    public List<String> list() {
        TreeSet<String> names = new TreeSet<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory, Files::isDirectory)) {
            entries.forEach(entry -> names.add(entry.getFileName().toString()));
        } catch (NoSuchFileException none) {
            return List.of();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + directory + ": " + e.getMessage(), e);
        }
        return List.copyOf(names);
    }

    /** Ids of the containers that have it mounted, and of those of which nobody knows. */
    public List<String> users(String name, Containers containers) {
        String path = path(name).toString();
        return containers.list().stream()
                .filter(container -> container.mayHaveMounted(path))
                .map(Container::id)
                .toList();
    }

    /** With all that is in it. Who has it mounted must have been asked before. */
    public void remove(String name) {
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
    }
}
