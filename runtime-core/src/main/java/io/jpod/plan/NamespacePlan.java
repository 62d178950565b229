package io.jpod.plan;

import io.jpod.oci.Linux;
import io.jpod.oci.Namespace;
import io.jpod.oci.NamespaceType;
import io.jpod.oci.Spec;
import io.jpod.plan.Plan.Sink;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** The steps for {@code linux.namespaces}: which of them are new, which are joined, and who enters them. */
final class NamespacePlan {
    /** Namespaces that a thread of the JVM may make and enter; the others belong to the process itself. */
    private static final List<NamespaceType> BUILDER =
            List.of(NamespaceType.NETWORK, NamespaceType.IPC, NamespaceType.UTS, NamespaceType.MOUNT);

    private final Linux linux;
    private final boolean early;
    private final String rootfs;

    /** @param early whether the process is cloned before the house is built */
    NamespacePlan(Spec spec, boolean early, String rootfs) {
        this.linux = spec.linux();
        this.early = early;
        this.rootfs = rootfs;
    }

    /** What the process is cloned into. */
    Set<NamespaceType> clonedInto() {
        Set<NamespaceType> made = EnumSet.noneOf(NamespaceType.class);
        // One that is cloned into a user namespace would lose all capabilities in it when it executes jpod-init, as its
        // uid is not mapped yet, capabilities(7): then the process makes the namespaces itself.
        if (linux.namespace(NamespaceType.USER) == null) {
            if (isNew(NamespaceType.PID)) {
                made.add(NamespaceType.PID);
            }
            if (early) {
                BUILDER.stream().filter(this::isNew).forEach(made::add);
            }
        }
        return made;
    }

    /** Time, and that nobody sees the process who is not to. */
    void outside(Sink out) {
        if (isJoined(NamespaceType.TIME)) {
            out.add(new NamespaceStep.JoinNamespace(NamespaceType.TIME), from(NamespaceType.TIME));
        } else if (isNew(NamespaceType.TIME)) {
            List<String> offsets = linux.timeOffsets().entrySet().stream()
                    .map(e -> e.getKey() + " " + e.getValue().secs() + " "
                            + e.getValue().nanosecs())
                    .toList();
            out.add(
                    new NamespaceStep.EnterTimeNamespace(offsets),
                    offsets.isEmpty() ? from(NamespaceType.TIME) : "linux.timeOffsets");
        }
        // Whoever has the uid that made a user namespace may trace who is in it, without any capability, and root of
        // one
        // may trace whoever has come in with the host's uid 0, user_namespaces(7).
        if (linux.namespace(NamespaceType.USER) != null || !isNew(NamespaceType.PID)) {
            out.add(new NamespaceStep.HideProcess(), "default");
        }
    }

    /**
     * Given namespaces first: those that the host owns cannot be joined from inside. The new ones come with the user
     * namespace, or behind it, so that it owns them.
     */
    void enterUser(Sink out, List<String> closed) {
        if (!closed.isEmpty()) {
            // In mounts that are still the host's user namespace's, of which those of the container will be a copy.
            out.add(new NamespaceStep.UnshareNamespaces(EnumSet.of(NamespaceType.MOUNT)), "root.path");
            out.add(new RootfsStep.SetPropagation(Linux.Propagation.SLAVE, true), "root.path");
            out.add(new RootfsStep.LetGoOfHostMounts(closed), "root.path");
        }
        for (NamespaceType type : List.of(
                NamespaceType.NETWORK,
                NamespaceType.IPC,
                NamespaceType.UTS,
                NamespaceType.CGROUP,
                NamespaceType.USER)) {
            if (isJoined(type)) {
                out.add(new NamespaceStep.JoinNamespace(type), from(type));
            }
        }
        Set<NamespaceType> made = EnumSet.noneOf(NamespaceType.class);
        Stream.of(NamespaceType.values())
                .filter(type -> type != NamespaceType.TIME && isNew(type))
                .forEach(made::add);
        out.add(new NamespaceStep.UnshareNamespaces(made), "linux.namespaces");
        if (isNew(NamespaceType.USER)) {
            out.add(
                    new ProcessStep.AwaitMappings(linux.uidMappings(), linux.gidMappings()),
                    "linux.uidMappings, linux.gidMappings");
        }
        if (isNew(NamespaceType.PID)) {
            out.add(new NamespaceStep.EnterPidNamespace(), from(NamespaceType.PID));
        }
    }

    /**
     * In a mount namespace that is not its own the container has a directory of it for its root, and nothing is made there: who
     * is in it would see that, it would stay when the container has gone, and pivot_root(2) would take their root away. By the
     * process, since no namespace hands a root directory over.
     */
    void shareRoot(Sink out) {
        if (linux.hasOwnMounts()) {
            return;
        }
        if (isJoined(NamespaceType.MOUNT)) {
            out.add(new NamespaceStep.JoinNamespace(NamespaceType.MOUNT), from(NamespaceType.MOUNT));
        }
        out.add(new HostStep.OpenRootDirectory(rootfs), "root.path");
    }

    /** With a mount namespace that is joined the process comes later, see {@link #shareRoot}. */
    void enter(Sink out) {
        Set<NamespaceType> made = EnumSet.noneOf(NamespaceType.class);
        for (NamespaceType type : BUILDER) {
            if (isJoined(type) && type != NamespaceType.MOUNT) {
                out.add(new NamespaceStep.JoinNamespace(type), from(type));
            } else if (isNew(type) && !early) {
                made.add(type);
            }
        }
        if (!made.isEmpty()) {
            out.add(new NamespaceStep.UnshareNamespaces(made), "linux.namespaces");
        }
    }

    /** From the builder to the process. */
    void handOver(Sink out) {
        if (!ofBuilder().isEmpty()) {
            out.add(new NamespaceStep.ExportNamespaces(ofBuilder()), "linux.namespaces");
        }
    }

    /** @param pivoted whether the root file system is the root in them already */
    void moveIn(Sink out, boolean pivoted) {
        if (!ofBuilder().isEmpty()) {
            out.add(new NamespaceStep.AdoptNamespaces(ofBuilder(), pivoted), "linux.namespaces");
        }
    }

    /** By the process itself, which is in its cgroup already: that becomes the root of what it sees. */
    void enterCgroup(Sink out) {
        if (isJoined(NamespaceType.CGROUP)) {
            out.add(new NamespaceStep.JoinNamespace(NamespaceType.CGROUP), from(NamespaceType.CGROUP));
        } else if (isNew(NamespaceType.CGROUP)) {
            out.add(new NamespaceStep.UnshareNamespaces(EnumSet.of(NamespaceType.CGROUP)), from(NamespaceType.CGROUP));
        }
    }

    private List<NamespaceType> ofBuilder() {
        return BUILDER.stream()
                .filter(type -> type == NamespaceType.MOUNT ? linux.hasOwnMounts() : linux.namespace(type) != null)
                .toList();
    }

    boolean isNew(NamespaceType type) {
        Namespace namespace = linux.namespace(type);
        return namespace != null && namespace.path() == null;
    }

    boolean isJoined(NamespaceType type) {
        Namespace namespace = linux.namespace(type);
        return namespace != null && namespace.path() != null;
    }

    String from(NamespaceType type) {
        List<NamespaceType> types =
                linux.namespaces().stream().map(Namespace::type).toList();
        return "linux.namespaces[" + types.indexOf(type) + "]";
    }
}
