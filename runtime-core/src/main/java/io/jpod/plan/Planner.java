package io.jpod.plan;

import io.jpod.json.InvalidJson;
import io.jpod.oci.Device;
import io.jpod.oci.HookKind;
import io.jpod.oci.Linux;
import io.jpod.oci.Namespace;
import io.jpod.oci.NamespaceType;
import io.jpod.oci.Process;
import io.jpod.oci.Resources;
import io.jpod.oci.Spec;
import io.jpod.plan.Plan.By;
import io.jpod.plan.Step.Milestone;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Makes the plan for a container: the order of everything that is done to set it up. Pure: what it must know of the
 * world is in {@link Facts}.
 *
 * <p>The order follows the runtime-spec (runtime.md, "Lifecycle"; config.md, "POSIX-platform Hooks") and is the same
 * whoever executes it. With a user namespace, or with hooks that must see the process before pivot_root, the process is
 * cloned early and does it all; otherwise the builder thread makes the house and the process moves in.
 */
public final class Planner {
    private final Spec spec;
    private final Linux linux;
    private final Request request;
    private final Facts facts;
    private final List<Plan.Entry> entries = new ArrayList<>();
    private final List<String> warnings = new ArrayList<>();
    private final NamespacePlan namespaces;
    private final MountPlan mounts;
    private final boolean early;
    private By by = By.BUILDER;

    /**
     * What the command line says, beside the spec.
     *
     * @param rootfs absolute path of root.path
     * @param cgroup whether the container has one of its own
     * @param pivot false: --no-pivot
     * @param keyring false: --no-new-keyring
     * @param preserve descriptors of the caller that the container keeps, from 3 on
     * @param waitForStart true for create, false for run
     * @param mapsOwners whether the files of root.path have the owners that they have on disk, seen from inside the user
     *     namespace that the container joins
     */
    public record Request(
            String rootfs,
            boolean cgroup,
            boolean pivot,
            boolean keyring,
            int preserve,
            boolean waitForStart,
            boolean mapsOwners) {}

    private Planner(Spec spec, Request request, Facts facts) {
        this.spec = spec;
        this.linux = spec.linux();
        this.request = request;
        this.facts = facts;
        this.early = movesInEarly(spec);
        this.namespaces = new NamespacePlan(spec, early, request.rootfs());
        this.mounts = new MountPlan(spec, facts, request.rootfs());
    }

    /**
     * For any container of this spec: whose it is, {@link Plan#of} says.
     *
     * @throws InvalidJson naming the JSON path of what jpod cannot honour
     */
    public static Plan plan(Spec spec, Request request, Facts facts) {
        Validation.check(spec, request, facts);
        Planner planner = new Planner(spec, request, facts);
        planner.plan();
        return new Plan(planner.entries, planner.warnings);
    }

    /** Whether the process is cloned before the house is built. */
    private static boolean movesInEarly(Spec spec) {
        return spec.linux().namespace(NamespaceType.USER) != null
                || !spec.hooks().of(HookKind.PRESTART).isEmpty()
                || !spec.hooks().of(HookKind.CREATE_RUNTIME).isEmpty()
                || !spec.hooks().of(HookKind.CREATE_CONTAINER).isEmpty();
    }

    private void plan() {
        by = By.BRAIN;
        mounts.fill(this::add);
        by = By.BUILDER;
        cgroup();
        openOnHost();
        if (early) {
            cloneProcess();
            outside();
            namespaces.shareRoot(this::add);
            if (linux.namespace(NamespaceType.USER) == null) {
                namespaces.enter(this::add);
                namespaces.enterCgroup(this::add);
            } else {
                namespaces.enterUser(this::add, closedHostMounts());
            }
            identity();
            attachRootfs();
            becomeRoot();
            mounts.rest(this::add);
            devices();
            // What they mount below the root file system has to be on top of ours, and pivot_root to take it along.
            awaitHooks(Milestone.CREATE_RUNTIME_HOOKS, HookKind.PRESTART, HookKind.CREATE_RUNTIME);
            awaitHooks(Milestone.CREATE_CONTAINER_HOOKS, HookKind.CREATE_CONTAINER);
            enterRoot();
        } else {
            namespaces.enter(this::add);
            namespaces.handOver(this::add);
            identity();
            attachRootfs();
            mounts.untilProcess(this::add);
            boolean pivots = linux.hasOwnMounts() && !mounts.needHost();
            if (pivots) {
                enterRoot();
            }
            boolean complete = linux.hasOwnMounts() && mounts.isComplete();
            if (complete) {
                devices();
            }
            cloneProcess();
            outside();
            namespaces.moveIn(this::add, pivots);
            namespaces.enterCgroup(this::add);
            namespaces.shareRoot(this::add);
            if (!complete) {
                mounts.rest(this::add);
                devices();
            }
            if (!pivots) {
                enterRoot();
            }
        }
        propagation();
        workingDirectory();
        mounts.closeTmpfs(this::add);
        restrictPaths();
        if (spec.process() != null) {
            process(spec.process());
        }
    }

