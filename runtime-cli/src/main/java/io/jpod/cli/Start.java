package io.jpod.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

@Command(
        name = "start",
        description = "Let a container that was created run its program.",
        footer = {"", "Example:", "  jpod create --bundle /bundles/web web && jpod start web"})
final class Start implements Callable<Integer> {
    @ParentCommand
    private Jpod jpod;

    @Parameters(paramLabel = "ID", description = "The container.")
    private String id;

    @Override
    public Integer call() {
        jpod.containers().get(id).start(jpod.caller());
        return ExitCode.OK.number();
    }
}
