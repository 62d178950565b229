package io.jpod.container;

import io.jpod.exec.Observer;
import io.jpod.exec.Spawner;
import io.jpod.linux.Fd;
import io.jpod.oci.Namespace;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Makes a container that has ended again, from its own record. */
final class Recreation {
    private Recreation() {}

    /** See {@link Container#recreate}. */
    static Created of(Container known, List<Fd> stdio, @Nullable Fd consoleSocket, Spawner spawner) {
        Held held = Held.of(known, Verb.RESTART, spawner);
        try {
            Container container = held.container();
            StoredState ended = container.stored().record();
            if (ended == null) {
                throw new ContainerException("container " + container.id() + " has not ended: creating");
            }
            requireLasting(container, ended);
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
            ExitCodes.kept(container.dir());
            return new Creation(container.containers(), container.spec(), options, spawner, Observer.NONE).again(held);
        } catch (RuntimeException | Error e) {
            held.close();
            throw e;
        }
    }

    /** The number of a process that has ended may be another's by now, and its namespaces that one's. */
    private static void requireLasting(Container container, StoredState ended) {
        for (Namespace namespace : container.spec().linux().namespaces()) {
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
