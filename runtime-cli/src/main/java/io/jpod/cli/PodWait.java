package io.jpod.cli;

import io.jpod.container.Container;
import io.jpod.container.ContainerException;
import io.jpod.pod.Pod;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

@Command(
        name = "wait",
        description = "Wait until the containers of pods have ended, and print their exit codes, one a line.",
        footer = {
            "",
            "They come in the order in which the containers were made. A container that a signal ended has 128 and the signal's number.",
            "",
            "Examples:",
            "  jpod pod wait batch",
            "  jpod pod wait --names batch   # such as: step1 0"
        })
final class PodWait implements Callable<Integer> {
    @ParentCommand
    private PodCommand parent;

    @Option(names = "--names", description = "Print the name of the container before its exit code.")
    private boolean named;

    @Mixin
    private final PodArguments pods = new PodArguments();

    @Override
    public Integer call() {
        Jpod jpod = parent.jpod();
        for (Pod pod : pods.find(jpod)) {
            for (Container container : PodContainers.own(pod)) {
                OptionalInt code = container.await(jpod.caller().connection());
                if (code.isEmpty()) {
                    throw new ContainerException("nobody kept the exit code of container " + container.id());
                }
                jpod.caller().out().println((named ? container.id() + " " : "") + code.getAsInt());
            }
        }
        return ExitCode.OK.number();
    }
}
