package io.jpod.net;

import io.jpod.abi.Errno;
import io.jpod.linux.Cidr;
import io.jpod.linux.Conntrack;
import io.jpod.linux.Fd;
import io.jpod.linux.Ip;
import io.jpod.linux.Netlink;
import io.jpod.linux.NetlinkException;
import io.jpod.linux.NetworkNamespace;
import io.jpod.linux.Nftables;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * What a network has on the host: a bridge and an nft table, with its first pod, and a veth pair for each. All of it can be
 * undone from the record alone, at whatever point making it has stopped.
 */
final class Wiring implements AutoCloseable {
    private final Owner owner;
    private final Netlink host;

    /** Works in the calling thread's network namespace. */
    Wiring(Owner owner) {
        this.owner = owner;
        host = Netlink.open();
    }

    /**
     * Makes what a network has on the host, or what is missing of it: with its first pod that is all of it, and later what
     * somebody has taken away.
     *
     * @param members whose ports are published
     * @return index of the bridge
     */
    int up(Members members) {
        Network network = members.network();
        Optional<Netlink.Link> there = host.link(network.bridge());
        if (there.isPresent() && !isOwn(there.get(), network)) {
            throw new NetworkFailed("network %s: a link %s is on this host already, and not this network's"
                    .formatted(network.name(), network.bridge()));
        }
        if (there.isEmpty()) {
            host.routes().stream().filter(network::overlaps).findFirst().ifPresent(route -> {
                throw new NetworkFailed("network %s: this host has a route to %s, which overlaps its subnet"
                        .formatted(network.name(), route));
            });
        }
        new Upkeep(this, members).putBack();
        return host.link(network.bridge()).orElseThrow().index();
    }

    /**
     * Takes the bridge and the table away, if there are any. The table is never there without the bridge, and its name is the
     * bridge's: if that is somebody else's, so is the table.
     */
    void down(Network network) {
        Optional<Netlink.Link> bridge = host.link(network.bridge());
        if (bridge.isEmpty() || isOwn(bridge.get(), network)) {
            if (Nftables.isThere()) {
                Nftables.run(new Ruleset(network, owner).delete());
            }
            bridge.ifPresent(link -> host.deleteLink(link.name()));
        }
    }

    /** By its mark, or before it has one by its address. */
    boolean isOwn(Netlink.Link link, Network network) {
        String mac = HexFormat.ofDelimiter(":").formatHex(owner.bridgeMac(network.name()));
        return link.alias().equals(owner.ofNetwork(network.name()))
                || link.alias().isEmpty()
                        && link.kind().equals("bridge")
                        && link.mac().equals(mac);
    }

    /** Connects a pod. Its loopback is not touched. */
    void connect(Network network, int bridge, Lease lease, Fd netns) {
        Attachment attachment = lease.attachment();
        byte[] mac = HexFormat.ofDelimiter(":").parseHex(attachment.mac());
        Netlink.Peer peer = new Netlink.Peer(attachment.ifname(), mac, netns);
        try {
            host.createVeth(attachment.hostInterface(), bridge, network.mtu(), peer);
        } catch (NetlinkException e) {
            // The name follows from the pod's: this is what one of that name has left.
            if (!e.is(Errno.EEXIST) || !isLeftOf(lease)) {
                throw e;
            }
            host.deleteLink(attachment.hostInterface());
            host.createVeth(attachment.hostInterface(), bridge, network.mtu(), peer);
        }
        // Hairpin: with br_netfilter a packet to a published port may have to leave by the port that it came in by.
        host.setPort(attachment.hostInterface(), owner.ofPod(lease.pod()));
        NetworkNamespace.call(netns, () -> inside(attachment));
        forgetAddresses(attachment);
        attachment.addresses().forEach(cidr -> host.forgetNeighbour(bridge, cidr.address()));
        if (!attachment.ports().isEmpty()) {
            publish(network, attachment);
        }
    }

