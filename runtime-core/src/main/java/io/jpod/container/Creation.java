package io.jpod.container;

import io.jpod.abi.Flags;
import io.jpod.cgroup.Cgroup;
import io.jpod.cgroup.CgroupFs;
import io.jpod.cgroup.Delegation;
import io.jpod.cgroup.DeviceFilter;
import io.jpod.cgroup.DeviceFilterAttachment;
import io.jpod.exec.OpFailed;
import io.jpod.exec.ShimProcess;
import io.jpod.exec.Spawner;
import io.jpod.exec.StepFailed;
import io.jpod.exec.ThreadExecutor;
import io.jpod.linux.Fd;
import io.jpod.linux.Kernel;
import io.jpod.linux.Linux;
import io.jpod.linux.ProcessStat;
import io.jpod.linux.Sockets;
import io.jpod.linux.SyscallException;
import io.jpod.oci.Spec;
import io.jpod.oci.Spec.HookKind;
import io.jpod.oci.Spec.NamespaceType;
import io.jpod.plan.Limit;
import io.jpod.plan.Lowering;
import io.jpod.plan.Plan;
import io.jpod.plan.Planner;
import io.jpod.plan.Step;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Makes a container, in this order: plan, record on disk, cgroup, house (builder thread), process (jpod-init), state on
 * disk. What fails undoes what was done, in reverse, and leaves the host as if it had never been tried.
 */
final class Creation {
    private static final Duration CLEAN_UP = Duration.ofSeconds(10);

    /** Controllers whose figures people ask for, enabled where that is possible. */
    private static final Set<String> MEASURED = Set.of("cpu", "memory", "pids", "io");

    private final Containers containers;
    private final Spec spec;
    private final CreateOptions options;
    private final Spawner spawner;
    private final Optional<CgroupFs> cgroups = CgroupFs.find();
    private final Undo undo = new Undo();

    /** Not null once hooks may have run. */
    private @Nullable HookRunner begun;

    Creation(Containers containers, Spec spec, CreateOptions options, Spawner spawner) {
        this.containers = containers;
        this.spec = spec;
        this.options = options;
        this.spawner = spawner;
    }

    /** A plan, its programs, and the cgroup that it is for. */
    private record Prepared(
            Plan plan, Lowering.Lowered programs, @Nullable String cgroup) {}

    /** Without side effects: all that can be refused is refused here. */
    Plan plan(boolean waitForStart) {
        return prepare(waitForStart).plan();
    }

    private Prepared prepare(boolean waitForStart) {
        String cgroup = cgroups.map(fs -> fs.resolve(spec.linux().cgroupsPath(), options.id()))
                .orElse(null);
        Planner.Request request = new Planner.Request(
                options.id(),
                options.rootfs(spec).toString(),
                cgroup,
                options.pivot(),
                options.keyring(),
                options.preserve(),
                waitForStart);
        Plan plan = Planner.plan(
                spec, request, HostFacts.gather(spec, options.rootfs(spec), cgroups, cgroup, options.stdio()));
        cgroups.ifPresentOrElse(fs -> fs.require(limits(plan)), () -> CgroupFs.requireNone(Planner.limits(spec)));
        return new Prepared(plan, Programs.of(plan, options.preserve()), cgroup);
    }

    private static List<Limit> limits(Plan plan) {
        List<Limit> limits = new ArrayList<>();
        for (Plan.Entry entry : plan.entries()) {
            if (entry.step() instanceof Step.SetLimit(Limit limit)) {
                limits.add(limit);
            }
        }
        return limits;
    }

    /**
     * The container, its process waiting: for start if it was created to wait, else for {@link Executed#execute}.
     *
     * @return owned by the caller, as is its child
     */
    Created create(boolean waitForStart) {
        if (spec.process() != null && spec.process().terminal() && options.consoleSocket() == null) {
            throw new ContainerException("config.json: process.terminal: needs a console socket");
        }
        Prepared prepared = prepare(waitForStart);
        StateDir dir = StateDir.create(containers.root(), options.id());
        undo.onFailure(dir::delete);
        undo.onFailure(this::runPoststopHooks);
        try (Fd _ = dir.lock()) {
            try {
                Created created = create(prepared, dir, waitForStart);
                undo.forget();
                return created;
            } catch (RuntimeException | Error e) {
                // Still locked: whoever waits to delete it, or for its id, finds nothing, and not half of it.
                undo.run(e);
                throw e;
            }
        }
    }

