package io.jpod.plan;

import io.jpod.oci.NamespaceType;
import io.jpod.oci.Resources;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What the brain does itself, by a call of Java or many. Each of them is executed, and undone, in one place. */
public sealed interface BrainStep extends Step {

    /** Leaves something on the host, and so has an inverse. */
    sealed interface Lasting extends BrainStep {}

    /** Goes with what a step before it has left. */
    sealed interface Passing extends BrainStep {}

    /** mkdir, with the controllers that the limits need. */
    record CreateCgroup() implements Lasting {}

    record SetLimit(Limit limit) implements Passing {}

    /** An eBPF program on the cgroup, cgroups(7): device access. */
    record FilterDevices(List<Resources.DeviceRule> rules) implements Passing {}

    /** To a user of the host, who may then make cgroups in it (runtime-spec, config-linux.md, "Cgroup ownership"). */
    record DelegateCgroup(long uid) implements Passing {}

    /**
     * {@code tmpcopyup}: a tmpfs that nobody sees yet, with a copy of what it is going to cover. The builder may mount it.
     *
     * @param covered what that is on the host
     */
    record FillTmpfs(String handle, @Nullable String source, String place, Facts.Covered covered, MountOptions options)
            implements BrainStep {}

    /** clone3(2): the container's own process, born in its cgroup. */
    record CloneProcess(Set<NamespaceType> namespaces, boolean joinsPid, boolean intoCgroup) implements Lasting {}

    /** Its place is a leaf, for a cgroup that hands controllers on has no processes of its own, cgroups(7). */
    record EnterLeaf(String path) implements Passing {}

    /** Which was only there to make namespaces. */
    record EndProcess() implements Passing {}

    /** A bind mount of nsfs, namespaces(7): the namespace lives on without a process in it. */
    record PinNamespace(NamespaceType type, String path) implements Lasting {}

    /**
     * POSIX shared memory is files, shm_overview(7): no namespace shares or separates it, only the file system that is mounted
     * on everybody's /dev/shm.
     *
     * @param size bytes
     * @param owner uid and gid of its root
     */
    record MountShm(String path, long size, long owner) implements Lasting {}

    /**
     * A directory, on disk or in memory, that is as old as the pod and goes with it.
     *
     * @param size bytes, for one in memory; 0: on disk
     * @param owner uid and gid of its root, of one in memory
     */
    record MakeVolume(String path, long size, long owner) implements Lasting {}

    /** A pair of virtual Ethernet devices, veth(4): one end in the pod, the other one in the bridge of the network. */
    record ConnectNetwork(String network, String device) implements Lasting {}

    /** hosts(5), hostname(5), resolv.conf(5), which all containers of the pod mount. */
    record WriteFiles(String directory) implements Passing {}
}
