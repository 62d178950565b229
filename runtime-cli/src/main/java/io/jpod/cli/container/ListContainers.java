package io.jpod.cli.container;

import io.jpod.cli.command.Definition;
import io.jpod.cli.command.Jpod;
import io.jpod.cli.command.Verb;
import io.jpod.cli.option.Format;
import io.jpod.cli.show.Table;
import io.jpod.container.Container;
import io.jpod.engine.Users;
import io.jpod.json.Times;
import io.jpod.oci.State;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

public final class ListContainers implements Verb {
    private Format format = Format.TABLE;
    private boolean quiet;

    @Override
    public void define(Definition d) {
        d.value("-f --format=FORMAT", "table (default) or json.", Format.class, Format.TABLE, v -> format = v);
        d.flag("-q --quiet", "Print the names alone.", on -> quiet = on);
        d.examples(
                "jpod list",
                "jpod list -q | xargs -r -n 1 jpod delete --force",
                "jpod list -f json | jq -r '.[] | select(.status == \"stopped\") | .id'");
    }

    @Override
    public int call(Jpod jpod) {
        PrintStream out = jpod.out();
        List<Container> containers = jpod.containers().list();
        jpod.warnOfDamage(containers);
        if (quiet) {
            containers.forEach(container -> out.println(container.id()));
            return OK;
        }
        Map<String, String> names = Users.names();
        List<State> states = new ArrayList<>();
        for (Container container : containers) {
            String uid = Integer.toUnsignedString(container.owner());
            states.add(container.state().withOwner(names.getOrDefault(uid, uid)));
        }
        switch (format) {
            case JSON -> out.println(State.toJson(states));
            case TABLE -> out.print(table(states));
        }
        return OK;
    }

    static String table(List<State> states) {
        Table table = new Table("ID", "PID", "STATUS", "BUNDLE", "CREATED", "OWNER");
        for (State state : states) {
            table.add(
                    state.id(),
                    Integer.toString(state.pid()),
                    state.status().jsonName(),
                    state.bundle(),
                    state.created() == null ? "" : Times.text(state.created()),
                    state.owner());
        }
        return table.toString();
    }
}
