package io.jpod.cli.pod;

import io.jpod.cli.command.Definition;
import io.jpod.cli.command.Each;
import io.jpod.cli.command.Jpod;
import io.jpod.pod.Pod;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;

/** Which pods a command is about. */
final class PodArguments {
    private boolean all;
    private boolean latest;
    private List<String> names = List.of();

    void define(Definition d) {
        d.flag("-a --all", "All pods.", on -> all = on);
        d.flag("-l --latest", "The pod that was made last.", on -> latest = on);
        d.operands(0, "POD", "By name, ID or the beginning of an ID.", v -> names = v);
    }

    /**
     * All are looked up before anything is done to the first.
     *
     * @param each is told of those that are not there
     */
    List<Pod> find(Jpod jpod, Each each) {
        if (!latest) {
            return PodNames.of(jpod, each, names, all, false);
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
        Each each = new Each(jpod);
        for (Pod pod : find(jpod, each)) {
            each.run(pod.name(), () -> {
                action.accept(pod);
                jpod.out().println(PodNames.printed(pod));
            });
        }
        return each.exitCode();
    }
}
