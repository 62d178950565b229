package io.jpod.net;

import io.jpod.linux.Cidr;
import io.jpod.linux.InstalledRules;
import io.jpod.linux.Netlink;
import io.jpod.linux.Nftables;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Compares what a network with pods has to have on the host with what is there, and puts back what is missing: others flush
 * rule sets, delete bridges and switch forwarding off. What pods have inside is theirs.
 *
 * <p>Forwarding is switched on for the whole host, and stays on: without it no packet leaves a bridge. (Linux then ignores IPv6
 * router advertisements on links with accept_ra=1; a host that lives by them needs accept_ra=2.)
 */
final class Upkeep {
    private final Wiring wiring;
    private final Netlink host;
    private final Members members;
    private final Network network;
    private final Ruleset rules;

    Upkeep(Wiring wiring, Members members) {
        this.wiring = wiring;
        this.host = wiring.host();
        this.members = members;
        this.network = members.network();
        this.rules = new Ruleset(network, wiring.owner());
    }

    /**
     * What is missing, in words. Changes nothing.
     *
     * @param pods whose links are looked at
     */
    List<String> missing(Predicate<String> pods) {
        Optional<Netlink.Link> bridge = host.link(network.bridge());
        if (bridge.isEmpty()) {
            return List.of("the bridge " + network.bridge() + " is gone");
        }
        if (!wiring.isOwn(bridge.get(), network)) {
            return List.of("the link " + network.bridge() + " is not this network's");
        }
        List<String> missing = new ArrayList<>();
        absentAddresses(bridge.get()).forEach(address -> missing.add(network.bridge() + " has no address " + address));
        switches().forEach((name, value) -> {
            if (!Sysctls.is(name, value)) {
                missing.add("net." + name.replace('/', '.') + " is not " + value);
            }
        });
        if (!state().isWhole()) {
            missing.add("the nft table " + rules.tableName() + " is gone, or something in it");
        }
        if (!bridge.get().isUp()) {
            missing.add("the bridge " + network.bridge() + " is down");
        }
        if (bridge.get().group() != rules.group()) {
            missing.add("the bridge " + network.bridge() + " is in another group");
        }
        for (Lease lease : members.leases()) {
            if (!pods.test(lease.pod())) {
                continue;
            }
            String name = lease.attachment().hostInterface();
            Optional<Netlink.Link> port = host.link(name);
            if (port.isEmpty()) {
                missing.add("the link " + name + " of pod " + lease.pod() + " is gone");
            } else if (port.get().master() != bridge.get().index()) {
                missing.add("the link " + name + " of pod " + lease.pod() + " is not in " + network.bridge());
            } else if (!port.get().isUp()) {
                missing.add("the link " + name + " of pod " + lease.pod() + " is down");
            }
        }
        return missing;
    }

    /** All that can be put back without a look into pods: a link that is gone is gone at both ends. */
    void putBack() {
        Netlink.Link bridge = host.link(network.bridge()).orElseGet(this::createBridge);
        if (bridge.alias().isEmpty()) {
            // Its making was cut off.
            host.setAlias(network.bridge(), wiring.owner().ofNetwork(network.name()));
            Wiring.ipv6(network.bridge());
        }
        if (bridge.group() != rules.group()) {
            host.setGroup(network.bridge(), rules.group());
        }
        absentAddresses(bridge).forEach(address -> host.addAddress(bridge.index(), address));
        switches().forEach(Sysctls::set);
        putBackRules();
        if (!bridge.isUp()) {
            host.setUp(network.bridge());
        }
        for (Lease lease : members.leases()) {
            String name = lease.attachment().hostInterface();
            host.link(name).ifPresent(port -> {
                if (port.master() != bridge.index()) {
                    host.setMaster(name, bridge.index());
                    host.setPort(name, wiring.owner().ofPod(lease.pod()));
                }
                if (!port.isUp()) {
                    host.setUp(name);
                }
            });
        }
    }

    private Netlink.Link createBridge() {
        Nftables.require();
        String bridge = network.bridge();
        host.createBridge(bridge, wiring.owner().bridgeMac(network.name()), network.mtu(), rules.group());
        return host.link(bridge).orElseThrow();
    }

    private List<Cidr> absentAddresses(Netlink.Link bridge) {
        List<Netlink.LinkAddress> there = host.addresses();
        return network.subnets().stream()
                .map(subnet -> subnet.withPrefix(subnet.gateway()))
                .filter(address -> !there.contains(new Netlink.LinkAddress(bridge.index(), address)))
                .toList();
    }

    private Map<String, String> switches() {
        Map<String, String> switches = new LinkedHashMap<>();
        if (!network.internal()) {
            network.subnet(false).ifPresent(any -> {
                switches.put("ipv4/ip_forward", "1");
                // For 127.0.0.1:PORT of the host.
                switches.put("ipv4/conf/" + network.bridge() + "/route_localnet", "1");
            });
            network.subnet(true).ifPresent(any -> switches.put("ipv6/conf/all/forwarding", "1"));
        }
        return switches;
    }

    /**
     * What the packet filter has.
     *
     * @param isOurs whether there is nothing but what should be there, and all rules
     * @param unpublished ports that are missing, with the addresses that they should lead to
     */
    private record State(boolean isOurs, List<Attachment> unpublished) {
        boolean isWhole() {
            return isOurs && unpublished.isEmpty();
        }
    }

    private State state() {
        String table = rules.tableName();
        List<Attachment> unpublished = new ArrayList<>();
        Map<String, Set<InstalledRules.Element>> there = new TreeMap<>();
        try (InstalledRules installed = new InstalledRules()) {
            if (!installed.rules(table).equals(rules.rules())) {
                return new State(false, List.of());
            }
            if (!network.internal()) {
                Ruleset.MAPS.forEach(map -> there.put(map, installed.elements(table, map)));
            }
        }
        for (Lease lease : members.leases()) {
            Attachment attachment = lease.attachment();
            List<PortMapping> missing = attachment.ports().stream()
                    .filter(port -> !take(Ruleset.elements(attachment.addresses(), port), there))
                    .toList();
            if (!missing.isEmpty()) {
                unpublished.add(attachment.withPorts(missing));
            }
        }
        return new State(there.values().stream().allMatch(Set::isEmpty), unpublished);
    }

    /** Takes elements out of those that are there; false if they are not, all of them. */
    private static boolean take(
            Map<String, Set<InstalledRules.Element>> elements, Map<String, Set<InstalledRules.Element>> there) {
        boolean[] all = {true};
        elements.forEach((map, wanted) -> {
            Set<InstalledRules.Element> found = there.getOrDefault(map, Set.of());
            all[0] &= found.containsAll(wanted);
            found.removeAll(wanted);
        });
        return all[0];
    }

    /** Ports that are published stay: new connections always find them, or nobody sees the table without. */
    private void putBackRules() {
        State state = state();
        if (state.isOurs()) {
            state.unpublished().forEach(attachment -> wiring.publish(network, attachment));
            return;
        }
        List<Attachment> published = members.leases().stream()
                .map(Lease::attachment)
                .filter(attachment -> !attachment.ports().isEmpty())
                .toList();
        Nftables.run(rules.create()
                + published.stream()
                        .map(attachment -> rules.publish(attachment.addresses(), attachment.ports()))
                        .collect(Collectors.joining()));
        published.forEach(wiring::forgetPortsOfOthers);
    }
}