    private boolean isLeftOf(Lease lease) {
        return host.link(lease.attachment().hostInterface())
                .filter(link -> link.alias().equals(owner.ofPod(lease.pod()))
                        || link.alias().isEmpty())
                .isPresent();
    }

    /**
     * No pod shall tell the host or its neighbours where to route to (CVE-2020-10749). And the link-local address is to be of
     * use at once: while it waits for duplicates, the kernel cannot ask for neighbours in its name.
     */
    static void ipv6(String link) {
        Sysctls.setIfThere("ipv6/conf/" + link + "/accept_ra", "0");
        Sysctls.setIfThere("ipv6/conf/" + link + "/accept_dad", "0");
    }

    private static Void inside(Attachment attachment) {
        String ifname = attachment.ifname();
        ipv6(ifname);
        try (Netlink pod = Netlink.open()) {
            int index = pod.link(ifname).orElseThrow().index();
            pod.setUp(ifname);
            for (Cidr address : attachment.addresses()) {
                pod.addAddress(index, address);
            }
            for (Ip gateway : attachment.gateways()) {
                addDefaultRoute(pod, index, gateway);
            }
        }
        return null;
    }

    /** A pod of several networks goes out by its first one. */
    private static void addDefaultRoute(Netlink pod, int index, Ip gateway) {
        try {
            pod.addDefaultRoute(index, gateway);
        } catch (NetlinkException e) {
            if (!e.is(Errno.EEXIST)) {
                throw e;
            }
        }
    }

    /** Takes the pod's link away, both ends. The pod's namespace may be gone. */
    void disconnect(Attachment attachment) {
        host.deleteLink(attachment.hostInterface());
        forgetAddresses(attachment);
    }

    void publish(Network network, Attachment attachment) {
        Nftables.run(new Ruleset(network, owner).publish(attachment.addresses(), attachment.ports()));
        forgetPortsOfOthers(attachment);
    }

    /** What has been led to where the ports lead now goes on. */
    void forgetPortsOfOthers(Attachment attachment) {
        List<Ip> here = attachment.addresses().stream().map(Cidr::address).toList();
        forgetPorts(attachment.ports(), flow -> !here.contains(flow.answerer()));
    }

    /**
     * Whoever has used an address or port before goes on to be led where that was then, as long as he sends. So what is given
     * anew, or taken back, is forgotten.
     */
    void forgetAddresses(Attachment attachment) {
        try (Conntrack connections = new Conntrack()) {
            attachment.addresses().forEach(cidr -> connections.forget(cidr.address()));
        }
    }

    /**
     * Those that were sent to the host: translated ones led to a pod, and ones that were not found nobody. A connection of TCP
     * that was not translated has ended, since the port is free.
     */
    private void forgetPorts(List<PortMapping> ports, Predicate<Conntrack.Flow> which) {
        if (ports.isEmpty()) {
            return;
        }
        Set<Ip> own = host.addresses().stream()
                .map(address -> address.address().address())
                .collect(Collectors.toSet());
        try (Conntrack connections = new Conntrack()) {
            for (PortMapping port : ports) {
                Predicate<Conntrack.Flow> stale = flow -> (port.hostIp() == null
                                ? isOfHost(flow.destination(), own)
                                : port.hostIp().equals(flow.destination()))
                        && (flow.isTranslated() || port.protocol() == Protocol.UDP)
                        && which.test(flow);
                for (boolean isV6 : new boolean[] {false, true}) {
                    if (port.hostIp() == null || port.hostIp().isV6() == isV6) {
                        connections.forget(port.protocol().number(), port.hostPort(), isV6, stale);
                    }
                }
            }
        }
    }

    /** All of 127.0.0.0/8 is. */
    private static boolean isOfHost(Ip ip, Set<Ip> own) {
        return own.contains(ip) || !ip.isV6() && ip.bytes()[0] == 127;
    }

