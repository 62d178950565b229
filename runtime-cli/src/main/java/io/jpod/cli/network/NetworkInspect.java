package io.jpod.cli.network;

import io.jpod.cli.command.Definition;
import io.jpod.cli.command.Each;
import io.jpod.cli.command.Jpod;
import io.jpod.cli.command.Verb;
import io.jpod.json.JsonWriter;
import io.jpod.net.Lease;
import io.jpod.net.Network;
import io.jpod.net.Networks;
import java.util.List;

final class NetworkInspect implements Verb {
    private List<String> names = List.of();

    @Override
    public void define(Definition d) {
        d.operands(1, "NAME", "The network.", v -> names = v);
        d.examples("jpod network inspect jpod | jq -r '.[0].pods[] | .pod + \" \" + .addresses[0]'");
    }

    @Override
    public int call(Jpod jpod) {
        Networks networks = jpod.networks();
        Each all = new Each(jpod);
        List<Network> found = all.find(names, networks::get);
        String json = JsonWriter.array("  ", found, (each, one) -> {
            one.write(each);
            each.objects("pods", networks.leases(one.name()), NetworkInspect::write);
        });
        jpod.out().println(json);
        return all.exitCode();
    }

    private static void write(JsonWriter json, Lease lease) {
        json.text("pod", lease.pod()).texts("names", lease.names());
        lease.attachment().write(json);
    }
}
