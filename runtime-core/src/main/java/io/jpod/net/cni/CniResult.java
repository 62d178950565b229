package io.jpod.net.cni;

import io.jpod.json.Json;
import io.jpod.linux.Cidr;
import io.jpod.linux.Ip;
import io.jpod.net.Reading;
import java.util.List;
import java.util.Objects;

/**
 * What the plugins have made (SPEC.md, section 5), as far as a pod wants to know it.
 *
 * @param gateways of those addresses that have one
 * @param source all of it, for the plugins
 */
public record CniResult(List<Cidr> addresses, List<Ip> gateways, List<String> dnsServers, Json source) {

    static CniResult read(Json json) {
        Json dns = json.get("dns");
        return new CniResult(
                json.list("ips", ip -> Reading.cidr(ip.need("address"))),
                json.list("ips", ip -> ip.text("gateway")).stream()
                        .filter(Objects::nonNull)
                        .map(Ip::parse)
                        .toList(),
                dns == null ? List.of() : dns.strings("nameservers"),
                json);
    }
}
