package io.jpod.cli;

import io.jpod.net.Lease;
import io.jpod.net.Network;
import io.jpod.net.Networks;
import io.jpod.oci.JsonWriter;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

@Command(
        name = "inspect",
        description = "Print networks and the pods that are attached to them, as JSON.",
        footer = {"", "Example:", "  jpod network inspect jpod | jq -r '.[0].pods[] | .pod + \" \" + .addresses[0]'"})
final class NetworkInspect implements Callable<Integer> {
    @ParentCommand
    private NetworkCommand network;

    @Parameters(paramLabel = "NAME", arity = "1..*", description = "The network.")
    private List<String> names;

    @Override
    public Integer call() {
        Networks networks = network.networks();
        List<Network> found = names.stream().map(networks::get).toList();
        String json = JsonWriter.array("  ", found, (each, one) -> {
            one.write(each);
            each.objects("pods", networks.leases(one.name()), NetworkInspect::write);
        });
        network.jpod().caller().out().println(json);
        return ExitCode.OK.number();
    }

    private static void write(JsonWriter json, Lease lease) {
        json.text("pod", lease.pod()).texts("names", lease.names());
        lease.attachment().write(json);
    }
}
