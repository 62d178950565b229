package io.jpod.cli;

import io.jpod.abi.Flags;
import io.jpod.pod.Pod;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

@Command(
        name = "restart",
        description = "Stop the containers of pods, and start them again.",
        footer = {
            "",
            "Containers that did not run are started too. See 'jpod pod stop' and 'jpod pod start'.",
            "",
            "Example:",
            "  jpod pod restart web"
        })
final class PodRestart implements Callable<Integer> {
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
        Duration grace = PodStop.grace(seconds);
        List<Pod> found = pods.find(jpod);
        found.forEach(pod -> pod.stop((int) Flags.SIGTERM, grace, jpod.caller().connection()));
        return PodStart.start(jpod, found);
    }
}
