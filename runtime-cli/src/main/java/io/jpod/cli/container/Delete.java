package io.jpod.cli.container;

import io.jpod.cli.command.Definition;
import io.jpod.cli.command.Each;
import io.jpod.cli.command.Jpod;
import io.jpod.cli.command.Verb;
import io.jpod.container.Container;
import io.jpod.container.Containers;
import java.util.List;
import org.jspecify.annotations.Nullable;

public final class Delete implements Verb {
    private boolean force;

    /** For a monitor, which outlives its container: by then the name may be another one's. */
    private @Nullable String created;

    private List<String> ids = List.of();

    @Override
    public void define(Definition d) {
        d.flag("-f --force", "Kill it first if it runs.", on -> force = on);
        d.add(Definition.option("--created").hidden(true), String.class, null, v -> created = v);
        d.operands(1, "ID", "The container.", v -> ids = v);
        d.footer("With --force it is no error if there is none of that name, so it can be done again at any time.");
        d.examples("jpod delete --force web");
    }

    @Override
    public int call(Jpod jpod) {
        Each each = new Each(jpod);
        ids.forEach(id -> each.run(id, () -> delete(jpod, id)));
        return each.exitCode();
    }

    private void delete(Jpod jpod, String id) {
        if (created != null) {
            jpod.containers().find(id).filter(this::isMeant).ifPresent(jpod.engine()::deleteIfSame);
        } else {
            Containers all = jpod.containers();
            jpod.engine().delete(force ? all.named(id) : all.get(id), force);
        }
    }

    private boolean isMeant(Container container) {
        return String.valueOf(container.state().created()).equals(created);
    }
}
