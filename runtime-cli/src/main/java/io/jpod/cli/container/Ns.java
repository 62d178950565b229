package io.jpod.cli.container;

import io.jpod.cli.command.Definition;
import io.jpod.cli.command.Each;
import io.jpod.cli.command.Jpod;
import io.jpod.cli.command.Misuse;
import io.jpod.cli.command.Verb;
import io.jpod.cli.option.ViewOptions;
import io.jpod.cli.show.MatrixText;
import io.jpod.container.Container;
import io.jpod.pod.Survey;
import java.util.List;
import java.util.Optional;

public final class Ns implements Verb {
    private final ViewOptions options = new ViewOptions();
    private boolean all;
    private List<String> ids = List.of();

    @Override
    public void define(Definition d) {
        options.define(d);
        d.flag("-a --all", "All containers.", on -> all = on);
        d.operands(0, "ID", "The containers.", v -> ids = v);
        d.footer("Numbers are those of 'ls -l /proc/PID/ns'. Who else: containers and pods below the same --root.");
        d.examples("jpod ns web", "jpod ns --all --watch");
    }

    @Override
    public int call(Jpod jpod) {
        if (all != ids.isEmpty()) {
            throw new Misuse(all ? "--all and containers exclude each other" : "say which containers, or --all");
        }
        Each each = new Each(jpod);
        each.find(ids, jpod.containers()::get);
        Survey survey = new Survey(jpod.pods());
        int shown = options.show(
                jpod,
                () -> Optional.of(looked(jpod))
                        .filter(found -> all || !found.isEmpty())
                        .map(survey::namespaces),
                MatrixText::text,
                MatrixText::json);
        return each.exitCode(shown);
    }

    /** Those that are there now. */
    private List<Container> looked(Jpod jpod) {
        return all
                ? jpod.containers().list()
                : ids.stream()
                        .flatMap(id -> jpod.containers().find(id).stream())
                        .toList();
    }
}
