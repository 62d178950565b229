package io.jpod.net;

import io.jpod.exec.Spawner;
import io.jpod.json.InvalidJson;
import io.jpod.linux.Fd;
import io.jpod.linux.Netlink;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/**
 * All networks of a state root. Holds nothing that the disk does not. The host is the network namespace of the calling thread.
 *
 * <p>What is made is recorded first, under a lock; whatever fails is undone, and what a crash leaves is found by {@link #detach}
 * and {@link Cleanup}. Every method throws {@link NetworkFailed} for what cannot be, and changes nothing then.
 */
public final class Networks {
    /** The network of pods that name none. */
    public static final String DEFAULT = "jpod";

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_.-]{0,62}");
    private static final Pattern IFNAME = Pattern.compile("[A-Za-z0-9_.-]{1,15}");
    private static final Set<String> RESERVED = Set.of("none", "host", "default", "private", "container", "ns", "cni");

    private final Store store;
    private final Owner owner;

    /**
     * @param data where definitions lie
     * @param root where the state lies that ends with the boot; also the name of the owner on the host
     */
    public Networks(Path data, Path root) {
        store = Store.of(data, root);
        owner = Owner.of(root);
    }

    public Optional<Network> find(String name) {
        return NAME.matcher(name).matches() ? store.networks().find(name) : Optional.empty();
    }

    /** As {@link #find}, for one that is expected to be there. */
    public Network get(String name) {
        return find(name).orElseThrow(() -> new NetworkFailed("no network " + name));
    }

    /** Those that can be read; for the others see {@link #damage}. */
    public List<Network> list() {
        return store.networks().all();
    }

    /** The files that cannot be read. */
    public List<Leftover.Damaged> damage() {
        return store.damage();
    }

    /** Who is attached to a network, as far as that can be read; for the rest see {@link #damage}. */
    public List<Lease> leases(String network) {
        return intact(() -> find(network).flatMap(_ -> store.members().find(network)))
                .map(Members::leases)
                .orElse(List.of());
    }

    /** The lines for hosts(5) of a network's pods; none if its pods are not to know each other by name, or it is not there. */
    public List<HostEntry> names(String network) {
        if (intact(() -> find(network)).filter(Network::names).isEmpty()) {
            return List.of();
        }
        List<HostEntry> entries = new ArrayList<>();
        for (Lease lease : leases(network)) {
            List<String> names = new ArrayList<>();
            names.add(lease.pod());
            lease.names().stream().filter(name -> !names.contains(name)).forEach(names::add);
            lease.attachment().addresses().forEach(cidr -> entries.add(new HostEntry(cidr.address(), names)));
        }
        return entries;
    }

    /** Defines a network. The host is only looked at. */
    public Network create(NewNetwork wish, Spawner caller) {
        try (Fd _ = store.lock()) {
            caller.requireCaller();
            return createLocked(wish);
        }
    }

    /** The network {@value #DEFAULT}, defined when it is first asked for. */
    public Network defaultNetwork() {
        Optional<Network> found = find(DEFAULT);
        if (found.isPresent()) {
            return found.get();
        }
        try (Fd _ = store.lock()) {
            return find(DEFAULT).orElseGet(() -> createLocked(NewNetwork.named(DEFAULT)));
        }
    }

    private Network createLocked(NewNetwork wish) {
        if (!NAME.matcher(wish.name()).matches() || RESERVED.contains(wish.name())) {
            throw new NetworkFailed("not a network's name: " + wish.name()
                    + ": must be letters, digits, _ . - and none of the words that --network takes");
        }
        if (find(wish.name()).isPresent()) {
            throw new NetworkFailed("network " + wish.name() + " exists already");
        }
        try (Netlink host = Netlink.open()) {
            Pools pools = Pools.of(store.networks().all(), host);
            Network network = new Network(
                    wish.name(),
                    pools.chooseBridge(),
                    new Subnetting(wish, pools, owner).subnets(),
                    wish.internal(),
                    wish.isolated(),
                    wish.names(),
                    wish.mtu(),
                    wish.subnets().isEmpty(),
                    wish.labels(),
                    Instant.now().truncatedTo(ChronoUnit.MILLIS));
            store.write(network);
            return network;
        }
    }

    /** Whether there is one of that name, also if its definition cannot be read. */
    public boolean isDefined(String name) {
        return NAME.matcher(name).matches() && store.networks().isThere(name);
    }

    /** @param force detach its pods first */
    public void remove(String name, boolean force, Spawner caller) {
        try (Fd _ = store.lock()) {
            caller.requireCaller();
            if (!isDefined(name)) {
                throw new NetworkFailed("no network " + name);
            }
            if (force && isDamaged(name)) {
                try (Wiring wiring = new Wiring(owner)) {
                    wiring.podLinks(name).forEach(wiring.host()::deleteLink);
                    forgetUnused(wiring, name);
                }
            }
            Optional<Members> members = store.members().find(name);
            if (members.isPresent() && !force) {
                throw new NetworkFailed("network " + name + " is in use by pod "
                        + String.join(
                                ", ",
                                members.get().leases().stream().map(Lease::pod).toList()));
            }
            members.ifPresent(used -> used.leases().forEach(lease -> detachLocked(name, lease.pod())));
            store.networks().delete(name);
        }
    }

    /** Removes the networks that no pod is attached to, but for the default one; their names. */
    public List<String> prune(Spawner caller) {
        try (Fd _ = store.lock()) {
            caller.requireCaller();
            List<String> unused = store.networks().all().stream()
                    .map(Network::name)
                    .filter(name -> !name.equals(DEFAULT) && !isDamaged(name))
                    .filter(name -> store.members().find(name).isEmpty())
                    .toList();
            unused.forEach(store.networks()::delete);
            return unused;
        }
    }

    /**
     * Gives a pod a link, addresses and routes.
     *
     * @param netns of the pod; stays the caller's
     * @param ifname the link's name there
     */
    public Attachment attach(Network network, Fd netns, String ifname, AttachRequest request) {
        if (!IFNAME.matcher(ifname).matches() || ifname.startsWith(".")) {
            throw new NetworkFailed("not a link's name: " + ifname);
        }
        try (Fd _ = store.lock()) {
            Network defined = get(network.name());
            Members members =
                    store.members().find(defined.name()).orElseGet(() -> new Members(fitting(defined), List.of()));
            Lease lease = new Allocation(members, store.members().all(), owner).lease(ifname, request);
            store.write(members.with(lease));
            try (Wiring wiring = new Wiring(owner)) {
                int bridge = wiring.up(members);
                wiring.connect(members.network(), bridge, lease, netns);
            } catch (RuntimeException | Error e) {
                undo(defined.name(), request.pod(), e);
                throw e;
            }
            return lease.attachment();
        }
    }

    /** Another root of this host may have chosen the same while neither network had pods. */
    private Network fitting(Network network) {
        if (!network.chosen()) {
            return network;
        }
        List<Network> others = store.networks().all().stream()
                .filter(other -> !other.name().equals(network.name()))
                .toList();
        try (Netlink host = Netlink.open()) {
            Pools pools = Pools.of(others, host);
            if (pools.fit(network)) {
                return network;
            }
            List<Subnet> subnets = new ArrayList<>();
            subnets.add(pools.chooseV4());
            network.subnet(true).ifPresent(v6 -> subnets.add(pools.chooseV6(owner.ofNetwork(network.name()))));
            Network other = network.with(pools.chooseBridge(), subnets);
            store.write(other);
            return other;
        }
    }

    private void undo(String network, String pod, Throwable because) {
        try {
            detachLocked(network, pod);
        } catch (RuntimeException | Error e) {
            because.addSuppressed(e);
        }
    }

    /** Takes away all that a pod has of a network, from the record alone. Nothing happens if it has nothing. */
    public void detach(String network, String pod) {
        try (Fd _ = store.lock()) {
            detachLocked(network, pod);
        }
    }

    boolean isDamaged(String network) {
        try {
            store.members().find(network);
            return false;
        } catch (InvalidJson damaged) {
            return true;
        }
    }

    /** By the marks on the links: which of them were whose, the file would say. */
    private void detachUnrecorded(String network, String pod) {
        try (Wiring wiring = new Wiring(owner)) {
            wiring.podLinks(network, pod).forEach(wiring.host()::deleteLink);
            forgetUnused(wiring, network);
        }
    }

    /** With the last pod goes the file that cannot be read, and all is well again. */
    void forgetUnused(Wiring wiring, String network) {
        if (wiring.podLinks(network).isEmpty()) {
            wiring.downUnrecorded(network);
            store.members().delete(network);
        }
    }

    void detachLocked(String network, String pod) {
        if (isDamaged(network)) {
            detachUnrecorded(network, pod);
            return;
        }
        Optional<Members> found = store.members().find(network);
        Optional<Lease> lease = found.flatMap(members -> members.of(pod));
        if (lease.isEmpty()) {
            return;
        }
        Members members = found.get();
        Members rest = members.without(pod);
        try (Wiring wiring = new Wiring(owner)) {
            wiring.disconnect(lease.get().attachment());
            if (rest.leases().isEmpty()) {
                wiring.down(members.network());
            } else if (!lease.get().attachment().ports().isEmpty()) {
                wiring.unpublish(members.network(), lease.get().attachment());
            }
        }
        store.write(rest);
    }

    /**
     * Compares what a pod has of a network on the host with what is there, and puts back what is missing, also what other pods of
     * the network have. Nothing happens if it is not attached.
     *
     * @param netns of the pod; stays the caller's
     */
    public void restore(String network, String pod, Fd netns) {
        Optional<Members> before =
                readable(network).filter(members -> members.of(pod).isPresent());
        if (before.isEmpty()) {
            return;
        }
        try (Wiring wiring = new Wiring(owner)) {
            if (new Upkeep(wiring, before.get()).missing(pod::equals).isEmpty()) {
                return;
            }
        }
        try (Fd _ = store.lock();
                Wiring wiring = new Wiring(owner)) {
            Members members = members(network, pod);
            Lease lease = members.of(pod).orElseThrow();
            int bridge = wiring.up(members);
            if (wiring.host().link(lease.attachment().hostInterface()).isEmpty()) {
                wiring.connect(members.network(), bridge, lease, netns);
            }
        }
    }

    /** What is there can only be compared with what can be read. */
    private Optional<Members> readable(String network) {
        return intact(() -> store.members().find(network));
    }

    private static <T> Optional<T> intact(Supplier<Optional<T>> reading) {
        try {
            return reading.get();
        } catch (InvalidJson damaged) {
            return Optional.empty();
        }
    }

    /** What is missing on the host of what the pods of a network have, in words. Changes nothing. */
    public List<String> missing(String network) {
        if (readable(network).isEmpty()) {
            return List.of();
        }
        // What a pod that just comes or goes has is not there yet, or no more.
        try (Fd _ = store.lock();
                Wiring wiring = new Wiring(owner)) {
            return readable(network)
                    .map(found -> new Upkeep(wiring, found).missing(pod -> true))
                    .orElse(List.of());
        }
    }

    /** Publishes one more port of a pod that is attached. */
    public Attachment publish(String network, String pod, PortMapping port, Spawner caller) {
        try (Fd _ = store.lock();
                Wiring wiring = new Wiring(owner)) {
            caller.requireCaller();
            Members members = members(network, pod);
            Lease lease = members.of(pod).orElseThrow();
            Attachment before = lease.attachment();
            PortMapping free = new Allocation(members, store.members().all(), owner)
                    .ports(List.of(port), before.addresses())
                    .getFirst();
            List<PortMapping> ports = new ArrayList<>(before.ports());
            ports.add(free);
            store.write(members.with(new Lease(pod, lease.names(), before.withPorts(ports))));
            try {
                wiring.publish(members.network(), before.withPorts(List.of(free)));
            } catch (RuntimeException | Error e) {
                store.write(members);
                throw e;
            }
            return before.withPorts(ports);
        }
    }

    /** Takes back a published port, named as {@link Attachment#ports} has it. */
    public Attachment unpublish(String network, String pod, PortMapping port, Spawner caller) {
        try (Fd _ = store.lock();
                Wiring wiring = new Wiring(owner)) {
            caller.requireCaller();
            Members members = members(network, pod);
            Lease lease = members.of(pod).orElseThrow();
            Attachment before = lease.attachment();
            List<PortMapping> ports = new ArrayList<>(before.ports());
            if (!ports.remove(port)) {
                throw new NetworkFailed("pod " + pod + " does not publish " + port);
            }
            wiring.unpublish(members.network(), before.withPorts(List.of(port)));
            store.write(members.with(new Lease(pod, lease.names(), before.withPorts(ports))));
            return before.withPorts(ports);
        }
    }

    private Members members(String network, String pod) {
        return store.members()
                .find(network)
                .filter(members -> members.of(pod).isPresent())
                .orElseThrow(() -> new NetworkFailed("pod " + pod + " is not attached to network " + network));
    }

    /** What is left over of networks, and how it goes. */
    public Cleanup cleanup() {
        return new Cleanup(this, store, owner);
    }
}
