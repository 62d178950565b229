package io.jpod.cli;

import io.jpod.pod.Pod;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParentCommand;

@Command(
        name = "ps",
        aliases = {"ls", "list"},
        description = "List the pods below --root.",
        footer = {"", "Example:", "  jpod pod ps"})
final class PodPs implements Callable<Integer> {
    @ParentCommand
    private PodCommand parent;

    @Override
    public Integer call() {
        Table table = new Table("POD ID", "NAME", "STATUS", "CREATED", "# OF CONTAINERS");
        for (Pod pod : parent.jpod().pods().list()) {
            table.add(
                    pod.id().substring(0, Math.min(12, pod.id().length())),
                    pod.name(),
                    pod.status().title(),
                    pod.created().map(Object::toString).orElse(""),
                    Integer.toString(PodContainers.own(pod).size()));
        }
        parent.jpod().caller().out().print(table);
        return ExitCode.OK.number();
    }
}
