package io.jpod.container;

import io.jpod.exec.Observer;
import io.jpod.exec.Spawner;
import io.jpod.linux.Fd;
import io.jpod.oci.Namespace;
import io.jpod.oci.Spec;
import io.jpod.oci.State.Status;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Makes a container that has ended again, from its own record. */
final class Recreation {
    private final Containers containers;
    private final Container container;
    private final StateDir dir;
    private final @Nullable StoredState stored;

    /** @param stored null if there is no record, or it is damaged */
    Recreation(Containers containers, Container container, StateDir dir, @Nullable StoredState stored) {
        this.containers = containers;
        this.container = container;
        this.dir = dir;
        this.stored = stored;
    }

    /** @param lock on the container; it goes over to what is returned, and stays the caller's if this fails */
    Created run(Fd lock, List<Fd> stdio, @Nullable Fd consoleSocket, Spawner spawner) {
        StoredState ended = stored;
        Status status = container.status();
        // Under its lock, one that is being made is one whose maker was cut off.
        if (ended == null || status != Status.STOPPED && status != Status.CREATING) {
            throw new ContainerException("container " + container.id() + " has not ended: " + status.jsonName());
        }
        Spec spec = container.spec();
        requireLasting(spec, ended);
        CreateOptions options = new CreateOptions(
                container.id(),
                Path.of(ended.bundle()),
                ended.owner(),
                stdio,
                consoleSocket,
                ended.wishes().pivot(),
                ended.wishes().keyring(),
                0,
                ended.belonging());
        // Its monitor, which may still be about to write it down.
        ExitCodes.kept(dir);
        return new Creation(containers, spec, options, spawner, Observer.NONE).again(dir, lock, ended, () -> {
            RuntimeException hookFailed = new Deletion(containers, container, dir, ended).clear(spawner);
            if (hookFailed != null) {
                throw hookFailed;
            }
        });
    }

    /** The number of a process that has ended may be another's by now, and its namespaces that one's. */
    private void requireLasting(Spec spec, StoredState ended) {
        for (Namespace namespace : spec.linux().namespaces()) {
            if (namespace.path() != null && namespace.path().matches("/+proc/+\\d.*")) {
                throw new ContainerException(
                        "container %s cannot be started again: its %s namespace was that of process %s"
                                .formatted(
                                        container.id(),
                                        namespace.type().jsonName(),
                                        namespace.path().split("/+")[2]));
            }
        }
        if (ended.wishes().preserve() > 0) {
            throw new ContainerException("container %s cannot be started again: it was given %d open descriptors"
                    .formatted(container.id(), ended.wishes().preserve()));
        }
    }
}
