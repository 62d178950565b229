package io.jpod.cli;

import io.jpod.pod.Pod;
import java.util.List;
import java.util.stream.Stream;

/** The pods that a command line means. */
final class PodNames {
    private PodNames() {}

    /**
     * All are looked up before anything is done to the first.
     *
     * @param missing whether it is no error if one is not there
     */
    static List<Pod> of(Jpod jpod, List<String> names, boolean all, boolean missing) {
        if (all == !names.isEmpty()) {
            throw new IllegalArgumentException(all ? "--all and names exclude each other" : "say which pods, or --all");
        }
        if (all) {
            return jpod.pods().list();
        }
        return names.stream()
                .flatMap(name -> missing
                        ? jpod.pods().find(name).stream()
                        : Stream.of(jpod.pods().get(name)))
                .toList();
    }
}
