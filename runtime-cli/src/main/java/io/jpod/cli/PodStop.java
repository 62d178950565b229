package io.jpod.cli;

import io.jpod.abi.Flags;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

@Command(
        name = "stop",
        description = "Stop the containers of pods, all at the same time: TERM, and KILL for those that go on.",
        footer = {
            "",
            "The pod stays: its namespaces, and so its addresses and host name, are the same when it is started again.",
            "",
            "Examples:",
            "  jpod pod stop web",
            "  jpod pod stop --all --time 2"
        })
final class PodStop implements Callable<Integer> {
    @ParentCommand
    private PodCommand parent;

    @Option(
            names = {"-t", "--time"},
            paramLabel = "SECONDS",
            description = "How long they may take before they are killed (default: 10).")
    private int seconds = 10;

    @Mixin
    private final PodArguments pods = new PodArguments();

    @Override
    public Integer call() {
        Jpod jpod = parent.jpod();
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
