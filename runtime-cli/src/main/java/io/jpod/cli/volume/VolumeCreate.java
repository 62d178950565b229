package io.jpod.cli.volume;

import io.jpod.cli.command.Definition;
import io.jpod.cli.command.Each;
import io.jpod.cli.command.Jpod;
import io.jpod.cli.command.Verb;
import io.jpod.container.ContainerException;
import java.util.List;

final class VolumeCreate implements Verb {
    private List<String> names = List.of();

    @Override
    public void define(Definition d) {
        d.operands(1, "NAME", "What to call it.", v -> names = v);
        d.examples("jpod volume create data");
    }

    @Override
    public int call(Jpod jpod) {
        Each each = new Each(jpod);
        names.forEach(name -> each.print(name, () -> create(jpod, name)));
        return each.exitCode();
    }

    private void create(Jpod jpod, String name) {
        if (!jpod.volumes().make(name, jpod.caller())) {
            throw new ContainerException("volume " + name + " exists already");
        }
    }
}
