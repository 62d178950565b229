package io.jpod.cli;

import io.jpod.container.Container;
import io.jpod.oci.State.Status;
import io.jpod.pod.Pod;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;

/** The containers of a pod, as commands choose among them. */
final class PodContainers {
    private PodContainers() {}

    /** As they were made. */
    static List<Container> inOrder(Pod pod) {
        return pod.containers().stream()
                .sorted(Comparator.comparing(
                                (Container container) -> container.created().orElse(Instant.MAX))
                        .thenComparing(Container::id))
                .toList();
    }

    /** Those that the pod is for, and not those that look into it. */
    static List<Container> own(Pod pod) {
        return inOrder(pod).stream()
                .filter(container -> !Pod.isDebug(container))
                .toList();
    }

    /** Those that have a process. */
    static List<Container> alive(Pod pod) {
        return inOrder(pod).stream()
                .filter(container -> container.status() != Status.STOPPED && container.status() != Status.CREATING)
                .toList();
    }
}
