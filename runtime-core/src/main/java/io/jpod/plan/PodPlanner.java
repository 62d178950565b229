package io.jpod.plan;

import io.jpod.json.InvalidJson;
import io.jpod.oci.IdMapping;
import io.jpod.oci.Linux;
import io.jpod.oci.NamespaceType;
import io.jpod.plan.Plan.By;
import io.jpod.plan.Step.Milestone;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Makes the plan for a pod: what its containers will find when they join. Pure, and in the same words as a container's.
 *
 * <p>Namespaces of net, ipc and uts are made by a thread and held by their pins, so that a pod has no process. It takes one
 * for a pid namespace, which lives as long as its process 1; for a user namespace, which must own the others and which no
 * thread of a JVM can make; and for a cgroup namespace, whose root is the cgroup of whoever makes it. The last two end when
 * their namespaces are pinned.
 */
public final class PodPlanner {
    /** What a thread of the JVM can make, and a mount of nsfs can hold. */
    private static final Set<NamespaceType> BUILT =
            EnumSet.of(NamespaceType.NETWORK, NamespaceType.IPC, NamespaceType.UTS);

    /** What containers can share beside them. Mount namespaces are what makes them containers; nobody shares time. */
    public static final Set<NamespaceType> SHAREABLE = EnumSet.of(
            NamespaceType.NETWORK,
            NamespaceType.IPC,
            NamespaceType.UTS,
            NamespaceType.PID,
            NamespaceType.CGROUP,
            NamespaceType.USER);

    private final Request request;
    private final List<Plan.Entry> entries = new ArrayList<>();

    /**
     * @param directory of the pod: {@code ns/TYPE} for the pins, {@code shm}, and the files of /etc
     * @param share the namespaces that the pod has, some of {@link #SHAREABLE}
     * @param sysctl as in a container's spec; of the namespaces that are shared
     * @param cgroup its directory; null: none
     * @param shmSize bytes
     * @param volumes names of directories that the pod makes, with their sizes in memory, 0 for one on disk
     * @param networks device to network
     * @param mappings of the user namespace, for uids and gids alike; empty unless it is shared
     * @param lastCapability the highest capability number of this kernel
     */
    public record Request(
            String directory,
            @Nullable String hostname,
            Set<NamespaceType> share,
            Map<String, String> sysctl,
            @Nullable String cgroup,
            List<Limit> limits,
            long shmSize,
            Map<String, Long> volumes,
            Map<String, String> networks,
            List<IdMapping> mappings,
            int lastCapability) {}

    private PodPlanner(Request request) {
        this.request = request;
    }

    /** @throws InvalidJson naming the option that cannot be */
    public static Plan plan(Request request) {
        request.sysctl().keySet().forEach(key -> checkSysctl(key, request.share()));
        PodPlanner planner = new PodPlanner(request);
        planner.plan();
        return new Plan(planner.entries, List.of(), new Names(request.cgroup(), null));
    }

    /** Only what a namespace of the pod's own owns: everything else would be the host's. */
    private static void checkSysctl(String key, Set<NamespaceType> share) {
        String path = Validation.sysctlPath(key);
        NamespaceType owner = Validation.owner(path);
        if (!Validation.isSysctl(path)) {
            throw new InvalidJson("--sysctl", key, "is not the name of a sysctl");
        }
        if (owner == null) {
            throw new InvalidJson("--sysctl", key, "belongs to no namespace: it would change the host");
        }
        if (!share.contains(owner)) {
            throw new InvalidJson(
                    "--sysctl", key, "needs the pod to have its own namespace of type " + owner.jsonName());
        }
        if (path.equals("kernel/hostname")) {
            throw new InvalidJson("--sysctl", key, "use --hostname instead");
        }
    }

