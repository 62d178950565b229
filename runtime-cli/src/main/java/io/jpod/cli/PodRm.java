package io.jpod.cli;

import io.jpod.pod.Pod;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

@Command(
        name = "rm",
        description = "Remove pods with their containers, and everything that was made for them.",
        footer = {
            "",
            "With --force it is no error if there is none of that name, so it can be done again at any time.",
            "",
            "Examples:",
            "  jpod pod rm web",
            "  jpod pod rm --all --force"
        })
final class PodRm implements Callable<Integer> {
    @ParentCommand
    private PodCommand parent;

    @Option(
            names = {"-a", "--all"},
            description = "All pods.")
    private boolean all;

    @Option(
            names = {"-f", "--force"},
            description = "Kill containers that run.")
    private boolean force;

    @Parameters(paramLabel = "POD", arity = "0..*", description = "By name, ID or the beginning of an ID.")
    private List<String> names = List.of();

    @Override
    public Integer call() {
        Jpod jpod = parent.jpod();
        for (Pod pod : PodNames.of(jpod, names, all, force)) {
            pod.delete(force, jpod.caller());
            jpod.caller()
                    .out()
                    .println(Optional.of(pod.id()).filter(id -> !id.isEmpty()).orElse(pod.name()));
        }
        return ExitCode.OK.number();
    }
}
