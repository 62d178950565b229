package io.jpod.cli;

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

final class PodClone implements Verb {
    private final Jpod jpod;
    private boolean shareProcesses;
    private String original = "";
    private String name = "";

    PodClone(Jpod jpod) {
        this.jpod = jpod;
    }

    @Override
    public void define(Definition d) {
        d.flag("--share-processes", "Let the containers see each other's processes.", on -> shareProcesses = on);
        d.operand("POD", "By name, ID or the beginning of an ID.", v -> original = v);
        d.operand("NAME", "What to call the new one.", v -> name = v);
        d.footer(
                "A container app, or web-app, of pod web is called test-app in pod test. It is made from the same config: the same root"
                        + " file system and volumes, which both then have. Published ports stay with the first pod.",
                "",
                "Example:",
                "  jpod pod clone web test");
    }

    /** What a container of a pod is called in its copy. */
    static String idIn(String copy, Pod original, String id) {
        String prefix = original.name() + "-";
        return copy + "-" + (id.startsWith(prefix) ? id.substring(prefix.length()) : id);
    }

    @Override
    public Integer call() {
        Pod pod = jpod.pods().get(original);
        try (Fd _ = pod.hold(jpod.caller())) {
            List<Container> containers = PodContainers.own(pod);
            requireFree(jpod, pod, containers);
            Map<Container, Spec> specs = new LinkedHashMap<>();
            containers.forEach(container -> specs.put(container, container.spec()));
            Background background = Background.of(jpod);
            Pod copy = jpod.pods().create(pod.spec().like(name, shareProcesses), jpod.caller());
            try (Fd _ = copy.hold(jpod.caller())) {
                specs.forEach((container, spec) -> {
                    String id = idIn(name, pod, container.id());
                    background.make(
                            id,
                            bundle(jpod, container, id),
                            copy.adopt(spec, pod, id),
                            container.log().bounds());
                });
            } catch (RuntimeException | Error e) {
                copy.discard(e, jpod.caller());
                throw e;
            }
            jpod.caller().out().println(copy.id());
            return ExitCode.OK.number();
        }
    }

    private void requireFree(Jpod jpod, Pod pod, List<Container> containers) {
        if (jpod.pods().find(name).filter(there -> there.name().equals(name)).isPresent()) {
            throw new PodException("pod name " + name + " is in use");
        }
        for (Container container : containers) {
            String id = idIn(name, pod, container.id());
            if (jpod.containers().find(Containers.requireId(id)).isPresent()) {
                throw new PodException("container name " + id + " is in use");
            }
        }
    }

    /** One without a bundle has its own directory for one. */
    private static Path bundle(Jpod jpod, Container container, String id) {
        Path bundle = Path.of(container.state().bundle());
        return bundle.equals(container.directory()) ? jpod.root().resolve(id) : bundle;
    }
}
