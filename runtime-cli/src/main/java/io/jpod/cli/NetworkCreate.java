package io.jpod.cli;

import io.jpod.linux.Cidr;
import io.jpod.linux.Ip;
import io.jpod.net.NetworkFailed;
import io.jpod.net.Networks;
import io.jpod.net.NewNetwork;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Function;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

@Command(
        name = "create",
        description = "Define a network.",
        footer = {
            "",
            "Without --subnet an IPv4 subnet is chosen that the host and the other networks do not use.",
            "",
            "Examples:",
            "  jpod network create backend",
            "  jpod network create --ipv6 --isolate tenant1",
            "  jpod network create --subnet 10.7.0.0/24 --gateway 10.7.0.254 --internal database"
        })
final class NetworkCreate implements Callable<Integer> {
    private static final int LARGEST_MTU = 65535;

    /** What IPv6 needs (RFC 8200, 5) is 1280, and IPv4 links below are not worth a bridge. */
    private static final int SMALLEST_MTU = 1280;

    @ParentCommand
    private NetworkCommand network;

    @Option(
            names = "--subnet",
            paramLabel = "ADDRESS/PREFIX",
            description = "Its pods have addresses of this subnet; one of IPv4 and one of IPv6 may be given.")
    private List<String> subnets = new ArrayList<>();

    @Option(
            names = "--gateway",
            paramLabel = "ADDRESS",
            description = "The bridge's own address (default: the first of its subnet).")
    private List<String> gateways = new ArrayList<>();

    @Option(names = "--ipv6", description = "Have an IPv6 subnet, a unique local one unless --subnet gives one.")
    private boolean ipv6;

    @Option(
            names = "--internal",
            description = "Its pods reach each other and the host, and nothing beyond: no route, no NAT, no ports.")
    private boolean internal;

    @Option(names = "--isolate", description = "No packets to and from other isolated networks.")
    private boolean isolate;

    @Option(names = "--disable-dns", description = "Its pods do not find each other by name.")
    private boolean disableDns;

    @Option(names = "--mtu", paramLabel = "BYTES", description = "Of all its links (default: the kernel's).")
    private int mtu;

    @Option(
            names = {"-o", "--opt"},
            paramLabel = "OPTION=VALUE",
            description = "mtu=BYTES or isolate=true|false, as podman has them.")
    private Map<String, String> options = new LinkedHashMap<>();

    @Option(names = "--label", paramLabel = "NAME[=VALUE]", description = "Add a label.")
    private List<String> labels = new ArrayList<>();

    @Option(names = "--ignore", description = "It is no error if a network of that name exists; it stays as it is.")
    private boolean ignore;

    @Parameters(paramLabel = "NAME", description = "What to call it: letters, digits and _ . -")
    private String name;

    @Override
    public Integer call() {
        options.forEach(this::option);
        if (mtu != 0 && (mtu < SMALLEST_MTU || mtu > LARGEST_MTU)) {
            throw new NetworkFailed("the mtu must be from " + SMALLEST_MTU + " to " + LARGEST_MTU + ", is " + mtu);
        }
        Networks networks = network.networks();
        if (!ignore || networks.find(name).isEmpty()) {
            networks.create(new NewNetwork(
                    name,
                    all("--subnet", subnets, Cidr::parse),
                    all("--gateway", gateways, Ip::parse),
                    ipv6,
                    internal,
                    isolate,
                    !disableDns,
                    mtu,
                    Labels.parse(labels)));
        }
        network.jpod().caller().out().println(name);
        return ExitCode.OK.number();
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