    private Created create(Prepared prepared, StateDir dir, boolean waitForStart) {
        StoredState state = intent(prepared.cgroup());
        dir.write(state);
        dir.writeConfig(Configs.write(spec));

        Map<String, Fd> descriptors = new HashMap<>();
        Cgroup cgroup = null;
        try {
            cgroup = cgroup(prepared, state);
            if (waitForStart) {
                descriptors.put(
                        Lowering.START, Sockets.listen(dir.startSocket().toString(), Flags.SOCK_SEQPACKET, 0600, 1));
            }
            if (options.consoleSocket() != null) {
                descriptors.put(Lowering.CONSOLE, Linux.duplicate(options.consoleSocket()));
            }
            descriptors.putAll(build(prepared, descriptors));
            Executed process = spawn(prepared, descriptors, cgroup);
            undo.onFailure(process::close);
            undo.onFailure(process::kill);
            advance(process, state);
            int pid = process.pid();
            StoredState complete =
                    state.withProcess(pid, ProcessStat.of(pid).orElseThrow().startTime());
            dir.write(complete);
            if (waitForStart) {
                process.proceed();
            }
            return new Created(Container.made(containers, dir, complete, spec), process);
        } finally {
            descriptors.values().forEach(Fd::close);
            if (cgroup != null) {
                cgroup.close();
            }
        }
    }

    /** What an earlier hook made, poststop takes down (runtime-spec, "Lifecycle": a failing hook leads to step 12). */
    private void runPoststopHooks() {
        if (begun != null) {
            begun.run(HookKind.POSTSTOP);
        }
    }

    /** What set-up is about to leave on the host, before it leaves it. */
    private StoredState intent(@Nullable String cgroup) {
        return new StoredState(
                options.id(),
                spec.ociVersion(),
                0,
                0,
                Containers.bootId(),
                options.bundle().toString(),
                options.rootfs(spec).toString(),
                Instant.now(),
                options.owner(),
                cgroup,
                cgroup == null ? List.of() : cgroups.orElseThrow().planned(cgroup),
                spec.annotations());
    }

    private @Nullable Cgroup cgroup(Prepared prepared, StoredState state) {
        String path = prepared.cgroup();
        if (path == null) {
            return null;
        }
        CgroupFs fs = cgroups.orElseThrow();
        undo.onFailure(() -> fs.remove(path, state.cgroupDirectories(), CLEAN_UP));
        List<Limit> limits = limits(prepared.plan());
        Cgroup cgroup = fs.create(path, limits, MEASURED);
        try {
            cgroup.apply(limits);
            filterDevices(prepared.plan(), path);
            Delegation.owner(spec).ifPresent(cgroup::chown);
            return cgroup;
        } catch (RuntimeException e) {
            cgroup.close();
            throw e;
        }
    }

    private static void filterDevices(Plan plan, String cgroup) {
        for (int i = 0; i < plan.entries().size(); i++) {
            Plan.Entry entry = plan.entries().get(i);
            if (entry.step() instanceof Step.FilterDevices(var rules)) {
                try (Fd fd = Linux.open(cgroup, Flags.O_RDONLY, 0)) {
                    DeviceFilterAttachment.put(fd, DeviceFilter.compile(rules));
                } catch (SyscallException e) {
                    throw StepFailed.of(i, entry, e);
                }
            }
        }
    }

    private static Map<String, Fd> build(Prepared prepared, Map<String, Fd> inputs) {
        try {
            return new ThreadExecutor(Kernel.get()).run(prepared.programs().builder(), inputs);
        } catch (OpFailed e) {
            throw StepFailed.of(prepared.plan(), prepared.programs().builder(), e);
        }
    }

    private Executed spawn(Prepared prepared, Map<String, Fd> descriptors, @Nullable Cgroup cgroup) {
        Step.CloneProcess clone = prepared.plan().entries().stream()
                .map(Plan.Entry::step)
                .filter(Step.CloneProcess.class::isInstance)
                .map(Step.CloneProcess.class::cast)
                .findFirst()
                .orElseThrow();
        long flags = clone.namespaces().stream().mapToLong(Lowering::cloneFlag).reduce(0, (a, b) -> a | b);
        Spawner.Setting setting = new Spawner.Setting(
                flags,
                cgroup == null ? null : cgroup.fd(),
                descriptors.get(Lowering.namespace(NamespaceType.PID)),
                options.stdio().get(0),
                options.stdio().get(1),
                options.stdio().get(2),
                options.preserve());
        try {
            return new Executed(
                    ShimProcess.start(spawner, prepared.programs().process(), descriptors, setting),
                    prepared.plan(),
                    prepared.programs().process());
        } catch (SyscallException e) {
            throw new ContainerException("cannot start the container's process: " + e.getMessage(), e);
        }
    }

    /** Answers the process's milestones until it is ready. */
    private void advance(Executed process, StoredState state) {
        while (true) {
            int reached = process.awaitMilestone();
            HookRunner hooks = new HookRunner(containers, spawner, spec, state.withProcess(process.pid(), 0));
            if (reached == Step.Milestone.USER_NAMESPACE.number()) {
                IdMappings.write(process.pid(), spec.linux());
            } else if (reached == Step.Milestone.CREATE_RUNTIME_HOOKS.number()) {
                begun = hooks;
                hooks.run(HookKind.PRESTART);
                hooks.run(HookKind.CREATE_RUNTIME);
            } else if (reached == Step.Milestone.CREATE_CONTAINER_HOOKS.number()) {
                begun = hooks;
                hooks.run(HookKind.CREATE_CONTAINER);
            } else {
                return;
            }
            process.proceed();
        }
    }
}
