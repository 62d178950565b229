package io.jpod.container;

import io.jpod.cgroup.CgroupFs;
import io.jpod.exec.Spawner;
import io.jpod.oci.InvalidSpec;
import io.jpod.oci.Spec.HookKind;
import io.jpod.oci.State.Status;
import org.jspecify.annotations.Nullable;

/**
 * Removes a container and all that it left. It works from the record alone, so that one whose set-up was cut off anywhere can
 * be removed as well.
 */
final class Deletion {
    private final Containers containers;
    private final Container container;
    private final StateDir dir;
    private final @Nullable StoredState stored;
    private final boolean damaged;

    /** @param stored null if there is no record, or it is damaged */
    Deletion(Containers containers, Container container, StateDir dir, @Nullable StoredState stored, boolean damaged) {
        this.containers = containers;
        this.container = container;
        this.dir = dir;
        this.stored = stored;
        this.damaged = damaged;
    }

    /** The container is locked. */
    void run(boolean force, Spawner spawner) {
        Status status = container.status();
        if (!force && status != Status.STOPPED && status != Status.CREATED) {
            throw new ContainerException(
                    "cannot delete container %s that is not stopped: %s".formatted(container.id(), status.jsonName()));
        }
        RuntimeException hookFailed = clear(spawner);
        dir.delete();
        if (hookFailed != null) {
            throw new PoststopFailed(hookFailed);
        }
    }

    /**
     * All but its directory.
     *
     * @return what a poststop hook failed with
     */
    @Nullable RuntimeException clear(Spawner spawner) {
        if (container.status() != Status.STOPPED || stored == null || !removeEmptyCgroup(stored)) {
            container.end();
            if (stored != null) {
                removeCgroup(stored);
            } else if (damaged) {
                removeLikelyCgroup();
            }
        }
        return stored == null || stored.pid() == 0 ? null : poststop(stored, spawner);
    }

    /** What has ended has mostly left nothing in its cgroup to be killed and waited for; that it can go shows it. */
    private static boolean removeEmptyCgroup(StoredState state) {
        String cgroup = state.cgroup();
        return cgroup != null
                && state.bootId().equals(Containers.bootId())
                && CgroupFs.find()
                        .filter(fs -> fs.removeIfEmpty(cgroup, state.cgroupDirectories()))
                        .isPresent();
    }

    private static void removeCgroup(StoredState state) {
        String cgroup = state.cgroup();
        if (cgroup != null && state.bootId().equals(Containers.bootId())) {
            CgroupFs.find().ifPresent(fs -> fs.remove(cgroup, state.cgroupDirectories(), Container.END));
        }
    }

    /** Without a record the config says where it was, or else its id. */
    private void removeLikelyCgroup() {
        CgroupFs.find().ifPresent(fs -> {
            String path;
            try {
                path = fs.resolve(container.spec().linux().cgroupsPath(), container.id());
            } catch (InvalidSpec | ContainerException lost) {
                path = fs.resolve(null, container.id());
            }
            fs.killAndRemove(path, Container.END);
        });
    }

    /** runtime-spec, "Lifecycle", 13: a hook that fails is reported, and the rest goes on. */
    private @Nullable RuntimeException poststop(StoredState state, Spawner spawner) {
        try {
            if (!container.knowsSpec() && dir.readConfig().isEmpty()) {
                return new ContainerException("its config.json is lost: poststop hooks were not run");
            }
            new HookRunner(containers, spawner, container.spec(), state).run(HookKind.POSTSTOP);
            return null;
        } catch (ContainerException | InvalidSpec e) {
            return e;
        }
    }
}
