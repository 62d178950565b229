package io.jpod.net;

import io.jpod.linux.Cidr;
import io.jpod.linux.Ip;
import java.util.ArrayList;
import java.util.List;

/** From what is asked of a new network to its subnets. */
record Subnetting(NewNetwork wish, Pools pools, Owner owner) {
    List<Subnet> subnets() {
        List<Subnet> subnets = new ArrayList<>();
        List<Ip> gateways = new ArrayList<>(wish.gateways());
        for (Cidr asked : wish.subnets()) {
            Cidr cidr = asked.network();
            if (subnets.stream()
                    .anyMatch(other -> other.isV6() == cidr.address().isV6())) {
                throw new NetworkFailed("a network has at most one IPv4 and one IPv6 subnet");
            }
            pools.requireFree(cidr);
            subnets.add(subnet(cidr, gateways));
        }
        if (!gateways.isEmpty()) {
            throw new NetworkFailed("gateway " + gateways.getFirst() + " is in none of the subnets");
        }
        boolean hasV6 = subnets.stream().anyMatch(Subnet::isV6);
        if (wish.ipv6() && !hasV6) {
            subnets.add(pools.chooseV6(owner.ofNetwork(wish.name())));
        }
        if (wish.subnets().isEmpty()) {
            subnets.addFirst(pools.chooseV4());
        }
        return subnets;
    }

    /** Takes its gateway off the list. */
    private static Subnet subnet(Cidr cidr, List<Ip> gateways) {
        for (Ip gateway : gateways) {
            if (cidr.contains(gateway)) {
                gateways.remove(gateway);
                return new Subnet(cidr, gateway);
            }
        }
        return Subnet.of(cidr);
    }
}
