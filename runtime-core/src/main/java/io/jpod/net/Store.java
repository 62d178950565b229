package io.jpod.net;

import io.jpod.abi.Flags;
import io.jpod.linux.Fd;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The files of this package.
 *
 * <pre>
 *   DATA/networks/NAME.json        {@link Network}, outlives a reboot
 *   ROOT/networks/NAME.members     {@link Members}, there while the network has any
 *   ROOT/networks/.lock            held by whoever changes anything
 * </pre>
 *
 * <p>The two may be one directory.
 */
record Store(JsonFiles<Network> networks, JsonFiles<Members> members) {
    static Store of(Path data, Path root) {
        return new Store(
                new JsonFiles<>(data.resolve("networks"), ".json", Network::read),
                new JsonFiles<>(root.resolve("networks"), ".members", Members::read));
    }

    /** One for all networks of the root, since ports, subnets and bridges are of one host. Ends with its holder. */
    Fd lock() {
        return members.lock(Flags.LOCK_EX);
    }

    /** The files that cannot be read. */
    List<Leftover.Damaged> damage() {
        List<Leftover.Damaged> damage = new ArrayList<>();
        members.damaged().forEach((name, why) -> damage.add(new Leftover.Damaged(name, true, why)));
        networks.damaged().forEach((name, why) -> damage.add(new Leftover.Damaged(name, false, why)));
        return damage;
    }

    void write(Network network) {
        networks.write(network.name(), network.toJson());
    }

    /** Those without a lease have no file. */
    void write(Members some) {
        String name = some.network().name();
        if (some.leases().isEmpty()) {
            members.delete(name);
        } else {
            members.write(name, some.toJson());
        }
    }
}
