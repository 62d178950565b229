package io.jpod.cli;

import io.jpod.pod.Pod;
import io.jpod.pod.Survey;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

@Command(
        name = "tree",
        description = "Show the cgroups of pods with their containers as leaves: what they use, and what they may use.",
        footer = {
            "",
            "Memory and pids: in use / the limit. CPUS: how many CPUs' worth of time it may use. \"max\" is no limit, \"-\" is"
                    + " what this host's controllers do not say.",
            "",
            "Examples:",
            "  jpod pod tree",
            "  jpod pod tree --watch web"
        })
final class PodTree implements Callable<Integer> {
    @ParentCommand
    private PodCommand parent;

    @Mixin
    private final ViewOptions options = new ViewOptions();

    @Parameters(
            paramLabel = "POD",
            arity = "0..*",
            description = "By name, ID or the beginning of an ID (default: all pods).")
    private List<String> names = List.of();

    @Override
    public Integer call() {
        Jpod jpod = parent.jpod();
        List<Pod> named = PodNames.of(jpod, names, names.isEmpty(), false);
        Survey survey = new Survey(jpod.pods());
        options.show(
                jpod,
                () -> Optional.of(names.isEmpty() ? jpod.pods().list() : again(survey, named))
                        .filter(pods -> names.isEmpty() || !pods.isEmpty())
                        .map(survey::cgroups),
                TreeText::text,
                TreeText::json);
        return ExitCode.OK.number();
    }

    private static List<Pod> again(Survey survey, List<Pod> pods) {
        return pods.stream().flatMap(pod -> survey.again(pod).stream()).toList();
    }
}
