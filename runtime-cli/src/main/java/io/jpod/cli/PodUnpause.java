package io.jpod.cli;

import io.jpod.pod.Pod;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.ParentCommand;

@Command(
        name = "unpause",
        description = "Let paused pods run on.",
        footer = {"", "Containers that were paused one by one run on too.", "", "Example:", "  jpod pod unpause web"})
final class PodUnpause implements Callable<Integer> {
    @ParentCommand
    private PodCommand parent;

    @Mixin
    private final PodArguments pods = new PodArguments();

    @Override
    public Integer call() {
        return pods.each(parent.jpod(), Pod::unpause);
    }
}
