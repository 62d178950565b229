package io.jpod.cli;

import io.jpod.abi.Flags;
import java.time.Duration;

final class PodStop implements Verb {
    private final Jpod jpod;
    private int seconds = 10;
    private final PodArguments pods = new PodArguments();

    PodStop(Jpod jpod) {
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
                "The pod stays: its namespaces, and so its addresses and host name, are the same when it is started again.",
                "",
                "Examples:",
                "  jpod pod stop web",
                "  jpod pod stop --all --time 2");
    }

    @Override
    public Integer call() {
        Duration grace = grace(seconds);
        return pods.each(
                jpod, pod -> pod.stop((int) Flags.SIGTERM, grace, jpod.caller().connection()));
    }

    static Duration grace(int seconds) {
        if (seconds < 0) {
            throw new IllegalArgumentException("--time must not be negative");
        }
        return Duration.ofSeconds(seconds);
    }
}
