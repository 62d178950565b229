package io.jpod.cli.container;

import io.jpod.cli.command.Definition;
import io.jpod.cli.command.Each;
import io.jpod.cli.command.Jpod;
import io.jpod.cli.command.Verb;
import io.jpod.cli.option.Grace;
import io.jpod.container.Container;
import io.jpod.engine.Background;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

public final class Restart implements Verb {
    private final Grace grace = new Grace();
    private List<String> ids = List.of();

    @Override
    public void define(Definition d) {
        grace.define(d);
        d.operands(1, "ID", "The container.", v -> ids = v);
        d.footer(
                "A container is made again from its own config, with the same name and in the same pod, and its log goes on. It runs in"
                        + " the background.");
        d.examples("jpod restart web", "jpod restart --time 2 web db");
    }

    @Override
    public int call(Jpod jpod) {
        Duration time = grace.duration();
        Each each = new Each(jpod);
        // What could not start again is not stopped either.
        List<Container> containers =
                each.find(ids, id -> inHeldPod(jpod, jpod.containers().get(id), _ -> {}));
        Stop.stop(jpod, each, containers, time);
        try (Background background = Background.again(jpod.engine(), containers)) {
            containers.forEach(
                    container -> each.print(container.id(), () -> inHeldPod(jpod, container, background::start)));
        }
        return each.exitCode();
    }

    /** Its pod stays while something is done with it, and no longer: others may take minutes to start. */
    private Container inHeldPod(Jpod jpod, Container container, Consumer<Container> action) {
        jpod.pods()
                .of(container)
                .ifPresentOrElse(
                        pod -> jpod.engine().holding(pod, () -> action.accept(container)),
                        () -> action.accept(container));
        return container;
    }
}
