package io.jpod.cli;

import io.jpod.pod.Pod;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.ParentCommand;

@Command(
        name = "pause",
        description = "Freeze all processes of pods, until 'jpod pod unpause'.",
        footer = {"", "Example:", "  jpod pod pause web"})
final class PodPause implements Callable<Integer> {
    @ParentCommand
    private PodCommand parent;

    @Mixin
    private final PodArguments pods = new PodArguments();

    @Override
    public Integer call() {
        return pods.each(parent.jpod(), Pod::pause);
    }
}
