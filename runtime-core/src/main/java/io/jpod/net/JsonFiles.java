package io.jpod.net;

import io.jpod.json.InvalidJson;
import io.jpod.json.Json;
import io.jpod.linux.Fd;
import io.jpod.linux.RecordFiles;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Function;

/**
 * The files of one kind in a directory, see {@link RecordFiles}. One that cannot be read does not keep the others.
 *
 * @param suffix behind the name of each
 */
public record JsonFiles<T>(Path directory, String suffix, Function<Json, T> reading) {
    private Path file(String name) {
        return directory.resolve(name + suffix);
    }

    /** @throws InvalidJson if its file cannot be read */
    public Optional<T> find(String name) {
        return read(file(name));
    }

    boolean isThere(String name) {
        return Files.exists(file(name), LinkOption.NOFOLLOW_LINKS);
    }

    /** Those that can be read; for the others see {@link #damaged}. */
    public List<T> all() {
        return look((name, why) -> {});
    }

    /** The names of those that cannot be read, and why. */
    public Map<String, String> damaged() {
        Map<String, String> damaged = new LinkedHashMap<>();
        look(damaged::put);
        return damaged;
    }

    private List<T> look(BiConsumer<String, String> damaged) {
        List<T> all = new ArrayList<>();
        for (Path file : RecordFiles.list(directory, "[!.]*" + suffix)) {
            try {
                read(file).ifPresent(all::add);
            } catch (InvalidJson e) {
                String name = file.getFileName().toString();
                damaged.accept(name.substring(0, name.length() - suffix.length()), String.valueOf(e.getMessage()));
            }
        }
        return all;
    }

    private Optional<T> read(Path file) {
        try {
            return RecordFiles.read(file).map(bytes -> reading.apply(Json.parse(bytes, file.toString())));
        } catch (RecordFiles.Unreadable e) {
            throw new InvalidJson(file.toString(), "", String.valueOf(e.getMessage()));
        }
    }

    public void write(String name, String content) {
        RecordFiles.makeDirectory(directory);
        RecordFiles.write(file(name), content);
    }

    public void delete(String name) {
        RecordFiles.delete(file(name));
    }

    /** Of the whole directory. Ends with its holder, who closes it. */
    public Fd lock(long operation) {
        RecordFiles.makeDirectory(directory);
        return RecordFiles.lock(directory.resolve(".lock"), operation);
    }
}
