package io.jpod.net;

import io.jpod.linux.Cidr;
import io.jpod.linux.InstalledRules;
import io.jpod.linux.Ip;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * What a network wants of the packet filter, as text for nft(8): a table of its own, in which published ports are elements of
 * maps, so that publishing one is one element.
 */
record Ruleset(Network network, Owner owner) {
    /** Of the bridges of isolated networks, and of the others (IFLA_GROUP), so that none needs to know the rest. */
    private static final int ISOLATED_GROUP = 0x6a70;

    private static final int OPEN_GROUP = 0x6a71;

    /** Of a key or value with several, each takes so many bytes, or a multiple. */
    private static final int FIELD = 4;

    static final String TABLE_PREFIX = "jpod-";

    int group() {
        return network.isolated() ? ISOLATED_GROUP : OPEN_GROUP;
    }

    String tableName() {
        return TABLE_PREFIX + network.bridge();
    }

    private String table() {
        return "inet " + tableName();
    }

    /** The table, in place of one that a crash has left. */
    String create() {
        String bridge = '"' + network.bridge() + '"';
        StringBuilder rules = new StringBuilder(delete());
        rules.append("table ").append(table()).append(" {\n");
        rules.append("comment \"").append(owner.ofNetwork(network.name())).append("\"\n");
        // The bridge takes addresses of loopback, for ports published there; no pod may use that (CVE-2020-8558), and
        // no
        // neighbour of the host may send to them either: a published port would turn them into a pod's before routing
        // looks.
        rules.append("""
                chain raw { type filter hook prerouting priority raw;
                  iifname != "lo" ip daddr 127.0.0.0/8 drop
                }
                chain forward { type filter hook forward priority filter;
                """);
        if (network.internal()) {
            rules.append("iifname %1$s oifname != %1$s drop\niifname != %1$s oifname %1$s drop\n".formatted(bridge));
        } else {
            if (network.isolated()) {
                rules.append("iifname %1$s oifname != %1$s oifgroup %2$d drop\n".formatted(bridge, ISOLATED_GROUP));
            }
            // Who has a route to the pods from outside gets answers and published ports, and nothing else.
            rules.append("oifname %s ct state established,related accept\n".formatted(bridge));
            rules.append("oifname %s ct status dnat accept\n".formatted(bridge));
            rules.append("oifname %s iifgroup != { %d, %d } drop\n".formatted(bridge, ISOLATED_GROUP, OPEN_GROUP));
        }
        rules.append("}\n");
        if (!network.internal()) {
            nat(rules, bridge);
        }
        return rules.append("}\n").toString();
    }

    private void nat(StringBuilder rules, String bridge) {
        rules.append("""
                map any4 { type inet_proto . inet_service : ipv4_addr . inet_service; }
                map any6 { type inet_proto . inet_service : ipv6_addr . inet_service; }
                map host4 { type ipv4_addr . inet_proto . inet_service : ipv4_addr . inet_service; }
                map host6 { type ipv6_addr . inet_proto . inet_service : ipv6_addr . inet_service; }
                chain published {
                  dnat ip to ip daddr . meta l4proto . th dport map @host4
                  dnat ip6 to ip6 daddr . meta l4proto . th dport map @host6
                  dnat ip to meta l4proto . th dport map @any4
                  dnat ip6 to meta l4proto . th dport map @any6
                }
                chain prerouting { type nat hook prerouting priority dstnat;
                  fib daddr type local meta l4proto { tcp, udp } goto published
                }
                chain output { type nat hook output priority -100;
                  fib daddr type local meta l4proto { tcp, udp } goto published
                }
                chain postrouting { type nat hook postrouting priority srcnat;
                """);
        for (Subnet subnet : network.subnets()) {
            String family = subnet.isV6() ? "ip6" : "ip";
            rules.append("%s saddr %s oifname != %s masquerade\n".formatted(family, subnet.cidr(), bridge));
            // A pod that comes back to its own network by a published port: the answer must come by here again.
            rules.append("%s saddr %s oifname %s ct status dnat masquerade\n".formatted(family, subnet.cidr(), bridge));
        }
        rules.append("ip saddr 127.0.0.0/8 oifname ").append(bridge).append(" masquerade\n}\n");
    }

    /** How many rules each chain of {@link #create} has. */
    Map<String, Integer> rules() {
        Map<String, Integer> rules = new TreeMap<>();
        String chain = null;
        for (String line : create().lines().map(String::strip).toList()) {
            if (line.startsWith("chain ")) {
                chain = line.split(" ")[1];
            } else if (line.equals("}")) {
                chain = null;
            } else if (chain != null) {
                rules.merge(chain, 1, Integer::sum);
            }
        }
        return rules;
    }

    /** Maps of published ports. */
    static final List<String> MAPS = List.of("any4", "any6", "host4", "host6");

    /** What is in the maps, by the map's name, when a port is published. */
    static Map<String, Set<InstalledRules.Element>> elements(List<Cidr> addresses, PortMapping port) {
        Map<String, Set<InstalledRules.Element>> elements = new TreeMap<>();
        for (Ip address : targets(addresses, port)) {
            byte[] from = port.hostIp() == null ? new byte[0] : port.hostIp().bytes();
            ByteBuffer key = ByteBuffer.allocate(from.length + 2 * FIELD)
                    .put(from)
                    .put(new byte[] {(byte) port.protocol().number(), 0, 0, 0})
                    .putShort((short) port.hostPort());
            ByteBuffer value = ByteBuffer.allocate(address.bytes().length + FIELD)
                    .put(address.bytes())
                    .putShort((short) port.containerPort());
            elements.computeIfAbsent(map(address, port), map -> new HashSet<>())
                    .add(new InstalledRules.Element(key.rewind(), value.rewind()));
        }
        return elements;
    }

    /** Is no error if there is none. */
    String delete() {
        return "add table %1$s\ndelete table %1$s\n".formatted(table());
    }

    String publish(List<Cidr> addresses, List<PortMapping> ports) {
        return elements("add", addresses, ports);
    }

    /** Is no error if it is not published. */
    String unpublish(List<Cidr> addresses, List<PortMapping> ports) {
        return elements("add", addresses, ports) + elements("delete", addresses, ports);
    }

    private String elements(String verb, List<Cidr> addresses, List<PortMapping> ports) {
        StringBuilder commands = new StringBuilder();
        for (PortMapping port : ports) {
            for (Ip address : targets(addresses, port)) {
                commands.append("%s element %s %s\n".formatted(verb, table(), element(address, port)));
            }
        }
        return commands.toString();
    }

    /** An address of the host leads to one of the same family; all of them lead to all. */
    static List<Ip> targets(List<Cidr> addresses, PortMapping port) {
        List<Ip> targets = new ArrayList<>();
        for (Cidr cidr : addresses) {
            if (port.hostIp() == null || port.hostIp().isV6() == cidr.address().isV6()) {
                targets.add(cidr.address());
            }
        }
        return targets;
    }

    private static String element(Ip address, PortMapping port) {
        String key = port.protocol().word() + " . " + port.hostPort();
        String from = port.hostIp() == null ? key : port.hostIp() + " . " + key;
        return "%s { %s : %s . %d }".formatted(map(address, port), from, address, port.containerPort());
    }

    private static String map(Ip address, PortMapping port) {
        return (port.hostIp() == null ? "any" : "host") + (address.isV6() ? "6" : "4");
    }
}
