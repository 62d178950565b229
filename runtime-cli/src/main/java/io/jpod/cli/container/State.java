package io.jpod.cli.container;

import io.jpod.cli.command.Definition;
import io.jpod.cli.command.Jpod;
import io.jpod.cli.command.Verb;
import io.jpod.container.Container;
import java.util.List;

public final class State implements Verb {
    private String id = "";

    @Override
    public void define(Definition d) {
        d.operand("ID", "The container.", v -> id = v);
        d.footer(
                "The status is one of creating, created, running, paused, stopped and damaged, if its record cannot be read. The pid of a stopped container is 0.");
        d.examples("jpod state web | jq -r .status");
    }

    @Override
    public int call(Jpod jpod) {
        Container container = jpod.containers().get(id);
        jpod.warnOfDamage(List.of(container));
        jpod.out().print(container.state().toJson());
        jpod.out().flush();
        return OK;
    }
}
