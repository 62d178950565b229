package io.jpod.net;

import io.jpod.json.Json;
import io.jpod.json.JsonWriter;
import io.jpod.linux.Cidr;
import io.jpod.linux.Ip;
import java.util.Optional;
import java.util.Set;

/**
 * A pool of addresses of a network.
 *
 * @param cidr its address has no bits after the prefix
 * @param gateway the bridge's own address, which the pods' default route goes by
 */
public record Subnet(Cidr cidr, Ip gateway) {
    /** Room for a gateway and a pod beside the network's and the broadcast address. */
    private static final int SPARE_BITS = 2;

    public Subnet {
        if (!cidr.equals(cidr.network())) {
            throw new IllegalArgumentException("not a network: " + cidr);
        }
        if (cidr.address().bits() - cidr.prefix() < SPARE_BITS) {
            throw new NetworkFailed("subnet " + cidr + " has no room for a gateway and a pod");
        }
        if (!isHost(cidr, gateway)) {
            throw new NetworkFailed("gateway " + gateway + " is not an address of a host in " + cidr);
        }
    }

    /** With its first address as gateway. */
    static Subnet of(Cidr cidr) {
        return new Subnet(cidr, cidr.address().plus(1));
    }

    boolean isV6() {
        return gateway.isV6();
    }

    /** Whether a pod may have it. */
    boolean isForPods(Ip ip) {
        return isHost(cidr, ip) && !ip.equals(gateway);
    }

    /** The first of an IPv6 subnet is the anycast address of its routers (RFC 4291, 2.6.1), the last of an IPv4 one broadcast. */
    private static boolean isHost(Cidr cidr, Ip ip) {
        return cidr.contains(ip) && !ip.equals(cidr.address()) && (ip.isV6() || !ip.equals(cidr.last()));
    }

    /** The lowest address that nobody has. */
    Optional<Ip> firstFree(Set<Ip> taken) {
        Ip last = cidr.last();
        for (Ip ip = cidr.address().plus(1); ip.compareTo(last) < 0; ip = ip.plus(1)) {
            if (isForPods(ip) && !taken.contains(ip)) {
                return Optional.of(ip);
            }
        }
        return isForPods(last) && !taken.contains(last) ? Optional.of(last) : Optional.empty();
    }

    Cidr withPrefix(Ip ip) {
        return new Cidr(ip, cidr.prefix());
    }

    void write(JsonWriter json) {
        json.text("subnet", cidr.toString()).text("gateway", gateway.toString());
    }

    static Subnet read(Json json) {
        return new Subnet(Reading.cidr(json.need("subnet")), Reading.ip(json.need("gateway")));
    }
}
