package io.jpod.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

@Command(
        name = "kill",
        description = "Send a signal to the first process of every container of pods.",
        footer = {
            "",
            "KILL goes to all processes. Containers that do not run are left alone.",
            "",
            "Examples:",
            "  jpod pod kill web",
            "  jpod pod kill --signal HUP web"
        })
final class PodKill implements Callable<Integer> {
    @ParentCommand
    private PodCommand parent;

    @Option(
            names = {"-s", "--signal"},
            paramLabel = "SIGNAL",
            description = "By name or number (default: KILL).")
    private String signal = "KILL";

    @Mixin
    private final PodArguments pods = new PodArguments();

    @Override
    public Integer call() {
        int number = Signals.number(signal);
        return pods.each(parent.jpod(), pod -> pod.kill(number));
    }
}
