package io.jpod.cli;

import io.jpod.abi.Flags;
import io.jpod.pod.Pod;
import java.time.Duration;
import java.util.List;

final class PodRestart implements Verb {
    private final Jpod jpod;
    private int seconds = 10;
    private final PodArguments pods = new PodArguments();

    PodRestart(Jpod jpod) {
        this.jpod = jpod;
    }

    @Override
    public void define(Definition d) {
        d.value(
                "-t --time=SECONDS",
                "How long they may take before they are killed (default: 10).",
                Integer.class,
                10,
                v -> seconds = v);
        pods.define(d);
        d.footer(
                "Containers that did not run are started too. See 'jpod pod stop' and 'jpod pod start'.",
                "",
                "Example:",
                "  jpod pod restart web");
    }

    @Override
    public Integer call() {
        Duration grace = PodStop.grace(seconds);
        List<Pod> found = pods.find(jpod);
        found.forEach(pod -> pod.stop((int) Flags.SIGTERM, grace, jpod.caller().connection()));
        return PodStart.start(jpod, found);
    }
}
