package io.jpod.net.cni;

import io.jpod.linux.RecordFiles;
import io.jpod.oci.Json;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Configurations, which are somebody else's, and records, which are ours.
 *
 * @param records {@code NETWORK CONTAINER IFNAME}, parted by blanks, which are in none of them
 */
record CniFiles(Path configurations, Path records) {
    List<CniNetwork> networks() {
        List<CniNetwork> networks = new ArrayList<>();
        for (Path file : RecordFiles.list(configurations, "*.conflist")) {
            read(file).map(CniNetwork::read).ifPresent(networks::add);
        }
        return networks;
    }

    List<CniRecord> all() {
        return RecordFiles.list(records, "[!.]*").stream()
                .flatMap(file -> read(file).stream())
                .map(CniRecord::read)
                .toList();
    }

    Optional<CniRecord> find(String network, String container, String ifname) {
        return read(file(network, container, ifname)).map(CniRecord::read);
    }

    void write(CniRecord record) {
        RecordFiles.makeDirectory(records);
        RecordFiles.write(file(record), record.toJson());
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
        return RecordFiles.read(file)
                .map(bytes -> Json.parse(bytes, file.getFileName().toString()));
    }
}
