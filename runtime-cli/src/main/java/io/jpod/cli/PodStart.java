package io.jpod.cli;

import io.jpod.container.Container;
import io.jpod.linux.Fd;
import io.jpod.oci.State.Status;
import io.jpod.pod.Pod;
import java.util.ArrayList;
import java.util.List;

final class PodStart implements Verb {
    private final Jpod jpod;
    private final PodArguments pods = new PodArguments();

    PodStart(Jpod jpod) {
        this.jpod = jpod;
    }

    @Override
    public void define(Definition d) {
        pods.define(d);
        d.footer(
                "A container that has ended is made again from its own config, with the same name, and its log goes on. They run in the background, and are started in the order in which they were made.",
                "",
                "Examples:",
                "  jpod pod start web",
                "  jpod pod start --all");
    }

    @Override
    public Integer call() {
        return start(jpod, pods.find(jpod));
    }

    /** Starts what does not run in these pods, and prints their ids; the exit code. */
    static int start(Jpod jpod, List<Pod> pods) {
        List<Fd> held = new ArrayList<>();
        try {
            pods.forEach(pod -> held.add(pod.hold(jpod.caller())));
            List<List<Container>> waiting = pods.stream().map(PodStart::waiting).toList();
            Background background = Background.again(
                    jpod, waiting.stream().flatMap(List::stream).toList());
            Each<Pod> each = new Each<>(jpod);
            for (int i = 0; i < pods.size(); i++) {
                List<Container> containers = waiting.get(i);
                each.run(pods.get(i), pods.get(i).id(), _ -> Each.all(containers, background::start));
            }
            return each.exitCode();
        } finally {
            held.forEach(Fd::close);
        }
    }

    private static List<Container> waiting(Pod pod) {
        return PodContainers.own(pod).stream()
                .filter(container -> container.status() != Status.RUNNING && container.status() != Status.PAUSED)
                .toList();
    }
}
