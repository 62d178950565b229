package io.jpod.cli;

import io.jpod.container.ContainerException;
import io.jpod.oci.JsonWriter;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

@Command(
        name = "inspect",
        description = "Print volumes as JSON.",
        footer = {"", "Example:", "  jpod volume inspect data"})
final class VolumeInspect implements Callable<Integer> {
    @ParentCommand
    private VolumeCommand parent;

    @Parameters(paramLabel = "NAME", arity = "1..*", description = "The volume.")
    private List<String> names;

    @Override
    public Integer call() {
        for (String name : names) {
            if (!parent.volumes().exists(name)) {
                throw new ContainerException("no volume " + name);
            }
        }
        parent.jpod()
                .caller()
                .out()
                .println(JsonWriter.array(
                        "  ",
                        names,
                        (json, name) -> json.text("Name", name)
                                .text("Mountpoint", parent.volumes().path(name).toString())
                                .allTexts(
                                        "Containers",
                                        parent.volumes()
                                                .users(name, parent.jpod().containers()))));
        return ExitCode.OK.number();
    }
}
