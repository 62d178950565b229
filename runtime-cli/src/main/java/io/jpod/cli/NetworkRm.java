package io.jpod.cli;

import io.jpod.net.Networks;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

@Command(
        name = "rm",
        aliases = "remove",
        description = "Remove networks that no pod is attached to.",
        footer = {
            "",
            "With --force it is no error if there is none of that name, so it can be done again at any time.",
            "",
            "Example:",
            "  jpod network rm backend"
        })
final class NetworkRm implements Callable<Integer> {
    @ParentCommand
    private NetworkCommand network;

    @Option(
            names = {"-f", "--force"},
            description = "Detach its pods first; they lose their link.")
    private boolean force;

    @Parameters(paramLabel = "NAME", arity = "1..*", description = "The network.")
    private List<String> names;

    @Override
    public Integer call() {
        Networks networks = network.networks();
        for (String name : names) {
            if (!force || networks.find(name).isPresent()) {
                networks.remove(name, force);
                network.jpod().caller().out().println(name);
            }
        }
        return ExitCode.OK.number();
    }
}
