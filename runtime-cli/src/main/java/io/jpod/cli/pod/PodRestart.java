package io.jpod.cli.pod;

import io.jpod.cli.command.Definition;
import io.jpod.cli.command.Each;
import io.jpod.cli.command.Jpod;
import io.jpod.cli.command.Verb;
import io.jpod.cli.option.Grace;
import io.jpod.cli.option.Signals;
import io.jpod.pod.Pod;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

final class PodRestart implements Verb {
    private final Grace grace = new Grace();
    private final PodArguments pods = new PodArguments();

    @Override
    public void define(Definition d) {
        grace.define(d);
        pods.define(d);
        d.footer("Containers that did not run are started too. See 'jpod pod stop' and 'jpod pod start'.");
        d.examples("jpod pod restart web");
    }

    @Override
    public int call(Jpod jpod) {
        Duration time = grace.duration();
        Each each = new Each(jpod);
        List<Pod> stopped = new ArrayList<>();
        for (Pod pod : pods.find(jpod, each)) {
            each.run(pod.name(), () -> {
                pod.stop(Signals.TERM, time, jpod.caller());
                stopped.add(pod);
            });
        }
        return PodStart.start(jpod, each, stopped);
    }
}
