package io.jpod.cli;

import io.jpod.net.Network;
import io.jpod.net.Networks;
import io.jpod.oci.JsonWriter;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

@Command(
        name = "ls",
        aliases = "list",
        description = "List the networks.",
        footer = {
            "",
            "Examples:",
            "  jpod network ls",
            "  jpod network ls -q --filter label=team=web",
            "  jpod network ls --format json | jq -r '.[].subnets[].subnet'"
        })
final class NetworkLs implements Callable<Integer> {
    @ParentCommand
    private NetworkCommand network;

    @Option(names = "--format", paramLabel = "FORMAT", description = "table (default) or json.")
    private Format format = Format.TABLE;

    @Option(
            names = {"-q", "--quiet"},
            description = "Print the names alone.")
    private boolean quiet;

    @Option(
            names = {"-f", "--filter"},
            paramLabel = "KEY=VALUE",
            description = "Only those that match all filters: name=PART, label=NAME[=VALUE].")
    private List<String> filters = new ArrayList<>();

    @Override
    public Integer call() {
        Networks networks = network.networks();
        List<Predicate<Network>> all = filters.stream().map(NetworkLs::filter).toList();
        List<Network> found = networks.list().stream()
                .filter(each -> all.stream().allMatch(one -> one.test(each)))
                .toList();
        PrintStream out = network.jpod().caller().out();
        if (quiet) {
            found.forEach(each -> out.println(each.name()));
            return ExitCode.OK.number();
        }
        switch (format) {
            case JSON -> out.println(JsonWriter.array("  ", found, (json, each) -> each.write(json)));
            case TABLE -> out.print(table(networks, found));
        }
        return ExitCode.OK.number();
    }

    private static String table(Networks networks, List<Network> found) {
        Table table = new Table("NAME", "BRIDGE", "SUBNETS", "PODS", "KIND");
        for (Network each : found) {
            String subnets = each.subnets().stream()
                    .map(subnet -> subnet.cidr().toString())
                    .collect(Collectors.joining(", "));
            List<String> kind = new ArrayList<>();
            if (each.internal()) {
                kind.add("internal");
            }
            if (each.isolated()) {
                kind.add("isolated");
            }
            int pods = networks.leases(each.name()).size();
            table.add(each.name(), each.bridge(), subnets, Integer.toString(pods), String.join(", ", kind));
        }
        return table.toString();
    }

    private static Predicate<Network> filter(String filter) {
        String value = filter.substring(filter.indexOf('=') + 1);
        return switch (filter.substring(0, filter.length() - value.length())) {
            case "name=" -> each -> each.name().contains(value);
            case "label=" -> each -> Labels.match(each.labels(), value);
            default -> throw new IllegalArgumentException("--filter must be name=PART or label=NAME[=VALUE]");
        };
    }
}
