package io.jpod.engine;

import io.jpod.container.Container;
import io.jpod.container.Containers;
import io.jpod.oci.State.Status;
import io.jpod.pod.Pod;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** The containers of pods, in the order in which they were made. */
public final class PodContainers {
    private static final Set<Status> ALIVE = Set.of(Status.CREATED, Status.RUNNING, Status.PAUSED);
    private static final Comparator<Container> ORDER = Comparator.comparing(
                    (Container container) -> container.created().orElse(Instant.MAX))
            .thenComparing(Container::id);

    private PodContainers() {}

    public static List<Container> inOrder(Pod pod) {
        return pod.containers().stream().sorted(ORDER).toList();
    }

    /** Those of all pods, by the pod's name: one look at each container, however many pods there are. */
    public static Map<String, List<Container>> byPod(Containers containers) {
        return containers.list().stream()
                .filter(container -> container.belonging().pod() != null)
                .sorted(ORDER)
                .collect(Collectors.groupingBy(
                        container -> String.valueOf(container.belonging().pod())));
    }

    /** Those that the pod is for, and not those that look into it. */
    public static List<Container> own(Pod pod) {
        return own(inOrder(pod));
    }

    public static List<Container> own(List<Container> containers) {
        return containers.stream()
                .filter(container -> container.belonging().debugs() == null)
                .toList();
    }

    /** Those that have a process. */
    public static List<Container> alive(List<Container> containers) {
        return containers.stream()
                .filter(container -> ALIVE.contains(container.status()))
                .toList();
    }
}
