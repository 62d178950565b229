package io.jpod.cli.pod;

import io.jpod.cli.command.Each;
import io.jpod.cli.command.Jpod;
import io.jpod.pod.Pod;
import java.util.List;
import java.util.Optional;

/** The pods that a command line means. */
final class PodNames {
    private PodNames() {}

    /**
     * All are looked up before anything is done to the first.
     *
     * @param each is told of those that are not there
     * @param missing whether that is no error
     */
    static List<Pod> of(Jpod jpod, Each each, List<String> names, boolean all, boolean missing) {
        if (all == !names.isEmpty()) {
            throw new IllegalArgumentException(all ? "--all and names exclude each other" : "say which pods, or --all");
        }
        if (all) {
            return jpod.pods().list();
        }
        return missing
                ? each.find(names, jpod.pods()::find).stream()
                        .flatMap(Optional::stream)
                        .toList()
                : each.find(names, jpod.pods()::get);
    }

    /** Its id; one that was never made to the end has none. */
    static String printed(Pod pod) {
        return pod.id().isEmpty() ? pod.name() : pod.id();
    }
}