    private void plan() {
        cgroup();
        boolean early = shares(NamespaceType.USER);
        boolean init = shares(NamespaceType.PID);
        boolean clones = early || init || shares(NamespaceType.CGROUP);
        if (early || shares(NamespaceType.NETWORK) || !request.sysctl().isEmpty()) {
            add(By.BUILDER, new HostStep.OpenProcfs(), "default");
        }
        if (init) {
            add(By.BUILDER, new HostStep.OpenEmptyRootfs(), "--share pid");
        }
        if (early) {
            inUserNamespace(init);
        } else {
            build(init);
            if (clones) {
                inProcess(init);
            }
        }
        if (init && request.cgroup() != null) {
            add(By.BRAIN, new BrainStep.EnterLeaf(request.cgroup() + "/init"), "--share pid");
        }
        for (NamespaceType type : NamespaceType.values()) {
            if (shares(type)) {
                add(By.BRAIN, new BrainStep.PinNamespace(type, pin(request.directory(), type)), "--share");
            }
        }
        if (clones && !init) {
            add(By.BRAIN, new BrainStep.EndProcess(), "--share");
        }
        if (shares(NamespaceType.IPC)) {
            add(
                    By.BRAIN,
                    new BrainStep.MountShm(request.directory() + "/shm", request.shmSize(), owner()),
                    "--shm-size");
        }
        request.volumes()
                .forEach((name, size) -> add(
                        By.BRAIN,
                        new BrainStep.MakeVolume(volume(request.directory(), name), size, owner()),
                        "--empty-dir " + name));
        request.networks()
                .forEach(
                        (device, network) -> add(By.BRAIN, new BrainStep.ConnectNetwork(network, device), "--network"));
        add(By.BRAIN, new BrainStep.WriteFiles(request.directory()), "default");
    }

    /** Root of the pod's user namespace, or of the host. */
    private long owner() {
        return request.mappings().isEmpty() ? 0 : request.mappings().getFirst().hostID();
    }

    /** Where a pod keeps a namespace. */
    public static String pin(String directory, NamespaceType type) {
        return directory + "/ns/" + type.procName();
    }

    /** Where a pod keeps a volume of its own. */
    public static String volume(String directory, String name) {
        return directory + "/volumes/" + name;
    }

    private void cgroup() {
        if (request.cgroup() != null) {
            add(By.BRAIN, new BrainStep.CreateCgroup(), "default");
            request.limits().forEach(limit -> add(By.BRAIN, new BrainStep.SetLimit(limit), limit.from()));
        }
    }

    private void build(boolean init) {
        Set<NamespaceType> made = EnumSet.copyOf(BUILT);
        made.removeIf(type -> !shares(type));
        List<NamespaceType> exported = new ArrayList<>(made);
        if (init) {
            made.add(NamespaceType.MOUNT);
            exported.add(NamespaceType.MOUNT);
        }
        if (made.isEmpty()) {
            return;
        }
        add(By.BUILDER, new NamespaceStep.UnshareNamespaces(made), "--share");
        add(By.BUILDER, new NamespaceStep.ExportNamespaces(exported), "--share");
        identity(By.BUILDER);
        if (init) {
            emptyRoot(By.BUILDER);
        }
    }

    private void identity(By by) {
        if (shares(NamespaceType.UTS) && request.hostname() != null) {
            add(by, new NamespaceStep.SetHostname(request.hostname()), "--hostname");
        }
        if (shares(NamespaceType.NETWORK)) {
            // Before the first container: without it 127.0.0.1 is unreachable, netdevice(7).
            add(by, new NamespaceStep.LoopbackUp(), "default");
        }
        if (shares(NamespaceType.NETWORK)) {
            defaults(by);
        }
        request.sysctl()
                .forEach((key, value) -> add(
                        by,
                        new NamespaceStep.SetSysctl(Validation.sysctlPath(key), value),
                        "--sysctl " + key + "=" + value));
    }

