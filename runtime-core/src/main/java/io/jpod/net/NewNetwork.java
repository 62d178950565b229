package io.jpod.net;

import io.jpod.linux.Cidr;
import io.jpod.linux.Ip;
import java.util.List;
import java.util.Map;

/**
 * What somebody asks of a network to be made.
 *
 * @param subnets at most one of IPv4 and one of IPv6; without any an IPv4 one is chosen
 * @param gateways those that are not to be the first address of their subnet
 * @param ipv6 have an IPv6 subnet, a unique local one (RFC 4193) unless one is given
 * @param mtu 0 for the kernel's default
 */
public record NewNetwork(
        String name,
        List<Cidr> subnets,
        List<Ip> gateways,
        boolean ipv6,
        boolean internal,
        boolean isolated,
        boolean names,
        int mtu,
        Map<String, String> labels) {

    /** With everything left to jpod. */
    public static NewNetwork named(String name) {
        return new NewNetwork(name, List.of(), List.of(), false, false, false, true, 0, Map.of());
    }

    /** @throws IllegalArgumentException if the text is none */
    public static Cidr subnet(String text) {
        return Cidr.parse(text);
    }

    /** @throws IllegalArgumentException if the text is none */
    public static Ip gateway(String text) {
        return Ip.parse(text);
    }
}