    /** The limits that a spec asks for, whatever the host has. */
    public static List<Limit> limits(Spec spec) {
        Resources resources = spec.linux().resources();
        return resources == null ? List.of() : Limits.of(resources, Limits.Facts.UNKNOWN);
    }

    private void cgroup() {
        if (!request.cgroup()) {
            return;
        }
        Resources resources = linux.resources() == null ? Resources.NONE : linux.resources();
        List<Limit> limits = Limits.of(resources, facts.limits());
        by = By.BRAIN;
        add(new BrainStep.CreateCgroup(), linux.cgroupsPath() == null ? "default" : "linux.cgroupsPath");
        for (Limit limit : limits) {
            add(new BrainStep.SetLimit(limit), limit.from());
        }
        if (!resources.devices().isEmpty()) {
            List<Resources.DeviceRule> rules = new ArrayList<>(resources.devices());
            rules.addAll(MountPlan.ALWAYS_ALLOWED);
            add(new BrainStep.FilterDevices(rules), "linux.resources.devices");
        }
        Delegation.owner(spec).ifPresent(uid -> add(new BrainStep.DelegateCgroup(uid), "process.user.uid"));
        by = By.BUILDER;
    }

    /** Host paths are looked up once, before any namespace changes, and live on as descriptors. */
    private void openOnHost() {
        add(new HostStep.OpenProcfs(), "default");
        if (linux.hasOwnMounts()) {
            add(new HostStep.OpenRootfs(request.rootfs()), "root.path");
        }
        if (request.mapsOwners()) {
            Namespace user = Objects.requireNonNull(linux.namespace(NamespaceType.USER));
            add(new HostStep.MapIdsOfRootfs(Objects.requireNonNull(user.path())), "pod");
        }
        if (linux.hasOwnMounts()) {
            mounts.openSources(this::add);
        }
        if (!linux.maskedPaths().isEmpty()) {
            add(new RootfsStep.PrepareMasks(), "linux.maskedPaths");
        }
        for (int i = 0; i < linux.namespaces().size(); i++) {
            Namespace namespace = linux.namespaces().get(i);
            if (namespace.path() != null) {
                add(new HostStep.OpenNamespace(namespace.type(), namespace.path()), "linux.namespaces[" + i + "].path");
            }
        }
    }

    private void cloneProcess() {
        entries.add(new Plan.Entry(
                new BrainStep.CloneProcess(
                        namespaces.clonedInto(), namespaces.isJoined(NamespaceType.PID), request.cgroup()),
                By.BRAIN,
                "linux.namespaces"));
        by = By.PROCESS;
    }

    /** What takes the host's privileges, and a /proc/self that a change of uid has not closed yet, proc(5). */
    private void outside() {
        if (spec.process() != null) {
            processPlan(spec.process()).outside(this::add);
        }
        namespaces.outside(this::add);
    }

    /**
     * How a look is taken at the root directory of a container that joins a mount namespace, where its path leads in there: by
     * the same steps, and none of them changes anything.
     */
    public static Plan sharedRoot(Namespace namespace, String rootfs) {
        return new Plan(
                List.of(
                        new Plan.Entry(
                                new HostStep.OpenNamespace(namespace.type(), Objects.requireNonNull(namespace.path())),
                                By.BUILDER,
                                "linux.namespaces"),
                        new Plan.Entry(
                                new NamespaceStep.JoinNamespace(namespace.type()), By.BUILDER, "linux.namespaces"),
                        new Plan.Entry(new HostStep.OpenRootDirectory(rootfs), By.BUILDER, "root.path"),
                        new Plan.Entry(new RootfsStep.ChangeRoot(), By.PROCESS, "root.path")),
                List.of());
    }

    /** Devices that the root file system may have already; where jpod makes none, it has to. */
    public static List<Device> devicesThere(Spec spec) {
        return spec.linux().hasOwnMounts() ? spec.linux().devices() : MountPlan.withDefaultDevices(spec);
    }

    private void identity() {
        if (spec.hostname() != null) {
            add(new NamespaceStep.SetHostname(spec.hostname()), "hostname");
        }
        if (spec.domainname() != null) {
            add(new NamespaceStep.SetDomainname(spec.domainname()), "domainname");
        }
        if (namespaces.isNew(NamespaceType.NETWORK)) {
            add(new NamespaceStep.LoopbackUp(), namespaces.from(NamespaceType.NETWORK));
        }
        linux.sysctl()
                .forEach((key, value) -> add(
                        new NamespaceStep.SetSysctl(Validation.sysctlPath(key), value),
                        "linux.sysctl[\"" + key + "\"]"));
    }

