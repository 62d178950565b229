package io.jpod.engine;

import io.jpod.container.Container;
import io.jpod.container.Containers;
import io.jpod.linux.Fd;
import io.jpod.oci.Spec;
import io.jpod.pod.Pod;
import io.jpod.pod.PodException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * One more pod like another one, with containers made from the same configs.
 *
 * @param name of the new one
 * @param shareProcesses whether its containers see each other's processes, whatever the other ones do
 */
public record PodCopy(Engine engine, String name, boolean shareProcesses) {
    /** What a container of a pod is called in its copy. */
    static String idIn(String copy, Pod original, String id) {
        String prefix = original.name() + "-";
        return copy + "-" + (id.startsWith(prefix) ? id.substring(prefix.length()) : id);
    }

    public Pod make(Pod original) {
        return make(original, Background::of);
    }

    /** @param made what its containers are started by */
    Pod make(Pod original, Function<Engine, Background> made) {
        try (Fd _ = original.hold(engine.parent())) {
            List<Container> containers = PodContainers.own(original);
            requireFree(original, containers);
            Map<Container, Spec> specs = new LinkedHashMap<>();
            containers.forEach(container -> specs.put(container, container.spec()));
            try (Background background = made.apply(engine)) {
                Pod copy = engine.pods().create(original.spec().like(name, shareProcesses), background.parent());
                start(copy, original, specs, background);
                return copy;
            }
        }
    }

    private void start(Pod copy, Pod original, Map<Container, Spec> specs, Background background) {
        try (Fd _ = copy.hold(background.parent())) {
            specs.forEach((container, spec) -> {
                String id = idIn(name, original, container.id());
                Spec adopted = copy.adopt(spec, original, id);
                background.make(
                        new Blueprint(id, bundle(container, id), adopted, copy.belonging()),
                        container.log().bounds());
            });
        } catch (RuntimeException | Error e) {
            copy.discard(e, background.parent());
            throw e;
        }
    }

    private void requireFree(Pod original, List<Container> containers) {
        if (engine.pods().find(name).filter(there -> there.name().equals(name)).isPresent()) {
            throw new PodException("pod name " + name + " is in use");
        }
        for (Container container : containers) {
            String id = idIn(name, original, container.id());
            if (engine.containers().find(Containers.requireId(id)).isPresent()) {
                throw new PodException("container name " + id + " is in use");
            }
        }
    }

    /** One without a bundle has its own directory for one. */
    private Path bundle(Container container, String id) {
        Path bundle = Path.of(container.state().bundle());
        return bundle.equals(container.directory()) ? engine.directory(id) : bundle;
    }
}
