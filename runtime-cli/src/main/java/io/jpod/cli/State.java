package io.jpod.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

@Command(
        name = "state",
        description = "Print the state of a container as JSON (runtime-spec, \"State\").",
        footer = {
            "",
            "The status is one of creating, created, running, paused and stopped. The pid of a stopped container is 0.",
            "",
            "Example:",
            "  jpod state web | jq -r .status"
        })
final class State implements Callable<Integer> {
    @ParentCommand
    private Jpod jpod;

    @Parameters(paramLabel = "ID", description = "The container.")
    private String id;

    @Override
    public Integer call() {
        jpod.caller().out().print(jpod.containers().get(id).state().toJson());
        jpod.caller().out().flush();
        return ExitCode.OK.number();
    }
}
