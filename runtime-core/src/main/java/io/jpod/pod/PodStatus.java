package io.jpod.pod;

import io.jpod.oci.State.Status;
import java.util.List;
import java.util.Set;

/** As peers call them, for lists and filters. */
public enum PodStatus {
    /** No container yet. */
    CREATED("Created"),
    /** All containers run. */
    RUNNING("Running"),
    /** Some containers run. */
    DEGRADED("Degraded"),
    PAUSED("Paused"),
    /** All containers have ended. */
    EXITED("Exited"),
    /** It has ended with the host's last boot, with the first process of its pid namespace, or before it was made. */
    ERROR("Error");

    private final String title;

    PodStatus(String title) {
        this.title = title;
    }

    public String title() {
        return title;
    }

    /** @param statuses of the containers of a pod that can be used */
    static PodStatus of(List<Status> statuses) {
        if (statuses.isEmpty()) {
            return CREATED;
        }
        long paused = count(statuses, Set.of(Status.PAUSED));
        long running = paused + count(statuses, Set.of(Status.RUNNING));
        if (paused == statuses.size()) {
            return PAUSED;
        }
        if (running == statuses.size()) {
            return RUNNING;
        }
        if (running > 0) {
            return DEGRADED;
        }
        return count(statuses, Set.of(Status.STOPPED)) > 0 ? EXITED : CREATED;
    }

    private static long count(List<Status> statuses, Set<Status> some) {
        return statuses.stream().filter(some::contains).count();
    }
}