    /** What needs privileges for the sake of a host's users, and nobody else is in there: ping without CAP_NET_RAW, ports below 1024. */
    private void defaults(By by) {
        long lastId = request.mappings().isEmpty()
                ? Integer.MAX_VALUE
                : request.mappings().getFirst().size() - 1;
        add(by, new NamespaceStep.SetSysctl("net/ipv4/ping_group_range", "0 " + lastId), "default");
        add(by, new NamespaceStep.SetSysctl("net/ipv4/ip_unprivileged_port_start", "0"), "default");
    }

    private void emptyRoot(By by) {
        add(by, new RootfsStep.SetPropagation(Linux.Propagation.SLAVE, true), "--share pid");
        add(by, new RootfsStep.AttachRootfs(request.directory()), "--share pid");
        add(by, new RootfsStep.PivotRoot(), "--share pid");
    }

    private void inProcess(boolean init) {
        Set<NamespaceType> cloned = init ? EnumSet.of(NamespaceType.PID) : EnumSet.noneOf(NamespaceType.class);
        add(By.BRAIN, new BrainStep.CloneProcess(cloned, false, request.cgroup() != null), "--share");
        if (shares(NamespaceType.CGROUP)) {
            add(By.PROCESS, new NamespaceStep.UnshareNamespaces(EnumSet.of(NamespaceType.CGROUP)), "--share");
        }
        if (init) {
            List<NamespaceType> adopted = new ArrayList<>(BUILT);
            adopted.removeIf(type -> !shares(type));
            adopted.add(NamespaceType.MOUNT);
            add(By.PROCESS, new NamespaceStep.AdoptNamespaces(adopted, true), "--share pid");
        }
        stay(init);
    }

    /** The user namespace comes first, so that it owns the others, user_namespaces(7). */
    private void inUserNamespace(boolean init) {
        add(
                By.BRAIN,
                new BrainStep.CloneProcess(EnumSet.noneOf(NamespaceType.class), false, request.cgroup() != null),
                "--userns");
        Set<NamespaceType> made = EnumSet.copyOf(request.share());
        if (init) {
            made.add(NamespaceType.MOUNT);
        }
        // Whoever has the uid that made it may trace who is in it, user_namespaces(7).
        add(By.PROCESS, new NamespaceStep.HideProcess(), "--userns");
        add(By.PROCESS, new NamespaceStep.UnshareNamespaces(made), "--share");
        add(By.PROCESS, new ProcessStep.AwaitMappings(request.mappings(), request.mappings()), "--userns");
        if (init) {
            add(By.PROCESS, new NamespaceStep.EnterPidNamespace(), "--share pid");
        }
        if (init) {
            // Before it is somebody to whom the directories above may be closed.
            emptyRoot(By.PROCESS);
        }
        add(By.PROCESS, new NamespaceStep.BecomeRoot(), "--userns");
        identity(By.PROCESS);
        stay(init);
    }

    /** Until the namespaces are pinned, or for ever: then without rights, and with nothing to look at. */
    private void stay(boolean init) {
        if (init) {
            add(By.PROCESS, new ProcessStep.NewSession(), "default");
            add(By.PROCESS, new ProcessStep.CloseDescriptors(), "default");
            add(By.PROCESS, new CredentialStep.LimitBoundingSet(List.of(), request.lastCapability()), "default");
            add(
                    By.PROCESS,
                    new CredentialStep.SetCapabilities(List.of(), List.of(), List.of(), List.of(), false),
                    "default");
            add(By.PROCESS, new CredentialStep.SetNoNewPrivileges(), "default");
        }
        add(By.PROCESS, new ProcessStep.Await(Milestone.READY), "default");
        if (init) {
            add(By.PROCESS, new ProcessStep.ReapForEver(), "--share pid");
        }
    }

    private boolean shares(NamespaceType type) {
        return request.share().contains(type);
    }

    private void add(By by, Step step, String from) {
        entries.add(new Plan.Entry(step, by, from));
    }
}
