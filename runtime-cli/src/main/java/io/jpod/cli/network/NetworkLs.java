package io.jpod.cli.network;

import io.jpod.cli.command.Definition;
import io.jpod.cli.command.Jpod;
import io.jpod.cli.command.Verb;
import io.jpod.cli.option.Format;
import io.jpod.cli.show.Labels;
import io.jpod.cli.show.Table;
import io.jpod.json.JsonWriter;
import io.jpod.net.Network;
import io.jpod.net.Networks;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Collectors;

final class NetworkLs implements Verb {
    private Format format = Format.TABLE;
    private boolean quiet;
    private List<String> filters = List.of();

    @Override
    public void define(Definition d) {
        d.value("--format=FORMAT", "table (default) or json.", Format.class, Format.TABLE, v -> format = v);
        d.flag("-q --quiet", "Print the names alone.", on -> quiet = on);
        d.values(
                "-f --filter=KEY=VALUE",
                "Only those that match all filters: name=PART, label=NAME[=VALUE].",
                v -> filters = v);
        d.examples(
                "jpod network ls",
                "jpod network ls -q --filter label=team=web",
                "jpod network ls --format json | jq -r '.[].subnets[].subnet'");
    }

    @Override
    public int call(Jpod jpod) {
        Networks networks = jpod.networks();
        List<Predicate<Network>> all = filters.stream().map(NetworkLs::filter).toList();
        List<Network> found = networks.list().stream()
                .filter(each -> all.stream().allMatch(one -> one.test(each)))
                .toList();
        networks.damage().forEach(damaged -> jpod.warn("network " + damaged.name() + " is damaged: " + damaged.why()));
        PrintStream out = jpod.out();
        if (quiet) {
            found.forEach(each -> out.println(each.name()));
            return OK;
        }
        switch (format) {
            case JSON -> out.println(JsonWriter.array("  ", found, (json, each) -> each.write(json)));
            case TABLE -> out.print(table(networks, found));
        }
        return OK;
    }

    private static String table(Networks networks, List<Network> found) {
        Table table = new Table("NAME", "BRIDGE", "SUBNETS", "PODS", "KIND");
        for (Network each : found) {
            String subnets = each.subnets().stream()
                    .map(subnet -> String.valueOf(subnet.cidr()))
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
