package io.jpod.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParentCommand;

@Command(
        name = "prune",
        description = "Remove all networks that no pod is attached to, but for the one called jpod.",
        footer = {
            "", //
            "It does not ask.",
            "",
            "Example:",
            "  jpod network prune"
        })
final class NetworkPrune implements Callable<Integer> {
    @ParentCommand
    private NetworkCommand network;

    @Override
    public Integer call() {
        network.networks().prune().forEach(network.jpod().caller().out()::println);
        return ExitCode.OK.number();
    }
}
