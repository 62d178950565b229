package io.jpod.cli;

import io.jpod.pod.Pod;

final class PodPause implements Verb {
    private final PodArguments pods = new PodArguments();

    @Override
    public void define(Definition d) {
        pods.define(d);
        d.footer("Example:", "  jpod pod pause web");
    }

    @Override
    public int call(Jpod jpod) {
        return pods.each(jpod, Pod::pause);
    }
}
