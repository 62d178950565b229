package io.jpod.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

@Command(
        name = "exists",
        description = "End with 0 if there is such a pod, with 1 if there is none. Nothing is printed.",
        footer = {"", "Example:", "  jpod pod exists web || jpod pod create web"})
final class PodExists implements Callable<Integer> {
    @ParentCommand
    private PodCommand parent;

    @Parameters(paramLabel = "POD", description = "By name, ID or the beginning of an ID.")
    private String name;

    @Override
    public Integer call() {
        return parent.jpod().pods().find(name).isPresent() ? ExitCode.OK.number() : ExitCode.ERROR.number();
    }
}
