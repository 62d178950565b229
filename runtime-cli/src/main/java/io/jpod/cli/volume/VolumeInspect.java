package io.jpod.cli.volume;

import io.jpod.cli.command.Definition;
import io.jpod.cli.command.Each;
import io.jpod.cli.command.Jpod;
import io.jpod.cli.command.Verb;
import io.jpod.container.ContainerException;
import io.jpod.json.JsonWriter;
import java.util.List;

final class VolumeInspect implements Verb {
    private List<String> names = List.of();

    @Override
    public void define(Definition d) {
        d.operands(1, "NAME", "The volume.", v -> names = v);
        d.examples("jpod volume inspect data");
    }

    @Override
    public int call(Jpod jpod) {
        Each each = new Each(jpod);
        List<String> found = each.find(names, name -> there(jpod, name));
        jpod.out()
                .println(JsonWriter.array(
                        "  ",
                        found,
                        (json, name) -> json.text("Name", name)
                                .text("Mountpoint", jpod.volumes().path(name).toString())
                                .allTexts("Containers", jpod.volumes().users(name, jpod.containers()))));
        return each.exitCode();
    }

    private String there(Jpod jpod, String name) {
        if (!jpod.volumes().exists(name)) {
            throw new ContainerException("no volume " + name);
        }
        return name;
    }
}
