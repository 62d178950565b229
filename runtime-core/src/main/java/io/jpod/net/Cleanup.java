package io.jpod.net;

import io.jpod.json.InvalidJson;
import io.jpod.linux.Fd;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What crashes, and damaged files, have left of networks: found by the marks on the host. */
public final class Cleanup {
    private final Networks networks;
    private final Store store;
    private final Owner owner;

    Cleanup(Networks networks, Store store, Owner owner) {
        this.networks = networks;
        this.store = store;
        this.owner = owner;
    }

    /**
     * All places in networks, and what links, tables and damaged files of this root nobody has: in the order in which to remove
     * what is left over. A place is, if its pod is not there afterwards.
     */
    public List<Leftover> leftovers() {
        List<Leftover> leftovers = new ArrayList<>();
        try (Wiring wiring = new Wiring(owner)) {
            List<Leftover> marked = wiring.marked();
            // Whatever of them was made until now is recorded by now.
            List<Members> all = store.members().all();
            for (Members members : all) {
                members.leases()
                        .forEach(lease -> leftovers.add(
                                new Leftover.Place(members.network().name(), lease.pod())));
            }
            List<Leftover.Damaged> damage = store.damage();
            leftovers.addAll(damage);
            leftovers.addAll(wiring.unknown(marked, all, damage));
        }
        return leftovers;
    }

    private boolean isUnknown(Leftover leftover, Wiring wiring) {
        return wiring.unknown(wiring.marked(), store.members().all(), store.damage())
                .contains(leftover);
    }

    private void removeDamagedLeases(Wiring wiring, String network) {
        if (!networks.isDamaged(network)) {
            return;
        }
        networks.forgetUnused(wiring, network);
        if (networks.isDamaged(network)) {
            throw new NetworkFailed("network %s has pods, and nothing tells what they have of it: remove them first"
                    .formatted(network));
        }
    }

    /** Who is attached has a copy. */
    private void removeDamagedDefinition(String network) {
        try {
            store.networks().find(network);
        } catch (InvalidJson damaged) {
            Optional<Members> members = store.members().find(network);
            store.networks().delete(network);
            members.ifPresent(copy -> store.write(copy.network()));
        }
    }

    /** Nothing happens if it is gone. */
    public void remove(Leftover leftover) {
        try (Fd _ = store.lock();
                Wiring wiring = new Wiring(owner)) {
            switch (leftover) {
                case Leftover.Place(String network, String pod) -> networks.detachLocked(network, pod);
                // What has become a living pod's meanwhile stays.
                case Leftover.Link link
                when isUnknown(link, wiring) -> wiring.host().deleteLink(link.name());
                case Leftover.Table table when isUnknown(table, wiring) -> wiring.deleteTable(table.name());
                case Leftover.Damaged(String network, boolean leases, String _) -> {
                    if (leases) {
                        removeDamagedLeases(wiring, network);
                    } else {
                        removeDamagedDefinition(network);
                    }
                }
                case Leftover.Link gone -> {}
                case Leftover.Table gone -> {}
            }
        }
    }
}
