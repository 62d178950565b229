package io.jpod.cli.container;

import io.jpod.cli.command.Definition;
import io.jpod.cli.command.Each;
import io.jpod.cli.command.Jpod;
import io.jpod.cli.command.Verb;
import io.jpod.cli.option.Grace;
import io.jpod.cli.option.Signals;
import io.jpod.container.Container;
import io.jpod.container.Containers;
import io.jpod.oci.State.Status;
import java.time.Duration;
import java.util.List;

public final class Stop implements Verb {
    private final Grace grace = new Grace();
    private List<String> ids = List.of();

    @Override
    public void define(Definition d) {
        grace.define(d);
        d.operands(1, "ID", "The container.", v -> ids = v);
        d.footer("They stay, with their logs, until they are deleted; 'jpod restart' starts them again.");
        d.examples("jpod stop --time 2 web db");
    }

    @Override
    public int call(Jpod jpod) {
        Each each = new Each(jpod);
        List<Container> containers = each.find(ids, jpod.containers()::get);
        stop(jpod, each, containers, grace.duration());
        containers.forEach(container -> jpod.out().println(container.id()));
        return each.exitCode();
    }

    /** Those that are paused hear nothing until they are not. */
    static void stop(Jpod jpod, Each each, List<Container> containers, Duration grace) {
        containers.stream()
                .filter(container -> container.status() == Status.PAUSED)
                .forEach(container -> each.run(container.id(), () -> container.resume(jpod.caller())));
        Containers.stop(containers, Signals.TERM, grace, jpod.caller());
    }
}
