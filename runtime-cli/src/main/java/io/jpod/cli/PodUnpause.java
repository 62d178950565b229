package io.jpod.cli;

import io.jpod.pod.Pod;

final class PodUnpause implements Verb {
    private final Jpod jpod;
    private final PodArguments pods = new PodArguments();

    PodUnpause(Jpod jpod) {
        this.jpod = jpod;
    }

    @Override
    public void define(Definition d) {
        pods.define(d);
        d.footer("Containers that were paused one by one run on too.", "", "Example:", "  jpod pod unpause web");
    }

    @Override
    public Integer call() {
        return pods.each(jpod, Pod::unpause);
    }
}
