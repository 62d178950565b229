package io.jpod.pod;

import io.jpod.abi.Flags;
import io.jpod.cgroup.Cgroup;
import io.jpod.cgroup.CgroupFs;
import io.jpod.container.Container;
import io.jpod.container.PoststopFailed;
import io.jpod.exec.Spawner;
import io.jpod.linux.Fd;
import io.jpod.linux.MountTable;
import io.jpod.linux.Mountpoints;
import io.jpod.linux.Processes;
import io.jpod.oci.State;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Removes a pod and all that it left, in the reverse of the order in which it was made. It works from the record alone and
 * can be done again at any time, so it also undoes a creation that failed or was cut off.
 */
final class PodDeletion {
    static final Duration END = Duration.ofSeconds(10);

    private final Pods pods;
    private final Pod pod;
    private final PodDir dir;
    private final @Nullable StoredPod stored;

    PodDeletion(Pods pods, Pod pod, PodDir dir, @Nullable StoredPod stored) {
        this.pods = pods;
        this.pod = pod;
        this.dir = dir;
        this.stored = stored;
    }

    /** The pod is locked. */
    void run(boolean force, Spawner spawner) {
        List<Container> containers = pod.containers();
        if (!force) {
            requireStopped(containers);
        }
        RuntimeException hookFailed = null;
        for (Container container : containers) {
            try {
                // What has begun is done to its end, whether or not anybody still waits for it.
                container.discard(spawner);
            } catch (PoststopFailed e) {
                // It is gone all the same, and so shall be the rest.
                hookFailed = e;
            }
        }
        undo(spawner);
        if (hookFailed != null) {
            throw hookFailed;
        }
    }

    private void requireStopped(List<Container> containers) {
        List<String> running = containers.stream()
                .filter(container -> !container.isHalfMade())
                .filter(container ->
                        container.status() != State.Status.STOPPED && container.status() != State.Status.CREATED)
                .map(Container::id)
                .toList();
        if (!running.isEmpty()) {
            throw new PodException("pod %s has running containers (%s): stop it, or remove it with --force"
                    .formatted(pod.name(), String.join(", ", running)));
        }
    }

    /** All but containers. */
    void undo(Spawner spawner) {
        PodException untold = null;
        if (stored != null) {
            untold = undo(stored, spawner);
        } else {
            withoutRecord();
        }
        dir.delete();
        if (untold != null) {
            throw untold;
        }
    }

    /** @return that neighbours cannot be told: that must not keep this one */
    private @Nullable PodException undo(StoredPod record, Spawner spawner) {
        boolean isGone = pod.isOfAnotherBoot();
        if (!isGone) {
            end(record);
        }
        PodBuilding building = new PodBuilding(pods, isGone ? record.withoutCgroup() : record, dir, spawner);
        building.undo();
        try {
            building.tellNeighbours();
            return null;
        } catch (PodException e) {
            return e;
        }
    }

    /** What a pod of this name has usually, if the marks on it say that it is one of this state root. */
    private void withoutRecord() {
        pods.networks().list().forEach(network -> pods.networks().detach(network.name(), pod.name()));
        CgroupFs.find().ifPresent(fs -> {
            String path = fs.resolve(PodCreation.usualCgroupsPath(pod.name()), pod.name());
            Optional<String> cgroup = fs.owned().likely(pods.cgroupOwner(pod.name()), path);
            cgroup.ifPresent(found -> fs.killAndRemove(found, END));
            if (cgroup.isEmpty() && pod.damage().isPresent()) {
                fs.owned().requireWholeView(path);
            }
        });
        MountTable.below(dir.path().toString()).forEach(Mountpoints::release);
    }

    /** Its init too, which is in no cgroup where there are none. */
    private void end(StoredPod record) {
        try (Cgroup cgroup = pod.cgroup().orElse(null)) {
            if (cgroup != null) {
                cgroup.kill(END);
            }
        }
        if (record.initPid() != 0) {
            try (Fd init = Processes.pidfdIfThere(record.initPid(), record.initStartTime())
                    .orElse(null)) {
                if (init != null) {
                    Processes.signalIfThere(init, (int) Flags.SIGKILL);
                    Processes.awaitEnd(init, END.toMillis());
                }
            }
        }
    }
}
