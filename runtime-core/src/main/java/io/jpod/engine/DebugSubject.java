package io.jpod.engine;

import io.jpod.cgroup.Cgroup;
import io.jpod.container.Container;
import io.jpod.linux.Fd;
import io.jpod.linux.Linux;
import io.jpod.oci.NamespaceType;
import io.jpod.oci.Spec;
import io.jpod.pod.Pod;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What is debugged, and whose namespaces the debug container gets: those of the pod, and those of containers of it that it
 * names.
 *
 * @param pod null: a container that is in none
 * @param container the one that was named; null: a pod was
 * @param target whose processes are to be seen; null: nobody's but its own
 */
record DebugSubject(
        Engine engine,
        @Nullable Pod pod,
        @Nullable Container container,
        @Nullable Container target) {

    /** What containers of a pod have in common by default. */
    private static final List<NamespaceType> SHARED =
            List.of(NamespaceType.NETWORK, NamespaceType.IPC, NamespaceType.UTS);

    /** A pod comes before a container of the same name. */
    static DebugSubject find(Engine engine, String name) {
        Optional<Pod> pod = engine.pods().find(name);
        if (pod.isPresent()) {
            return new DebugSubject(engine, pod.get(), null, null);
        }
        Container container = engine.containers()
                .find(name)
                .orElseThrow(() -> new IllegalArgumentException("there is no pod or container " + name));
        Pod its = engine.pods().of(container).orElse(null);
        if (its == null && container.belonging().pod() != null) {
            throw new IllegalArgumentException("container %s: its pod %s is gone"
                    .formatted(name, container.belonging().pod()));
        }
        return new DebugSubject(engine, its, container, null);
    }

    DebugSubject withTarget(String name) {
        Container found = engine.containers()
                .find(name)
                .orElseThrow(() -> new InvalidWish("target", "there is no container " + name));
        requireOurs(found);
        switch (found.status()) {
            case RUNNING -> {}
            case PAUSED -> throw new InvalidWish("target", "container %s is paused: resume it first".formatted(name));
            case CREATED -> throw new InvalidWish("target", "container %s has not been started".formatted(name));
            case STOPPED, CREATING, DAMAGED ->
                throw new InvalidWish("target", "container %s does not run".formatted(name));
        }
        if (found.spec().linux().namespace(NamespaceType.PID) == null) {
            throw new InvalidWish(
                    "target", "container %s has the host's processes, and no pid namespace to join".formatted(name));
        }
        return new DebugSubject(engine, pod, container, found);
    }

    /** The same in a copy of the pod, whose container of that name is the target. */
    DebugSubject in(Pod copy, @Nullable String targetId) {
        Pod original = Objects.requireNonNull(pod);
        Container its =
                container == null ? null : engine.containers().get(PodCopy.idIn(copy.name(), original, container.id()));
        DebugSubject seen = new DebugSubject(engine, copy, its, null);
        return targetId == null ? seen : seen.withTarget(PodCopy.idIn(copy.name(), original, targetId));
    }

    void requireOurs(Container found) {
        String its = found.belonging().pod();
        if (pod != null && !pod.name().equals(its)) {
            throw new InvalidWish(
                    "target",
                    "container %s is not in pod %s, but in %s"
                            .formatted(found.id(), pod.name(), its == null ? "none" : "pod " + its));
        }
        if (pod == null && container != null && !container.id().equals(found.id())) {
            throw new InvalidWish(
                    "target", "containers %s and %s are not in one pod".formatted(container.id(), found.id()));
        }
    }

    /** Keeps the pod from being removed in the meantime; the caller closes it. */
    @Nullable Fd hold() {
        if (pod == null) {
            requireRunning();
            return null;
        }
        Fd lock = pod.hold(engine.parent());
        try {
            requireThawed(pod);
            requireRunning();
            return lock;
        } catch (RuntimeException | Error e) {
            lock.close();
            throw e;
        }
    }

    private void requireRunning() {
        if (container != null && container.pid() == 0) {
            throw new IllegalArgumentException("container %s does not run".formatted(container.id()));
        }
    }

    /** A process that is cloned into a frozen cgroup would not get anywhere (cgroup-v2.rst, "cgroup.freeze"). */
    private static void requireThawed(Pod pod) {
        try (Cgroup cgroup = pod.cgroup().orElse(null)) {
            if (cgroup != null && cgroup.isFrozen()) {
                throw new IllegalArgumentException("pod %s is paused: unpause it first".formatted(pod.name()));
            }
        }
    }

    // ---- namespaces

    private boolean isPods(NamespaceType type) {
        return pod != null
                && (pod.spec().share().contains(type) || pod.spec().host().contains(type));
    }

    /** Those that are joined by way of a container's process. */
    private Map<NamespaceType, Container> joined() {
        Map<NamespaceType, Container> joined = new EnumMap<>(NamespaceType.class);
        if (container != null) {
            SHARED.stream().filter(type -> !isPods(type)).forEach(type -> joined.put(type, container));
        }
        if (target != null && !isPods(NamespaceType.PID)) {
            joined.put(NamespaceType.PID, target);
        }
        return joined;
    }

    void apply(Wish.Builder wish) {
        joined().forEach((type, from) -> {
            String word = "container:" + from.id();
            switch (type) {
                case NETWORK -> wish.network(word);
                case IPC -> wish.ipc(word);
                case UTS -> wish.uts(word);
                case PID -> wish.pid(word);
                case MOUNT, USER, CGROUP, TIME -> throw new IllegalStateException("not joined: " + type);
            }
        });
    }

    /** As a member of the pod, and known for what it is. */
    Blueprint blueprint(String id, Path bundle, Spec alone) {
        Blueprint member = Blueprint.in(pod, id, bundle, alone);
        String name = pod == null ? Objects.requireNonNull(container).id() : pod.name();
        return new Blueprint(id, bundle, member.spec(), member.belonging().debugging(name));
    }

    /** What leads into another container's namespaces. */
    record Door(NamespaceType type, Container container, int pid, String namespace) {
        static Door of(NamespaceType type, Container container) {
            int pid = container.pid();
            return new Door(type, container, pid, pid == 0 ? "" : link(type, pid));
        }

        private static String link(NamespaceType type, int pid) {
            return Linux.readlink("/proc/" + pid + "/ns/" + type.procName());
        }

        /**
         * Namespaces are joined by the number of a process, which may have ended meanwhile, and the number be another's: what
         * was joined is looked at before anything runs in it.
         */
        void requireOf(int process) {
            if (container.pid() != pid || pid == 0) {
                throw new IllegalStateException(
                        "container %s has ended, and with it what was to be joined".formatted(container.id()));
            }
            if (!link(type, process).equals(namespace)) {
                throw new IllegalStateException("the %s namespace that was joined is not that of container %s"
                        .formatted(type.jsonName(), container.id()));
            }
        }
    }

    /** To be taken before, and looked at after the debug container is made. */
    List<Door> doors() {
        List<Door> doors = new ArrayList<>();
        joined().forEach((type, from) -> doors.add(Door.of(type, from)));
        return doors;
    }

    /** The number that the debug container sees of the target's first process. */
    int pidOfTarget() {
        String status = Linux.readText("/proc/" + Objects.requireNonNull(target).pid() + "/status", 1 << 16);
        String numbers = status.lines()
                .filter(line -> line.startsWith("NSpid:"))
                .findFirst()
                .orElseThrow();
        return Integer.parseInt(numbers.substring(numbers.lastIndexOf('\t') + 1).strip());
    }
}
