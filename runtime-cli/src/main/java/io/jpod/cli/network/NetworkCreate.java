package io.jpod.cli.network;

import io.jpod.cli.command.Definition;
import io.jpod.cli.command.Jpod;
import io.jpod.cli.command.Verb;
import io.jpod.cli.show.Labels;
import io.jpod.net.NetworkFailed;
import io.jpod.net.Networks;
import io.jpod.net.NewNetwork;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

final class NetworkCreate implements Verb {
    private static final int LARGEST_MTU = 65535;

    /** What IPv6 needs (RFC 8200, 5) is 1280, and IPv4 links below are not worth a bridge. */
    private static final int SMALLEST_MTU = 1280;

    private List<String> subnets = List.of();
    private List<String> gateways = List.of();
    private boolean ipv6;
    private boolean internal;
    private boolean isolate;
    private boolean disableDns;
    private int mtu;
    private Map<String, String> options = Map.of();
    private List<String> labels = List.of();
    private boolean ignore;
    private String name = "";

    @Override
    public void define(Definition d) {
        d.values(
                "--subnet=ADDRESS/PREFIX",
                "Its pods have addresses of this subnet; one of IPv4 and one of IPv6 may be given.",
                v -> subnets = v);
        d.values(
                "--gateway=ADDRESS", "The bridge's own address (default: the first of its subnet).", v -> gateways = v);
        d.flag("--ipv6", "Have an IPv6 subnet, a unique local one unless --subnet gives one.", on -> ipv6 = on);
        d.flag(
                "--internal",
                "Its pods reach each other and the host, and nothing beyond: no route, no NAT, no ports.",
                on -> internal = on);
        d.flag("--isolate", "No packets to and from other isolated networks.", on -> isolate = on);
        d.flag("--disable-dns", "Its pods do not find each other by name.", on -> disableDns = on);
        d.value("--mtu=BYTES", "Of all its links (default: the kernel's).", Integer.class, 0, v -> mtu = v);
        d.pairs("-o --opt=OPTION=VALUE", "mtu=BYTES or isolate=true|false, as podman has them.", v -> options = v);
        d.values("--label=NAME[=VALUE]", "Add a label.", v -> labels = v);
        d.flag("--ignore", "It is no error if a network of that name exists; it stays as it is.", on -> ignore = on);
        d.operand("NAME", "What to call it: letters, digits and _ . -", v -> name = v);
        d.footer("Without --subnet an IPv4 subnet is chosen that the host and the other networks do not use.");
        d.examples(
                "jpod network create backend",
                "jpod network create --ipv6 --isolate tenant1",
                "jpod network create --subnet 10.7.0.0/24 --gateway 10.7.0.254 --internal database");
    }

    @Override
    public int call(Jpod jpod) {
        options.forEach(this::option);
        if (mtu != 0 && (mtu < SMALLEST_MTU || mtu > LARGEST_MTU)) {
            throw new NetworkFailed("the mtu must be from " + SMALLEST_MTU + " to " + LARGEST_MTU + ", is " + mtu);
        }
        Networks networks = jpod.networks();
        if (!ignore || networks.find(name).isEmpty()) {
            networks.create(
                    new NewNetwork(
                            name,
                            all("--subnet", subnets, NewNetwork::subnet),
                            all("--gateway", gateways, NewNetwork::gateway),
                            ipv6,
                            internal,
                            isolate,
                            !disableDns,
                            mtu,
                            Labels.parse(labels)),
                    jpod.caller());
        }
        jpod.out().println(name);
        return OK;
    }

    private void option(String option, String value) {
        switch (option) {
            case "mtu" -> mtu = number(value);
            case "isolate" -> {
                if (!value.equals("true") && !value.equals("false")) {
                    throw new NetworkFailed("--opt isolate must be true or false, is " + value);
                }
                isolate = value.equals("true");
            }
            default -> throw new NetworkFailed("--opt " + option + " is not known: must be mtu or isolate");
        }
    }

    private static int number(String value) {
        try {
            return Integer.parseInt(value);
        } catch (NumberFormatException e) {
            throw new NetworkFailed("--opt mtu must be a number, is " + value);
        }
    }

    private static <T> List<T> all(String option, List<String> values, Function<String, T> parse) {
        List<T> all = new ArrayList<>();
        for (String value : values) {
            try {
                all.add(parse.apply(value));
            } catch (IllegalArgumentException e) {
                throw new NetworkFailed(option + ": " + e.getMessage());
            }
        }
        return all;
    }
}