    private void awaitHooks(Milestone milestone, HookKind... kinds) {
        for (HookKind kind : kinds) {
            if (!spec.hooks().of(kind).isEmpty()) {
                add(new ProcessStep.Await(milestone), "hooks." + kind.jsonName());
                return;
            }
        }
    }

    private void attachRootfs() {
        if (!linux.hasOwnMounts()) {
            return;
        }
        // Slave: what the host unmounts goes away here too, and nothing of ours goes back. linux.rootfsPropagation
        // comes
        // later: were / shared here, the root file system would appear on the host, and pivot_root would refuse.
        add(new RootfsStep.SetPropagation(Linux.Propagation.SLAVE, true), "default");
        add(new RootfsStep.AttachRootfs(request.rootfs()), "root.path");
    }

    /** Not before: directories above the root file system may be closed to everybody but the caller. */
    private void becomeRoot() {
        if (linux.namespace(NamespaceType.USER) != null) {
            add(new NamespaceStep.BecomeRoot(), namespaces.from(NamespaceType.USER));
        }
    }

    private void devices() {
        boolean own = linux.hasOwnMounts();
        if (own) {
            mounts.makeDevices(this::add);
        }
        Process process = spec.process();
        if (process != null && process.terminal()) {
            add(
                    new RootfsStep.OpenConsole(
                            process.consoleSize(), process.user().uid(), own && mounts.ownsConsole()),
                    "process.terminal");
        }
    }

    /** Without pivot_root, what root of a user namespace cannot let go of itself. A mount that the root file system lies in stays. */
    private List<String> closedHostMounts() {
        return request.pivot() || !linux.hasOwnMounts() || linux.namespace(NamespaceType.USER) == null
                ? List.of()
                : facts.hostMounts().stream()
                        .filter(Facts.HostMount::closed)
                        .map(Facts.HostMount::point)
                        .filter(point -> !request.rootfs().startsWith(point + "/"))
                        .toList();
    }

    private void enterRoot() {
        List<String> left = new ArrayList<>(
                facts.hostMounts().stream().map(Facts.HostMount::point).toList());
        left.removeAll(closedHostMounts());
        Step own = request.pivot() ? new RootfsStep.PivotRoot() : new RootfsStep.MoveRoot(left);
        add(linux.hasOwnMounts() ? own : new RootfsStep.ChangeRoot(), "root.path");
    }

    private void propagation() {
        if (linux.rootfsPropagation() != null) {
            add(new RootfsStep.SetRootPropagation(linux.rootfsPropagation()), "linux.rootfsPropagation");
        }
    }

    private void workingDirectory() {
        if (linux.hasOwnMounts()
                && spec.process() != null
                && !spec.process().cwd().equals("/")) {
            add(new ProcessStep.MakeDirectory(facts.place(spec.process().cwd())), "process.cwd");
        }
    }

    private void restrictPaths() {
        for (int i = 0; i < linux.readonlyPaths().size(); i++) {
            add(new RootfsStep.ReadonlyPath(linux.readonlyPaths().get(i)), "linux.readonlyPaths[" + i + "]");
        }
        for (int i = 0; i < linux.maskedPaths().size(); i++) {
            add(new RootfsStep.MaskPath(linux.maskedPaths().get(i)), "linux.maskedPaths[" + i + "]");
        }
        if (spec.root() != null && spec.root().readonly()) {
            add(new RootfsStep.ReadonlyRootfs(), "root.readonly");
        }
    }

    private void process(Process process) {
        ProcessPlan plan = processPlan(process);
        plan.stdio(this::add);
        plan.session(this::add);
        if (request.keyring()) {
            add(new ProcessStep.JoinKeyring(), "default");
        }
        plan.resources(this::add, linux.memoryPolicy(), linux.personality());
        add(new ProcessStep.CloseDescriptors(), "default");
        plan.credentials(this::add, warnings::add);
        if (ExecPlanner.mayBeTraced(spec, process)) {
            plan.confineIfPrivileged(this::add, warnings::add);
        }
        add(new ProcessStep.Await(Milestone.READY), "default");
        if (request.waitForStart()) {
            add(new ProcessStep.AwaitStart(), "default");
        }
        plan.exec(this::add, warnings::add);
    }

    private ProcessPlan processPlan(Process process) {
        return new ProcessPlan(process, "process", facts, linux.seccomp());
    }

    private void add(Step step, String from) {
        entries.add(new Plan.Entry(step, by, from));
    }
}
