package io.jpod.net;

import io.jpod.abi.Flags;
import io.jpod.json.InvalidJson;
import io.jpod.json.Json;
import io.jpod.linux.Fd;
import io.jpod.linux.RecordFiles;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
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
        return RecordFiles.lock(state.resolve(".lock"), Flags.LOCK_EX);
    }

    /** @throws InvalidJson if its file cannot be read */
    Optional<Network> network(String name) {
        return read(definitions.resolve(name + DEFINITION), Network::read);
    }

    boolean isDefined(String name) {
        return Files.exists(definitions.resolve(name + DEFINITION), LinkOption.NOFOLLOW_LINKS);
    }

    /** Those that can be read; for the others see {@link #damage}. */
    List<Network> networks() {
        return all(definitions, DEFINITION, Network::read);
    }

    void write(Network network) {
        write(definitions, network.name() + DEFINITION, network.toJson());
    }

    void deleteNetwork(String name) {
        RecordFiles.delete(definitions.resolve(name + DEFINITION));
    }

    /** @throws InvalidJson if its file cannot be read */
    Optional<Members> members(String network) {
        return read(state.resolve(network + MEMBERS), Members::read);
    }

    /** Those that can be read; for the others see {@link #damage}. */
    List<Members> members() {
        return all(state, MEMBERS, Members::read);
    }

    void deleteMembers(String network) {
        RecordFiles.delete(state.resolve(network + MEMBERS));
    }

    /** The files that cannot be read. */
    List<Leftover.Damaged> damage() {
        List<Leftover.Damaged> damage = new ArrayList<>();
        look(state, MEMBERS, Members::read, (name, why) -> damage.add(new Leftover.Damaged(name, true, why)));
        look(definitions, DEFINITION, Network::read, (name, why) -> damage.add(new Leftover.Damaged(name, false, why)));
        return damage;
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
        return look(directory, suffix, read, (name, why) -> {});
    }

    /** One that cannot be read must not keep the others. */
    private static <T> List<T> look(
            Path directory, String suffix, Function<Json, T> read, BiConsumer<String, String> damaged) {
        List<T> all = new ArrayList<>();
        for (Path file : RecordFiles.list(directory, "[!.]*" + suffix)) {
            try {
                read(file, read).ifPresent(all::add);
            } catch (InvalidJson e) {
                String name = file.getFileName().toString();
                damaged.accept(name.substring(0, name.length() - suffix.length()), String.valueOf(e.getMessage()));
            }
        }
        return all;
    }

    private static <T> Optional<T> read(Path file, Function<Json, T> read) {
        try {
            return RecordFiles.read(file).map(bytes -> read.apply(Json.parse(bytes, file.toString())));
        } catch (RecordFiles.Unreadable e) {
            throw new InvalidJson(file.toString(), "", String.valueOf(e.getMessage()));
        }
    }

    private static void write(Path directory, String name, String content) {
        RecordFiles.makeDirectory(directory);
        RecordFiles.write(directory.resolve(name), content);
    }
}
