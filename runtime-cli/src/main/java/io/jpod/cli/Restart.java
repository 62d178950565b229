package io.jpod.cli;

import io.jpod.container.Container;
import io.jpod.linux.Fd;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

final class Restart implements Verb {
    private final Jpod jpod;
    private final Grace grace = new Grace();
    private List<String> ids = List.of();

    Restart(Jpod jpod) {
        this.jpod = jpod;
    }

    @Override
    public void define(Definition d) {
        grace.define(d);
        d.operands(1, "ID", "The container.", v -> ids = v);
        d.footer(
                "A container is made again from its own config, with the same name and in the same pod, and its log goes on. It runs in"
                        + " the background.",
                "",
                "Examples:",
                "  jpod restart web",
                "  jpod restart --time 2 web db");
    }

    @Override
    public Integer call() {
        Duration time = grace.duration();
        Each each = new Each(jpod);
        List<Container> containers = each.find(ids, jpod.containers()::get);
        List<Fd> held = new ArrayList<>();
        try {
            containers.stream()
                    .map(container -> jpod.pods()
                            .of(container)
                            .map(pod -> pod.hold(jpod.caller()))
                            .orElse(null))
                    .filter(Objects::nonNull)
                    .forEach(held::add);
            Stop.stop(jpod, each, containers, time);
            Background background = Background.again(jpod, containers);
            containers.forEach(container -> each.print(container.id(), () -> background.start(container)));
            return each.exitCode();
        } finally {
            held.forEach(Fd::close);
        }
    }
}
