package io.jpod.net.cni;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.jpod.oci.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
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
        for (Path file : list(configurations, "*.conflist")) {
            read(file).map(CniNetwork::read).ifPresent(networks::add);
        }
        return networks;
    }

    List<CniRecord> all() {
        return list(records, "[!.]*").stream()
                .flatMap(file -> read(file).stream())
                .map(CniRecord::read)
                .toList();
    }

    Optional<CniRecord> find(String network, String container, String ifname) {
        return read(file(network, container, ifname)).map(CniRecord::read);
    }

    void write(CniRecord record) {
        Path file = file(record);
        Path temporary = file.resolveSibling("." + file.getFileName());
        try {
            Files.createDirectories(records);
            Files.write(temporary, record.toJson().getBytes(UTF_8));
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + file + ": " + e.getMessage(), e);
        }
    }

    void delete(CniRecord record) {
        try {
            Files.deleteIfExists(file(record));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot remove " + file(record) + ": " + e.getMessage(), e);
        }
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

    private static List<Path> list(Path directory, String glob) {
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

    private static Optional<Json> read(Path file) {
        try {
            return Optional.of(
                    Json.parse(Files.readAllBytes(file), file.getFileName().toString()));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file + ": " + e.getMessage(), e);
        }
    }
}
