package io.jpod.cli;

import io.jpod.pod.Pod;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Which pods a command is about. */
final class PodArguments {
    @Option(
            names = {"-a", "--all"},
            description = "All pods.")
    private boolean all;

    @Option(
            names = {"-l", "--latest"},
            description = "The pod that was made last.")
    private boolean latest;

    @Parameters(paramLabel = "POD", arity = "0..*", description = "By name, ID or the beginning of an ID.")
    private List<String> names = new ArrayList<>();

    /** All are looked up before anything is done to the first. */
    List<Pod> find(Jpod jpod) {
        if (!latest) {
            return PodNames.of(jpod, names, all, false);
        }
        if (all || !names.isEmpty()) {
            throw new IllegalArgumentException("--latest excludes --all and names");
        }
        return List.of(jpod.pods().list().stream()
                .max(Comparator.comparing((Pod pod) -> pod.created().orElse(Instant.MIN)))
                .orElseThrow(() -> new IllegalArgumentException("--latest: there is no pod")));
    }

    /** Does it to one after the other, and prints their ids; the exit code. */
    int each(Jpod jpod, Consumer<Pod> action) {
        Each<Pod> each = new Each<>(jpod);
        for (Pod pod : find(jpod)) {
            each.run(pod, pod.id().isEmpty() ? pod.name() : pod.id(), action);
        }
        return each.exitCode();
    }
}
