package io.jpod.container;

import io.jpod.cgroup.CgroupFs;
import io.jpod.cgroup.CgroupOwner;
import io.jpod.exec.Spawner;
import io.jpod.json.InvalidJson;
import io.jpod.oci.HookKind;
import io.jpod.oci.State.Status;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Removes a container and all that it left. It works from the record, so that one whose set-up was cut off anywhere can be
 * removed as well, and if that is lost from what the kernel says. The record goes last: whenever this is cut off, it can be
 * done again.
 */
final class Deletion {
    private final Container container;
    private final Containers containers;
    private final StateDir dir;
    private final Spawner spawner;

    /** @param container is locked: one that is being made is one whose maker is gone */
    Deletion(Container container, Spawner spawner) {
        this.container = container;
        this.containers = container.containers();
        this.dir = container.dir();
        this.spawner = spawner;
    }

    void run() {
        RuntimeException hookFailed = clear();
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
    @Nullable RuntimeException clear() {
        StoredState state = container.stored().record();
        if (state == null) {
            clearUnrecorded();
            return lostHooks();
        }
        CgroupFs fs = CgroupFs.find().orElse(null);
        String cgroup = state.isOfThisBoot() ? state.cgroup() : null;
        CgroupOwner owner = containers.cgroupOwner(container.id());
        // What has ended has mostly left nothing there to be killed and waited for; that it can go shows it.
        boolean isGone = container.status() == Status.STOPPED
                && fs != null
                && cgroup != null
                && fs.owned().removeIfEmpty(owner, cgroup, state.cgroupDirectories());
        if (!isGone) {
            container.running().end();
            if (fs != null && cgroup != null) {
                fs.owned().remove(owner, cgroup, state.cgroupDirectories(), Container.END);
            }
        }
        return state.pid() == 0 ? null : poststop(state);
    }

    /**
     * The kernel knows the cgroup that is noted to be its, wherever that is; where nothing can be noted, it is the one that the
     * config or the id names.
     *
     * @throws ContainerException if something of it may still run, and nobody can tell what
     */
    private void clearUnrecorded() {
        Optional<CgroupFs> found = CgroupFs.find();
        if (found.isPresent()) {
            CgroupFs fs = found.get();
            String likely = likelyCgroup(fs);
            String cgroup = fs.owned()
                    .likely(containers.cgroupOwner(container.id()), likely)
                    .orElse(null);
            if (cgroup != null) {
                fs.killAndRemove(cgroup, Container.END);
                return;
            }
            if (container.damage().isPresent()) {
                fs.owned().requireWholeView(likely);
            }
        } else if (container.damage().isPresent()) {
            throw new ContainerException(
                    "nothing tells whether container %s still runs: %s, and no cgroup2 is mounted. If it does not, remove %s"
                            .formatted(container.id(), container.damage().get(), dir.path()));
        }
        if (!ExitCodes.awaitMonitor(dir, Container.END)) {
            throw new ContainerException("container %s still runs, and nothing tells where: its monitor waits for it"
                    .formatted(container.id()));
        }
    }

    private String likelyCgroup(CgroupFs fs) {
        try {
            return fs.resolve(container.spec().linux().cgroupsPath(), container.id());
        } catch (InvalidJson | ContainerException lost) {
            return fs.resolve(null, container.id());
        }
    }

    /** Without a record there is nothing that its hooks could be told. */
    private @Nullable RuntimeException lostHooks() {
        try {
            return container.damage().isEmpty()
                            || container.spec().hooks().of(HookKind.POSTSTOP).isEmpty()
                    ? null
                    : new ContainerException("its state.json is lost: poststop hooks were not run");
        } catch (InvalidJson | ContainerException lost) {
            return null;
        }
    }

    /** runtime-spec, "Lifecycle", 13: a hook that fails is reported, and the rest goes on. They have run then. */
    private @Nullable RuntimeException poststop(StoredState state) {
        if (state.poststop() == StoredState.Poststop.DONE) {
            return null;
        }
        RuntimeException failed = runPoststop(state);
        if (state.poststop() == StoredState.Poststop.DUE) {
            try {
                dir.write(state.withPoststop(StoredState.Poststop.DONE));
            } catch (IllegalStateException diskFull) {
                // That must not keep from going what takes the room. If this is cut off now, they run twice.
                return failed;
            }
        }
        return failed;
    }

    private @Nullable RuntimeException runPoststop(StoredState state) {
        try {
            if (!container.knowsSpec() && dir.readConfig().isEmpty()) {
                return state.poststop() == StoredState.Poststop.NONE
                        ? null
                        : new ContainerException("its config.json is lost: poststop hooks were not run");
            }
            new HookRunner(container, spawner).run(HookKind.POSTSTOP);
            return null;
        } catch (ContainerException | InvalidJson e) {
            return e;
        }
    }
}
