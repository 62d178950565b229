package io.jpod.engine;

import io.jpod.container.Container;
import io.jpod.oci.Mount;
import io.jpod.oci.Namespace;
import io.jpod.oci.NamespaceType;
import io.jpod.oci.Spec;
import io.jpod.pod.Pod;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Whose namespaces a container has: its own, the host's, or those of another container.
 *
 * @param host those of the host
 * @param joined paths of those of others
 * @param shm what is everybody's /dev/shm; null: its own
 * @param hostname of a uts namespace that is not its own; null: it is
 */
record Sharing(
        Set<NamespaceType> host,
        Map<NamespaceType, String> joined,
        @Nullable Mount shm,
        @Nullable String hostname) {

    private static final Mount OWN_SHM =
            new Mount("/dev/shm", "tmpfs", "shm", List.of("nosuid", "noexec", "nodev", "mode=1777", "size=65536k"));

    private static final List<String> SHM_OPTIONS = List.of("bind", "nosuid", "noexec", "nodev");

    /**
     * @param pod that it becomes a container of; null: none
     * @throws InvalidWish naming the field that cannot be
     */
    static Sharing of(Engine engine, Wish wish, @Nullable Pod pod) {
        Set<NamespaceType> host = EnumSet.noneOf(NamespaceType.class);
        Map<NamespaceType, String> joined = new EnumMap<>(NamespaceType.class);
        Mount shm = null;
        String hostname = pod == null ? null : hostname(wish, pod);
        for (NamespaceType type :
                List.of(NamespaceType.NETWORK, NamespaceType.IPC, NamespaceType.UTS, NamespaceType.PID)) {
            String wanted = wanted(wish, type);
            if (wanted == null) {
                continue;
            }
            requireNotPods(pod, type);
            if (wanted.equals("private") || type == NamespaceType.NETWORK && wanted.equals("none")) {
                continue;
            }
            if (wanted.equals("host")) {
                host.add(type);
                if (type == NamespaceType.IPC) {
                    shm = new Mount("/dev/shm", "bind", "/dev/shm", SHM_OPTIONS);
                }
            } else if (wanted.startsWith("container:")) {
                Container other = running(engine, type, wanted.substring(10));
                joined.put(type, "/proc/" + other.pid() + "/ns/" + type.procName());
                if (type == NamespaceType.IPC) {
                    shm = new Mount("/dev/shm", "bind", "/proc/" + other.pid() + "/root/dev/shm", SHM_OPTIONS);
                }
            } else {
                String others = "host or container:NAME";
                throw new InvalidWish(
                        names -> "%s: must be %s, is \"%s\""
                                .formatted(
                                        names.apply(type.jsonName()),
                                        type == NamespaceType.NETWORK
                                                ? "none, " + others + " (to a network only pods are connected, see "
                                                        + names.apply("pod") + ")"
                                                : "private, " + others,
                                        wanted),
                        null);
            }
            if (type == NamespaceType.UTS) {
                if (wish.hostname() != null) {
                    throw new InvalidWish(
                            names -> names.apply("hostname") + ": the name is that of " + names.apply("uts") + " "
                                    + wanted,
                            null);
                }
                hostname = wanted.equals("host") ? hostName() : nameOf(engine, wanted.substring(10));
            }
        }
        if (wish.cgroupParent() != null && pod != null) {
            throw new InvalidWish("cgroupParent", "the pod's cgroup is the parent");
        }
        return new Sharing(host, joined, shm, hostname);
    }

    private static String hostname(Wish wish, Pod pod) {
        boolean shared = pod.spec().share().contains(NamespaceType.UTS)
                || pod.spec().host().contains(NamespaceType.UTS);
        if (shared && wish.hostname() != null) {
            throw new InvalidWish(
                    "hostname",
                    "containers of pod %s have the pod's, %s"
                            .formatted(pod.name(), pod.spec().hostname()));
        }
        return shared
                ? pod.spec().hostname()
                : HostName.of(wish.hostname(), pod.spec().hostname());
    }

    private static void requireNotPods(@Nullable Pod pod, NamespaceType type) {
        if (pod != null
                && (pod.spec().share().contains(type) || pod.spec().host().contains(type))) {
            throw new InvalidWish(
                    type.jsonName(),
                    "containers of pod %s have the pod's %s namespace".formatted(pod.name(), type.jsonName()));
        }
    }

    private static @Nullable String wanted(Wish wish, NamespaceType type) {
        return switch (type) {
            case NETWORK -> wish.network();
            case IPC -> wish.ipc();
            case UTS -> wish.uts();
            case PID -> wish.pid();
            case MOUNT, USER, CGROUP, TIME -> null;
        };
    }

    private static Container running(Engine engine, NamespaceType type, String name) {
        Optional<Container> other =
                name.isEmpty() ? Optional.empty() : engine.containers().find(name);
        if (other.isEmpty()) {
            throw new InvalidWish(type.jsonName(), "there is no container " + name);
        }
        if (other.get().pid() == 0) {
            throw new InvalidWish(type.jsonName(), "container " + name + " does not run");
        }
        return other.get();
    }

    private static String hostName() {
        return io.jpod.linux.Linux.readText("/proc/sys/kernel/hostname", 256).strip();
    }

    private static String nameOf(Engine engine, String container) {
        Spec spec = engine.containers().get(container).spec();
        return Objects.requireNonNullElse(spec.hostname(), container);
    }

    boolean isOwn(NamespaceType type) {
        return !host.contains(type) && !joined.containsKey(type);
    }

    /** Empty for the host's. */
    Optional<Namespace> namespace(NamespaceType type) {
        return host.contains(type) ? Optional.empty() : Optional.of(new Namespace(type, joined.get(type)));
    }

    @Override
    public Mount shm() {
        return shm == null ? OWN_SHM : shm;
    }

    /** What $HOSTNAME says. */
    String hostname(@Nullable String option, String container) {
        return hostname != null ? hostname : HostName.of(option, container);
    }

    /** Null: the usual one. */
    @Nullable String cgroupsPath(@Nullable String parent, String container) {
        return parent == null ? null : "/" + parent.replaceAll("^/+|/+$", "") + "/" + container;
    }
}
