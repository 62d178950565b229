package io.jpod.cli.volume;

import io.jpod.cli.command.Definition;
import io.jpod.cli.command.Each;
import io.jpod.cli.command.Jpod;
import io.jpod.cli.command.Verb;
import io.jpod.container.ContainerException;
import java.util.List;

final class VolumeRm implements Verb {
    private List<String> names = List.of();

    @Override
    public void define(Definition d) {
        d.operands(1, "NAME", "The volume.", v -> names = v);
        d.examples("jpod volume rm data");
    }

    @Override
    public int call(Jpod jpod) {
        Each each = new Each(jpod);
        names.forEach(name -> each.print(name, () -> remove(jpod, name)));
        return each.exitCode();
    }

    private void remove(Jpod jpod, String name) {
        List<String> users = jpod.volumes().users(name, jpod.containers());
        if (!users.isEmpty()) {
            throw new ContainerException("volume " + name + " is mounted by " + String.join(", ", users));
        }
        jpod.volumes().remove(name, jpod.caller());
    }
}
