package io.jpod.cli;

import io.jpod.pod.Pod;

final class PodPause implements Verb {
    private final Jpod jpod;
    private final PodArguments pods = new PodArguments();

    PodPause(Jpod jpod) {
        this.jpod = jpod;
    }

    @Override
    public void define(Definition d) {
        pods.define(d);
        d.footer("Example:", "  jpod pod pause web");
    }

    @Override
    public Integer call() {
        return pods.each(jpod, Pod::pause);
    }
}
