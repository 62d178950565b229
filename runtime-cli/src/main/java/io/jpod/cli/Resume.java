package io.jpod.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

@Command(
        name = "resume",
        description = "Let the processes of a paused container go on.",
        footer = {"", "Example:", "  jpod resume web"})
final class Resume implements Callable<Integer> {
    @ParentCommand
    private Jpod jpod;

    @Parameters(paramLabel = "ID", description = "The container.")
    private String id;

    @Override
    public Integer call() {
        jpod.containers().get(id).resume();
        return ExitCode.OK.number();
    }
}
