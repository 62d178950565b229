package io.jpod.cli;

import io.jpod.container.ContainerException;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

@Command(
        name = "create",
        description = "Make volumes.",
        footer = {"", "Example:", "  jpod volume create data"})
final class VolumeCreate implements Callable<Integer> {
    @ParentCommand
    private VolumeCommand parent;

    @Parameters(paramLabel = "NAME", arity = "1..*", description = "What to call it.")
    private List<String> names;

    @Override
    public Integer call() {
        for (String name : names) {
            if (!parent.volumes().make(name)) {
                throw new ContainerException("volume " + name + " exists already");
            }
            parent.jpod().caller().out().println(name);
        }
        return ExitCode.OK.number();
    }
}
