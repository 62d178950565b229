package io.jpod.cli.pod;

import io.jpod.cli.command.Definition;
import io.jpod.cli.command.Jpod;
import io.jpod.cli.command.Verb;
import io.jpod.cli.option.Grace;
import io.jpod.cli.option.Signals;
import java.time.Duration;

final class PodStop implements Verb {
    private final Grace grace = new Grace();
    private final PodArguments pods = new PodArguments();

    @Override
    public void define(Definition d) {
        grace.define(d);
        pods.define(d);
        d.footer(
                "The pod stays: its namespaces, and so its addresses and host name, are the same when it is started again.");
        d.examples("jpod pod stop web", "jpod pod stop --all --time 2");
    }

    @Override
    public int call(Jpod jpod) {
        Duration time = grace.duration();
        return pods.each(jpod, pod -> pod.stop(Signals.TERM, time, jpod.caller()));
    }
}
