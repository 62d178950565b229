package io.jpod.cli.pod;

import io.jpod.cli.command.Definition;
import io.jpod.cli.command.Each;
import io.jpod.cli.command.Jpod;
import io.jpod.cli.command.Verb;
import io.jpod.container.Container;
import io.jpod.engine.Background;
import io.jpod.engine.PodContainers;
import io.jpod.pod.Pod;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

final class PodStart implements Verb {
    private final PodArguments pods = new PodArguments();

    @Override
    public void define(Definition d) {
        pods.define(d);
        d.footer(
                "A container that has ended is made again from its own config, with the same name, and its log goes on. They run in the background, and are started in the order in which they were made.");
        d.examples("jpod pod start web", "jpod pod start --all");
    }

    @Override
    public int call(Jpod jpod) {
        Each each = new Each(jpod);
        return start(jpod, each, pods.find(jpod, each));
    }

    /** Starts what does not run in these pods, and prints their ids; the exit code. */
    static int start(Jpod jpod, Each each, List<Pod> pods) {
        Map<Pod, List<Container>> waiting = new LinkedHashMap<>();
        for (Pod pod : pods) {
            each.run(pod.name(), () -> jpod.engine().holding(pod, () -> waiting.put(pod, waiting(pod))));
        }
        List<Container> all = waiting.values().stream().flatMap(List::stream).toList();
        try (Background background = Background.again(jpod.engine(), all)) {
            // A pod stays meanwhile, and no longer: others may take minutes to start.
            waiting.forEach((pod, containers) -> each.run(pod.name(), () -> {
                jpod.engine().holding(pod, () -> Each.all(containers, background::start));
                jpod.out().println(pod.id());
            }));
        }
        return each.exitCode();
    }

    private static List<Container> waiting(Pod pod) {
        return PodContainers.own(pod).stream()
                .filter(container -> !container.isStarted())
                .toList();
    }
}
