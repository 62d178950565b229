package io.jpod.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

@Command(
        name = "pause",
        description = "Stop all processes of a container where they are.",
        footer = {
            "",
            "They notice nothing but the time that has passed. 'jpod kill' works on them.",
            "",
            "Example:",
            "  jpod pause web"
        })
final class Pause implements Callable<Integer> {
    @ParentCommand
    private Jpod jpod;

    @Parameters(paramLabel = "ID", description = "The container.")
    private String id;

    @Override
    public Integer call() {
        jpod.containers().get(id).pause();
        return ExitCode.OK.number();
    }
}
