package io.jpod.net;

import io.jpod.abi.Flags;
import io.jpod.linux.Fd;
import io.jpod.linux.Linux;
import io.jpod.linux.RecordFiles;
import io.jpod.linux.SyscallException;
import io.jpod.oci.Json;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * The files of this package, see {@link RecordFiles}.
 *
 * <pre>
 *   DATA/networks/NAME.json        {@link Network}, outlives a reboot
 *   ROOT/networks/NAME.members     {@link Members}, there while the network has any
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
        RecordFiles.makeDirectory(state);
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
        RecordFiles.delete(definitions.resolve(name + DEFINITION));
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
            RecordFiles.delete(state.resolve(file));
        } else {
            write(state, file, members.toJson());
        }
    }

    private static <T> List<T> all(Path directory, String suffix, Function<Json, T> read) {
        return RecordFiles.list(directory, "[!.]*" + suffix).stream()
                .flatMap(file -> read(file, read).stream())
                .toList();
    }

    private static <T> Optional<T> read(Path file, Function<Json, T> read) {
        return RecordFiles.read(file).map(bytes -> read.apply(Json.parse(bytes, file.toString())));
    }

    private static void write(Path directory, String name, String content) {
        RecordFiles.makeDirectory(directory);
        RecordFiles.write(directory.resolve(name), content);
    }
}
