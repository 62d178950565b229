package io.jpod.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

@Command(
        name = "exists",
        description = "Say by the exit code whether there is a network of that name: 0 if so, 1 if not.",
        footer = {
            "", //
            "Example:",
            "  jpod network exists backend || jpod network create backend"
        })
final class NetworkExists implements Callable<Integer> {
    @ParentCommand
    private NetworkCommand network;

    @Parameters(paramLabel = "NAME", description = "The network.")
    private String name;

    @Override
    public Integer call() {
        boolean exists = network.networks().find(name).isPresent();
        return exists ? ExitCode.OK.number() : ExitCode.ERROR.number();
    }
}
