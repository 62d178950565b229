package io.jpod.net;

import io.jpod.abi.Errno;
import io.jpod.linux.Cidr;
import io.jpod.linux.InetSockets;
import io.jpod.linux.Ip;
import io.jpod.linux.SyscallException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Decides what a pod gets of a network. Nothing is changed by it.
 *
 * @param members of the network
 * @param all networks' members: the ports of a host are one space
 */
record Allocation(Members members, List<Members> all, Owner owner) {
    private static final Pattern MAC = Pattern.compile("[0-9a-f]{2}(:[0-9a-f]{2}){5}");
    private static final Ip LOOPBACK = Ip.parse("::1");
    private static final int ATTEMPTS = 100;

    Lease lease(String ifname, AttachRequest request) {
        Network network = members.network();
        if (members.of(request.pod()).isPresent()) {
            throw new NetworkFailed("pod " + request.pod() + " is attached to network " + network.name() + " already");
        }
        requireSubnet(request.ip(), false);
        requireSubnet(request.ip6(), true);
        Set<Ip> taken = members.addresses();
        List<Cidr> addresses = network.subnets().stream()
                .map(subnet -> subnet.withPrefix(address(subnet, subnet.isV6() ? request.ip6() : request.ip(), taken)))
                .toList();
        List<Ip> gateways = network.internal()
                ? List.of()
                : network.subnets().stream().map(Subnet::gateway).toList();
        Attachment attachment = new Attachment(
                network.name(),
                ifname,
                owner.hostInterface(network.name(), request.pod(), ifname),
                mac(request.mac(), addresses.getFirst().address()),
                addresses,
                gateways,
                ports(request.ports(), addresses));
        return new Lease(request.pod(), request.names(), attachment);
    }

    private void requireSubnet(@Nullable Ip ip, boolean isV6) {
        if (ip != null && (ip.isV6() != isV6 || members.network().subnet(isV6).isEmpty())) {
            throw new NetworkFailed("network %s has no subnet for the %s address %s"
                    .formatted(members.network().name(), isV6 ? "IPv6" : "IPv4", ip));
        }
    }

    private Ip address(Subnet subnet, @Nullable Ip asked, Set<Ip> taken) {
        if (asked == null) {
            return subnet.firstFree(taken)
                    .orElseThrow(() -> new NetworkFailed("network %s: all addresses of %s are taken"
                            .formatted(members.network().name(), subnet.cidr())));
        }
        if (!subnet.isForPods(asked)) {
            throw new NetworkFailed(asked + " is not an address for pods in " + subnet.cidr());
        }
        if (taken.contains(asked)) {
            throw new NetworkFailed(asked + " is taken by pod " + holder(asked));
        }
        return asked;
    }

    private String holder(Ip ip) {
        return members.leases().stream()
                .filter(lease -> lease.attachment().addresses().stream()
                        .anyMatch(cidr -> cidr.address().equals(ip)))
                .map(Lease::pod)
                .findFirst()
                .orElseThrow();
    }

    private String mac(@Nullable String asked, Ip address) {
        if (asked == null) {
            return HexFormat.ofDelimiter(":").formatHex(Owner.mac(address.bytes()));
        }
        String mac = asked.toLowerCase(Locale.ROOT).replace('-', ':');
        if (!MAC.matcher(mac).matches() || (Integer.parseInt(mac.substring(0, 2), 16) & 1) != 0) {
            throw new NetworkFailed("not a MAC address of one link: " + asked);
        }
        for (Lease lease : members.leases()) {
            if (lease.attachment().mac().equals(mac)) {
                throw new NetworkFailed("MAC address " + mac + " is taken by pod " + lease.pod());
            }
        }
        return mac;
    }

    /** With a port of the host for those that leave it open. */
    List<PortMapping> ports(List<PortMapping> asked, List<Cidr> addresses) {
        if (!asked.isEmpty() && members.network().internal()) {
            throw new NetworkFailed("network " + members.network().name() + " is internal: it cannot publish ports");
        }
        List<PortMapping> ports = new ArrayList<>();
        for (PortMapping port : asked) {
            if (Ruleset.targets(addresses, port).isEmpty()) {
                throw new NetworkFailed("cannot publish %s: the pod has no address of that family in network %s"
                        .formatted(port.host(), members.network().name()));
            }
            if (LOOPBACK.equals(port.hostIp())) {
                throw new NetworkFailed("cannot publish " + port.host() + ": Linux routes nothing from ::1 to a pod");
            }
            ports.add(port.hostPort() == 0 ? choose(port, ports) : free(port, ports));
        }
        return ports;
    }

    private PortMapping choose(PortMapping port, List<PortMapping> ours) {
        for (int i = 0; i < ATTEMPTS; i++) {
            PortMapping candidate = port.withHostPort(probe(port));
            if (holder(candidate, ours) == null) {
                return candidate;
            }
        }
        throw new NetworkFailed("no free port of this host for " + port.containerPort());
    }

    private PortMapping free(PortMapping port, List<PortMapping> ours) {
        String holder = holder(port, ours);
        if (holder != null) {
            throw new NetworkFailed("port " + port.host() + " is published by pod " + holder + " already");
        }
        probe(port);
        return port;
    }

    private @Nullable String holder(PortMapping port, List<PortMapping> ours) {
        if (ours.stream().anyMatch(port::clashesWith)) {
            return "itself";
        }
        return all.stream()
                .flatMap(each -> each.leases().stream())
                .filter(lease -> lease.attachment().ports().stream().anyMatch(port::clashesWith))
                .map(Lease::pod)
                .findFirst()
                .orElse(null);
    }

    private static int probe(PortMapping port) {
        try {
            return InetSockets.probe(port.protocol().socketType(), port.hostIp(), port.hostPort());
        } catch (SyscallException e) {
            throw new NetworkFailed(
                    e.is(Errno.EADDRINUSE)
                            ? "port " + port.host() + " is in use on this host"
                            : "cannot publish " + port.host() + ": " + Errno.describe(e.errno()),
                    e);
        }
    }
}
