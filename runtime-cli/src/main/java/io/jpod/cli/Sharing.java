package io.jpod.cli;

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
     * @throws IllegalArgumentException naming the option that cannot be
     */
    static Sharing of(Jpod jpod, ContainerOptions options, @Nullable Pod pod) {
        Set<NamespaceType> host = EnumSet.noneOf(NamespaceType.class);
        Map<NamespaceType, String> joined = new EnumMap<>(NamespaceType.class);
        Mount shm = null;
        String hostname = pod == null ? null : hostname(options, pod);
        for (NamespaceType type :
                List.of(NamespaceType.NETWORK, NamespaceType.IPC, NamespaceType.UTS, NamespaceType.PID)) {
            String wanted = wanted(options, type);
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
                Container other = running(jpod, type, wanted.substring(10));
                joined.put(type, "/proc/" + other.pid() + "/ns/" + type.procName());
                if (type == NamespaceType.IPC) {
                    shm = new Mount("/dev/shm", "bind", "/proc/" + other.pid() + "/root/dev/shm", SHM_OPTIONS);
                }
            } else {
                throw new IllegalArgumentException(option(type) + ": must be "
                        + (type == NamespaceType.NETWORK
                                ? "none, host or container:NAME (to a network only pods are connected, see --pod), is \""
                                : "private, host or container:NAME, is \"")
                        + wanted + "\"");
            }
            if (type == NamespaceType.UTS) {
                if (options.hostname != null) {
                    throw new IllegalArgumentException("--hostname: the name is that of --uts " + wanted);
                }
                hostname = wanted.equals("host") ? hostName() : nameOf(jpod, wanted.substring(10));
            }
        }
        if (options.cgroupParent != null && pod != null) {
            throw new IllegalArgumentException("--cgroup-parent: the pod's cgroup is the parent");
        }
        return new Sharing(host, joined, shm, hostname);
    }

    private static String hostname(ContainerOptions options, Pod pod) {
        boolean shared = pod.spec().share().contains(NamespaceType.UTS)
                || pod.spec().host().contains(NamespaceType.UTS);
        if (shared && options.hostname != null) {
            throw new IllegalArgumentException("--hostname: containers of pod %s have the pod's, %s"
                    .formatted(pod.name(), pod.spec().hostname()));
        }
        return shared
                ? pod.spec().hostname()
                : HostName.of(options.hostname, pod.spec().hostname());
    }

    private static void requireNotPods(@Nullable Pod pod, NamespaceType type) {
        if (pod != null
                && (pod.spec().share().contains(type) || pod.spec().host().contains(type))) {
            throw new IllegalArgumentException("%s: containers of pod %s have the pod's %s namespace"
                    .formatted(option(type), pod.name(), type.jsonName()));
        }
    }

    private static @Nullable String wanted(ContainerOptions options, NamespaceType type) {
        return switch (type) {
            case NETWORK -> options.network;
            case IPC -> options.ipc;
            case UTS -> options.uts;
            case PID -> options.pid;
            case MOUNT, USER, CGROUP, TIME -> null;
        };
    }

    private static String option(NamespaceType type) {
        return "--" + type.jsonName();
    }

    private static Container running(Jpod jpod, NamespaceType type, String name) {
        Optional<Container> other =
                name.isEmpty() ? Optional.empty() : jpod.containers().find(name);
        if (other.isEmpty()) {
            throw new IllegalArgumentException(option(type) + ": there is no container " + name);
        }
        if (other.get().pid() == 0) {
            throw new IllegalArgumentException(option(type) + ": container " + name + " does not run");
        }
        return other.get();
    }

    private static String hostName() {
        return io.jpod.linux.Linux.readText("/proc/sys/kernel/hostname", 256).strip();
    }

    private static String nameOf(Jpod jpod, String container) {
        Spec spec = jpod.containers().get(container).spec();
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