    /** A table that somebody has flushed holds nothing to take away. */
    void unpublish(Network network, Attachment attachment) {
        Ruleset rules = new Ruleset(network, owner);
        if (tables().contains(rules.tableName())) {
            Nftables.run(rules.unpublish(attachment.addresses(), attachment.ports()));
        }
        forgetPorts(attachment.ports(), flow -> true);
    }

    /** The host's ends of the links of all pods in a network, by their marks. */
    List<String> podLinks(String network) {
        return podLinks(network, link -> link.alias().startsWith(owner.ofPod("")));
    }

    /** Those of one pod. */
    List<String> podLinks(String network, String pod) {
        return podLinks(network, link -> link.alias().equals(owner.ofPod(pod)));
    }

    private List<String> podLinks(String network, Predicate<Netlink.Link> which) {
        List<Netlink.Link> links = host.links();
        Set<Integer> bridges = links.stream()
                .filter(link -> link.alias().equals(owner.ofNetwork(network)))
                .map(Netlink.Link::index)
                .collect(Collectors.toSet());
        return links.stream()
                .filter(which)
                .filter(link -> bridges.contains(link.master()))
                .map(Netlink.Link::name)
                .toList();
    }

    /** As {@link #down}, for a network of which only the marks tell. */
    void downUnrecorded(String network) {
        for (Netlink.Link link : host.links()) {
            if (link.alias().equals(owner.ofNetwork(network))) {
                if (tables().contains(Ruleset.TABLE_PREFIX + link.name())) {
                    deleteTable(Ruleset.TABLE_PREFIX + link.name());
                }
                host.deleteLink(link.name());
            }
        }
    }

    /** Links and tables that carry this root's mark. */
    List<Leftover> marked() {
        List<Leftover> marked = new ArrayList<>();
        for (String table : tables()) {
            if (isOwn(table)) {
                marked.add(new Leftover.Table(table));
            }
        }
        for (Netlink.Link link : host.links()) {
            if (link.alias().startsWith(owner.prefix())) {
                marked.add(new Leftover.Link(link.name(), link.alias()));
            }
        }
        return marked;
    }

    /**
     * Those that are in no record; what one that cannot be read may know is left out.
     *
     * @param marked as {@link #marked} had them before the records were read
     */
    List<Leftover> unknown(List<Leftover> marked, List<Members> records, List<Leftover.Damaged> damage) {
        Set<String> links = new HashSet<>();
        Set<String> tables = new HashSet<>();
        damage.stream()
                .filter(Leftover.Damaged::leases)
                .map(Leftover.Damaged::network)
                .forEach(network -> {
                    links.addAll(podLinks(network));
                    for (Netlink.Link link : host.links()) {
                        if (link.alias().equals(owner.ofNetwork(network))) {
                            links.add(link.name());
                            tables.add(Ruleset.TABLE_PREFIX + link.name());
                        }
                    }
                });
        for (Members members : records) {
            links.add(members.network().bridge());
            members.leases().forEach(lease -> links.add(lease.attachment().hostInterface()));
            tables.add(new Ruleset(members.network(), owner).tableName());
        }
        return marked.stream()
                .filter(each -> !(each instanceof Leftover.Table ? tables : links).contains(each.name()))
                .toList();
    }

    private boolean isOwn(String table) {
        String comment = "comment \"" + owner.prefix();
        return Nftables.run("list table inet " + table)
                .lines()
                .anyMatch(line -> line.strip().startsWith(comment));
    }

    void deleteTable(String name) {
        Nftables.run("delete table inet " + name);
    }

    /** Those that look like jpod's, of any root. */
    private static List<String> tables() {
        if (!Nftables.isThere()) {
            return List.of();
        }
        String start = "table inet " + Ruleset.TABLE_PREFIX;
        return Nftables.run("list tables")
                .lines()
                .filter(line -> line.startsWith(start))
                .map(line -> line.substring("table inet ".length()))
                .toList();
    }

    Netlink host() {
        return host;
    }

    Owner owner() {
        return owner;
    }

    @Override
    public void close() {
        host.close();
    }
}
