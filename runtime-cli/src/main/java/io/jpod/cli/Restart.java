package io.jpod.cli;

import io.jpod.container.Container;
import io.jpod.linux.Fd;
import io.jpod.pod.Pod;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

@Command(
        name = "restart",
        description = "Start containers again: those that run are stopped first, with TERM, and KILL if they go on.",
        footer = {
            "",
            "A container is made again from its own config, with the same name and in the same pod, and its log goes on. It runs in"
                    + " the background.",
            "",
            "Examples:",
            "  jpod restart web",
            "  jpod restart --time 2 web db"
        })
final class Restart implements Callable<Integer> {
    @ParentCommand
    private Jpod jpod;

    @Option(
            names = {"-t", "--time"},
            paramLabel = "SECONDS",
            description = "How long they may take before they are killed (default: 10).")
    private int seconds = 10;

    @Parameters(paramLabel = "ID", arity = "1..*", description = "The container.")
    private List<String> ids;

    @Override
    public Integer call() {
        Duration grace = PodStop.grace(seconds);
        List<Container> containers =
                ids.stream().map(id -> jpod.containers().get(id)).toList();
        List<Fd> held = new ArrayList<>();
        try {
            containers.stream()
                    .map(container -> jpod.pods().of(container).map(Pod::hold).orElse(null))
                    .filter(Objects::nonNull)
                    .forEach(held::add);
            Stop.stop(jpod, containers, grace);
            Background background = Background.again(jpod, containers);
            Each<Container> each = new Each<>(jpod);
            containers.forEach(container -> each.run(container, container.id(), background::start));
            return each.exitCode();
        } finally {
            held.forEach(Fd::close);
        }
    }
}
