package io.jpod.net;

import io.jpod.json.InvalidJson;
import io.jpod.json.Json;
import io.jpod.json.JsonWriter;
import io.jpod.json.Times;
import io.jpod.linux.Cidr;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The definition of a network. Nothing of it is on the host until a pod is attached to it.
 *
 * @param bridge the link that the host has then
 * @param subnets one IPv4, one IPv6 or one of each
 * @param internal without routes or NAT: its pods reach each other and the host alone
 * @param isolated packets to and from other isolated networks are dropped
 * @param names its pods know each other by name
 * @param mtu 0 for the kernel's default
 * @param chosen nobody has asked for these subnets: jpod may choose others while the network has no pods
 */
public record Network(
        String name,
        String bridge,
        List<Subnet> subnets,
        boolean internal,
        boolean isolated,
        boolean names,
        int mtu,
        boolean chosen,
        Map<String, String> labels,
        Instant created) {
    private static final int LARGEST_MTU = 65535;

    public Network {
        subnets = List.copyOf(subnets);
        labels = Map.copyOf(labels);
    }

    Network with(String otherBridge, List<Subnet> others) {
        return new Network(name, otherBridge, others, internal, isolated, names, mtu, chosen, labels, created);
    }

    Optional<Subnet> subnet(boolean isV6) {
        return subnets.stream().filter(subnet -> subnet.isV6() == isV6).findFirst();
    }

    boolean overlaps(Cidr other) {
        return subnets.stream().anyMatch(subnet -> subnet.cidr().overlaps(other));
    }

    public String toJson() {
        return JsonWriter.object("  ", this::write);
    }

    public void write(JsonWriter json) {
        json.text("name", name)
                .text("bridge", bridge)
                .text("created", Times.text(created))
                .objects("subnets", subnets, (each, subnet) -> subnet.write(each))
                .flag("internal", internal)
                .flag("isolated", isolated)
                .flag("names", names)
                .number("mtu", mtu)
                .flag("chosen", chosen)
                .texts("labels", labels);
    }

    /** @throws InvalidJson if this is not what {@link #write} wrote */
    static Network read(Json json) {
        return new Network(
                json.need("name").nonEmptyString(),
                json.need("bridge").nonEmptyString(),
                json.list("subnets", Subnet::read),
                json.flag("internal"),
                json.flag("isolated"),
                json.flag("names"),
                (int) json.needNumber("mtu", 0, LARGEST_MTU),
                json.flag("chosen"),
                json.map("labels", Json::string),
                json.need("created").time());
    }
}
