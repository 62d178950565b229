package io.jpod.net;

import io.jpod.linux.Cidr;
import io.jpod.linux.Ip;
import io.jpod.linux.Netlink;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Subnets and bridge names for new networks: those that neither this host nor another network uses.
 *
 * @param used by the host's routes and addresses
 * @param links of the host
 */
record Pools(List<Network> others, List<Cidr> used, List<String> links) {
    private static final Ip FIRST = Ip.parse("10.89.0.0");
    private static final Ip LAST = Ip.parse("10.255.255.0");
    private static final int PREFIX = 24;
    private static final int ULA_PREFIX = 64;
    private static final int ATTEMPTS = 1000;

    static Pools of(List<Network> others, Netlink host) {
        List<Cidr> used = new ArrayList<>(host.routes());
        host.addresses().forEach(address -> used.add(address.address()));
        List<String> links = host.links().stream().map(Netlink.Link::name).toList();
        return new Pools(others, used, links);
    }

    /** @throws NetworkFailed if a network or this host has addresses of it */
    void requireFree(Cidr subnet) {
        for (Network other : others) {
            if (other.overlaps(subnet)) {
                throw new NetworkFailed("subnet " + subnet + " overlaps that of network " + other.name());
            }
        }
        for (Cidr cidr : used) {
            if (cidr.overlaps(subnet)) {
                throw new NetworkFailed("subnet " + subnet + " overlaps " + cidr + ", which this host uses");
            }
        }
    }

    private boolean isFree(Cidr subnet) {
        return others.stream().noneMatch(other -> other.overlaps(subnet))
                && used.stream().noneMatch(subnet::overlaps);
    }

    /** Whether a network that has nothing on the host could have it now. */
    boolean fit(Network network) {
        return !links.contains(network.bridge())
                && network.subnets().stream().allMatch(subnet -> isFree(subnet.cidr()));
    }

    Subnet chooseV4() {
        for (Ip ip = FIRST; ip.compareTo(LAST) <= 0; ip = ip.plus(256)) {
            Cidr subnet = new Cidr(ip, PREFIX);
            if (isFree(subnet)) {
                return Subnet.of(subnet);
            }
        }
        throw new NetworkFailed("no free subnet from " + FIRST + " to " + LAST + ": name one");
    }

    /** RFC 4193: a pseudo-random global id, here of the network's mark. */
    Subnet chooseV6(String seed) {
        for (int i = 0; i < ATTEMPTS; i++) {
            byte[] address = new byte[16];
            address[0] = (byte) 0xfd;
            System.arraycopy(Owner.bytes(Owner.hash(seed + i)), 3, address, 1, 5);
            Cidr subnet = new Cidr(Ip.of(address), ULA_PREFIX);
            if (isFree(subnet)) {
                return Subnet.of(subnet);
            }
        }
        throw new NetworkFailed("no free IPv6 subnet: name one");
    }

    String chooseBridge() {
        Set<String> taken = new HashSet<>(links);
        others.forEach(other -> taken.add(other.bridge()));
        int number = 0;
        while (taken.contains("jpod" + number)) {
            number++;
        }
        return "jpod" + number;
    }
}
