package io.jpod.net;

import io.jpod.json.Json;
import io.jpod.json.JsonWriter;
import io.jpod.linux.Cidr;
import io.jpod.linux.Ip;
import java.util.List;

/**
 * A pod's place in a network.
 *
 * @param ifname the pod's end of the veth pair
 * @param hostInterface the host's end, a port of the bridge
 * @param mac of the pod's end
 * @param addresses of the pod, one of each subnet
 * @param gateways of its default routes; none in an internal network
 */
public record Attachment(
        String network,
        String ifname,
        String hostInterface,
        String mac,
        List<Cidr> addresses,
        List<Ip> gateways,
        List<PortMapping> ports) {

    public Attachment {
        addresses = List.copyOf(addresses);
        gateways = List.copyOf(gateways);
        ports = List.copyOf(ports);
    }

    Attachment withPorts(List<PortMapping> other) {
        return new Attachment(network, ifname, hostInterface, mac, addresses, gateways, other);
    }

    public void write(JsonWriter json) {
        json.text("network", network)
                .text("ifname", ifname)
                .text("hostInterface", hostInterface)
                .text("mac", mac)
                .texts("addresses", addresses)
                .texts("gateways", gateways)
                .objects("ports", ports, (each, port) -> port.write(each));
    }

    /** @throws io.jpod.json.InvalidJson if this is not what {@link #write} wrote */
    public static Attachment read(Json json) {
        return new Attachment(
                json.need("network").nonEmptyString(),
                json.need("ifname").nonEmptyString(),
                json.need("hostInterface").nonEmptyString(),
                json.need("mac").nonEmptyString(),
                json.list("addresses", Reading::cidr),
                json.list("gateways", Reading::ip),
                json.list("ports", PortMapping::read));
    }
}
