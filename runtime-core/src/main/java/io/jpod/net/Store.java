package io.jpod.net;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.jpod.abi.Flags;
import io.jpod.linux.Fd;
import io.jpod.linux.Linux;
import io.jpod.linux.SyscallException;
import io.jpod.oci.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * The files of this package. Each is written beside itself and renamed, so that readers need no lock.
 *
 * <pre>
 *   DATA/networks/NAME.json        {@link Network}, outlives a reboot
 * *   ROOT/networks/NAME.members     {@link Members}, there while the network has any
 *   ROOT/networks/.lock            held by whoever changes anything
 * </pre>
 *
 * <p>The two may be one directory.
 */
final class Store {
    private static final String DEFINITION = ".json";
    private static final String MEMBERS = ".members";

    private final Path definitions;
    private final Path state;

    Store(Path data, Path root) {
        definitions = data.resolve("networks");
        state = root.resolve("networks");
    }

    /** One for all networks of the root, since ports, subnets and bridges are of one host. Ends with its holder. */
    Fd lock() {
        makeDirectory(state);
        Fd fd = Linux.open(state.resolve(".lock").toString(), Flags.O_RDWR | Flags.O_CREAT, 0600);
        try {
            Linux.flock(fd, Flags.LOCK_EX);
            return fd;
        } catch (SyscallException e) {
            fd.close();
            throw e;
        }
    }

    Optional<Network> network(String name) {
        return read(definitions.resolve(name + DEFINITION), Network::read);
    }

    List<Network> networks() {
        return all(definitions, DEFINITION, Network::read);
    }

    void write(Network network) {
        write(definitions, network.name() + DEFINITION, network.toJson());
    }

    void deleteNetwork(String name) {
        delete(definitions.resolve(name + DEFINITION));
    }

    Optional<Members> members(String network) {
        return read(state.resolve(network + MEMBERS), Members::read);
    }

    List<Members> members() {
        return all(state, MEMBERS, Members::read);
    }

    /** Those without a lease have no file. */
    void write(Members members) {
        String file = members.network().name() + MEMBERS;
        if (members.leases().isEmpty()) {
            delete(state.resolve(file));
        } else {
            write(state, file, members.toJson());
        }
    }

    private static <T> List<T> all(Path directory, String suffix, Function<Json, T> read) {
        List<Path> files = new ArrayList<>();
        try (var found = Files.newDirectoryStream(directory, "[!.]*" + suffix)) {
            found.forEach(files::add);
        } catch (NoSuchFileException e) {
            return List.of();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + directory + ": " + e.getMessage(), e);
        }
        return files.stream()
                .sorted()
                .flatMap(file -> read(file, read).stream())
                .toList();
    }

    private static <T> Optional<T> read(Path file, Function<Json, T> read) {
        try {
            return Optional.of(read.apply(Json.parse(Files.readAllBytes(file), file.toString())));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file + ": " + e.getMessage(), e);
        }
    }

    private static void write(Path directory, String name, String content) {
        makeDirectory(directory);
        Path temporary = directory.resolve("." + name);
        try {
            Files.write(temporary, content.getBytes(UTF_8));
            Files.move(temporary, directory.resolve(name), StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + directory.resolve(name) + ": " + e.getMessage(), e);
        }
    }

    private static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot remove " + file + ": " + e.getMessage(), e);
        }
    }

    private static void makeDirectory(Path directory) {
        try {
            Files.createDirectories(
                    directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot make " + directory + ": " + e.getMessage(), e);
        }
    }
}
