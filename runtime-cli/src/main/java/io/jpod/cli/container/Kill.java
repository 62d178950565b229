package io.jpod.cli.container;

import io.jpod.cli.command.Definition;
import io.jpod.cli.command.Jpod;
import io.jpod.cli.command.Misuse;
import io.jpod.cli.command.Verb;
import io.jpod.cli.option.Signals;
import io.jpod.container.Container;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

public final class Kill implements Verb {
    private boolean all;
    private @Nullable String named;
    private String id = "";
    private @Nullable String signal;

    @Override
    public void define(Definition d) {
        d.flag("-a --all", "Send it to all processes in the container.", on -> all = on);
        d.value("-s --signal=SIGNAL", "The same as SIGNAL, as is -9 or -KILL.", v -> named = v);
        d.takesUnknownOptions();
        d.operand("ID", "The container.", v -> id = v);
        d.optional("SIGNAL", "By name or number (default: TERM).", null, v -> signal = v);
        d.footer(
                "A container that has no pid namespace of its own loses all of its processes with KILL, as it would with one.");
        d.examples(
                "jpod kill web           # TERM: asks it to end",
                "jpod kill web KILL      # or SIGKILL, kill, 9",
                "jpod kill -9 web",
                "jpod kill --all web HUP");
    }

    @Override
    public int call(Jpod jpod) {
        sort(jpod);
        Container container = jpod.containers().get(id);
        int number = Signals.number(Objects.requireNonNullElse(signal, "TERM"));
        if (all) {
            container.killAll(number, jpod.caller());
        } else {
            container.kill(number, jpod.caller());
        }
        return OK;
    }

    /** Brings what kill(1), docker and runc take into one order. A container's name may begin with a dash too. */
    private void sort(Jpod jpod) {
        if (named != null) {
            add(named);
        }
        if (id.startsWith("-") && jpod.containers().find(id).isEmpty()) {
            String option = id;
            if (signal == null || !Signals.isOne(option.substring(1))) {
                throw new Misuse(
                        signal == null ? "Missing required parameter: 'ID'" : "Unknown option: '" + option + "'");
            }
            id = signal;
            signal = option.substring(1);
        }
    }

    private void add(String more) {
        if (signal != null) {
            throw new Misuse("--signal and SIGNAL exclude each other");
        }
        signal = more;
    }
}
