package io.jpod.cli.pod;

import io.jpod.cli.command.Definition;
import io.jpod.cli.command.Jpod;
import io.jpod.cli.command.Verb;
import io.jpod.pod.Pod;

final class PodUnpause implements Verb {
    private final PodArguments pods = new PodArguments();

    @Override
    public void define(Definition d) {
        pods.define(d);
        d.footer("Containers that were paused one by one run on too.");
        d.examples("jpod pod unpause web");
    }

    @Override
    public int call(Jpod jpod) {
        return pods.each(jpod, Pod::unpause);
    }
}
