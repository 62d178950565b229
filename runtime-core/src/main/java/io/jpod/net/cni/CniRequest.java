package io.jpod.net.cni;

import io.jpod.json.Json;
import io.jpod.json.JsonWriter;
import io.jpod.linux.Cidr;
import io.jpod.net.NetworkFailed;
import io.jpod.net.PortMapping;
import io.jpod.net.Reading;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * An attachment that is asked for.
 *
 * @param container the pod's id
 * @param netns path of its network namespace
 * @param ifname the link's name there
 * @param ports each with a port of the host; needs the capability portMappings
 * @param ips needs the capability ips
 * @param mac needs the capability mac
 * @param dnsServers with the searches for the capability dns, which no plugin needs to have
 */
public record CniRequest(
        String container,
        String netns,
        String ifname,
        List<PortMapping> ports,
        List<Cidr> ips,
        @Nullable String mac,
        List<String> dnsServers,
        List<String> dnsSearches) {
    /** SPEC.md, section 2: CNI_CONTAINERID. */
    private static final Pattern CONTAINER = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_.-]*");

    private static final Pattern IFNAME = Pattern.compile("[A-Za-z0-9_-][A-Za-z0-9_.-]{0,14}");

    public CniRequest {
        if (!CONTAINER.matcher(container).matches() || !IFNAME.matcher(ifname).matches()) {
            throw new NetworkFailed("not for CNI: container " + container + ", link " + ifname);
        }
    }

    /** With everything left to the plugins. */
    public static CniRequest of(String container, String netns, String ifname) {
        return new CniRequest(container, netns, ifname, List.of(), List.of(), null, List.of(), List.of());
    }

    /** Nothing is asked for that nobody would do. */
    void requireCapabilities(CniNetwork network) {
        if (!ports.isEmpty()) {
            network.requireCapability("portMappings");
        }
        if (!ips.isEmpty()) {
            network.requireCapability("ips");
        }
        if (mac != null) {
            network.requireCapability("mac");
        }
        ports.stream().filter(port -> port.hostPort() == 0).findFirst().ifPresent(port -> {
            throw new NetworkFailed("network %s: CNI does not choose ports: say which one of the host leads to %d"
                    .formatted(network.name(), port.containerPort()));
        });
    }

    /** What a plugin with these capabilities is told (CONVENTIONS.md). */
    void writeRuntimeConfig(JsonWriter json, CniNetwork.Plugin plugin) {
        if (plugin.can("portMappings")) {
            json.objects("portMappings", ports, CniRequest::write);
        }
        if (plugin.can("ips")) {
            json.texts("ips", ips);
        }
        if (plugin.can("mac")) {
            json.text("mac", mac);
        }
        if (plugin.can("dns")) {
            json.objectUnlessEmpty(
                    "dns", this, (dns, _) -> dns.texts("servers", dnsServers).texts("searches", dnsSearches));
        }
    }

    private static void write(JsonWriter json, PortMapping port) {
        json.number("hostPort", port.hostPort())
                .number("containerPort", port.containerPort())
                .text("protocol", port.protocol().word())
                .text("hostIP", port.hostIp() == null ? null : port.hostIp().toString());
    }

    void write(JsonWriter json) {
        json.text("container", container)
                .text("netns", netns)
                .text("ifname", ifname)
                .objects("ports", ports, (each, port) -> port.write(each))
                .texts("ips", ips)
                .text("mac", mac)
                .texts("dnsServers", dnsServers)
                .texts("dnsSearches", dnsSearches);
    }

    static CniRequest read(Json json) {
        return new CniRequest(
                json.need("container").string(),
                json.need("netns").string(),
                json.need("ifname").string(),
                json.list("ports", PortMapping::read),
                json.list("ips", Reading::cidr),
                json.text("mac"),
                json.strings("dnsServers"),
                json.strings("dnsSearches"));
    }
}
