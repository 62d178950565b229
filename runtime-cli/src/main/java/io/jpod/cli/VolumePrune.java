package io.jpod.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParentCommand;

@Command(
        name = "prune",
        description = "Remove the volumes that no container has mounted.",
        footer = {"", "Example:", "  jpod volume prune"})
final class VolumePrune implements Callable<Integer> {
    @ParentCommand
    private VolumeCommand parent;

    @Override
    public Integer call() {
        for (String name : parent.volumes().list()) {
            if (parent.volumes().users(name, parent.jpod().containers()).isEmpty()) {
                parent.volumes().remove(name);
                parent.jpod().caller().out().println(name);
            }
        }
        return ExitCode.OK.number();
    }
}
