package io.jpod.cli;

import io.jpod.container.ContainerException;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

@Command(
        name = "rm",
        aliases = "remove",
        description = "Remove volumes with all that is in them.",
        footer = {"", "Example:", "  jpod volume rm data"})
final class VolumeRm implements Callable<Integer> {
    @ParentCommand
    private VolumeCommand parent;

    @Parameters(paramLabel = "NAME", arity = "1..*", description = "The volume.")
    private List<String> names;

    @Override
    public Integer call() {
        for (String name : names) {
            List<String> users = parent.volumes().users(name, parent.jpod().containers());
            if (!users.isEmpty()) {
                throw new ContainerException("volume " + name + " is mounted by " + String.join(", ", users));
            }
        }
        for (String name : names) {
            parent.volumes().remove(name);
            parent.jpod().caller().out().println(name);
        }
        return ExitCode.OK.number();
    }
}
