package io.jpod.net.cni;

import io.jpod.json.InvalidJson;
import io.jpod.json.Json;
import io.jpod.linux.Fd;
import io.jpod.linux.RecordFiles;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Configurations, which are somebody else's, and records, which are ours.
 *
 * @param records {@code NETWORK CONTAINER IFNAME}, parted by blanks, which are in none of them
 */
record CniFiles(Path configurations, Path records) {
    /** Those that can be read: one of somebody else's must not keep the others. */
    List<CniNetwork> networks() {
        return all(configurations, "*.conflist", CniNetwork::read, damaged -> {});
    }

    /** Why those cannot be read that cannot. */
    List<String> damagedNetworks() {
        List<String> damage = new ArrayList<>();
        all(configurations, "*.conflist", CniNetwork::read, damaged -> damage.add(damaged.why()));
        return damage;
    }

    /** Those that can be read; for the others see {@link #damaged}. */
    List<CniRecord> all() {
        return all(records, "[!.]*", CniRecord::read, damaged -> {});
    }

    /** A file that cannot be read, and why. */
    record Damaged(Path file, String why) {}

    /** Records that cannot be read. */
    List<Damaged> damaged() {
        List<Damaged> damaged = new ArrayList<>();
        all(records, "[!.]*", CniRecord::read, damaged::add);
        return damaged;
    }

    private static <T> List<T> all(Path directory, String glob, Function<Json, T> reading, Consumer<Damaged> damaged) {
        List<T> all = new ArrayList<>();
        for (Path file : RecordFiles.list(directory, glob)) {
            try {
                read(file).map(reading).ifPresent(all::add);
            } catch (InvalidJson e) {
                damaged.accept(new Damaged(file, String.valueOf(e.getMessage())));
            }
        }
        return all;
    }

    /** Ends with its holder, who closes it. */
    Fd lock(long operation) {
        RecordFiles.makeDirectory(records);
        return RecordFiles.lock(records.resolve(".lock"), operation);
    }

    Optional<CniRecord> find(String network, String container, String ifname) {
        return read(file(network, container, ifname)).map(CniRecord::read);
    }

    void write(CniRecord record) {
        RecordFiles.makeDirectory(records);
        RecordFiles.write(file(record), record.toJson());
    }

    void delete(String name) {
        RecordFiles.delete(records.resolve(name));
    }

    void delete(CniRecord record) {
        RecordFiles.delete(file(record));
    }

    private Path file(CniRecord record) {
        return file(
                record.network().name(),
                record.request().container(),
                record.request().ifname());
    }

    private Path file(String network, String container, String ifname) {
        return records.resolve(network + " " + container + " " + ifname);
    }

    private static Optional<Json> read(Path file) {
        try {
            return RecordFiles.read(file).map(bytes -> Json.parse(bytes, file.toString()));
        } catch (RecordFiles.Unreadable e) {
            throw new InvalidJson(file.toString(), "", String.valueOf(e.getMessage()));
        }
    }
}
