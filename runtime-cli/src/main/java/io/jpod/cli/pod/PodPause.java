package io.jpod.cli.pod;

import io.jpod.cli.command.Definition;
import io.jpod.cli.command.Jpod;
import io.jpod.cli.command.Verb;

final class PodPause implements Verb {
    private final PodArguments pods = new PodArguments();

    @Override
    public void define(Definition d) {
        pods.define(d);
        d.examples("jpod pod pause web");
    }

    @Override
    public int call(Jpod jpod) {
        return pods.each(jpod, pod -> pod.pause(jpod.caller()));
    }
}
