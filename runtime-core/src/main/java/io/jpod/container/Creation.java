package io.jpod.container;

import io.jpod.abi.Flags;
import io.jpod.cgroup.Cgroup;
import io.jpod.cgroup.CgroupFs;
import io.jpod.cgroup.Delegation;
import io.jpod.cgroup.DeviceFilter;
import io.jpod.cgroup.DeviceFilterAttachment;
import io.jpod.exec.OpFailed;
import io.jpod.exec.Recording;
import io.jpod.exec.ShimProcess;
import io.jpod.exec.Spawner;
import io.jpod.exec.StepFailed;
import io.jpod.exec.ThreadExecutor;
import io.jpod.linux.Fd;
import io.jpod.linux.Kernel;
import io.jpod.linux.Linux;
import io.jpod.linux.Sockets;
import io.jpod.linux.SyscallException;
import io.jpod.oci.Spec;
import io.jpod.oci.Spec.HookKind;
import io.jpod.oci.Spec.NamespaceType;
import io.jpod.plan.Limit;
import io.jpod.plan.Lowering;
import io.jpod.plan.Plan;
import io.jpod.plan.Planner;
import io.jpod.plan.Program;
import io.jpod.plan.Step;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Makes a container, in this order: plan, record on disk, cgroup, house (builder thread), process (jpod-init), state on
 * disk. What fails undoes what was done, in reverse, and leaves the host as if it had never been tried.
 */
final class Creation {
    private static final Duration CLEAN_UP = Duration.ofSeconds(10);

    private final Containers containers;
    private final Spec spec;
    private final CreateOptions options;
    private final Spawner spawner;
    private final Optional<CgroupFs> cgroups = CgroupFs.find();
    private final Undo undo = new Undo();

    /** Not null once hooks may have run. */
    private @Nullable HookRunner begun;

    private final @Nullable Flight flight;
    private final @Nullable Trace trace;

    Creation(Containers containers, Spec spec, CreateOptions options, Spawner spawner, @Nullable Trace trace) {
        this.containers = containers;
        this.spec = HostPaths.absolute(spec, options.bundle());
        this.options = options;
        this.spawner = spawner;
        this.flight = Flight.begin(options.id(), trace);
        this.trace = Flight.trace(flight, trace);
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
        Programs.Planned planned = Programs.of(
                spec,
                request,
                HostFacts.gather(spec, options.rootfs(spec), cgroups, cgroup, options.stdio(), options.pivot()));
        Plan plan = planned.plan();
        cgroups.ifPresentOrElse(fs -> fs.require(plan.limits()), () -> CgroupFs.requireNone(Planner.limits(spec)));
        Prepared prepared = new Prepared(plan, planned.programs(), cgroup);
        Trace.begin(trace, plan);
        Flight.planned(flight, plan);
        return prepared;
    }

    /**
     * The container, its process waiting: for start if it was created to wait, else for {@link Executed#execute}.
     *
     * @return owned by the caller, as is its child
     */
    Created create(boolean waitForStart) {
        if (spec.process() == null) {
            throw new ContainerException("config.json: process: is required, to know what to run");
        }
        if (spec.process().terminal() && options.consoleSocket() == null) {
            throw new ContainerException("config.json: process.terminal: needs a console socket");
        }
        Prepared prepared = prepare(waitForStart);
        RecordDir.Claim claim = RecordDir.claim(containers.root(), options.id(), this::clearHalfMade);
        StateDir dir = new StateDir(claim.dir());
        undo.onFailure(dir::delete);
        undo.onFailure(this::runPoststopHooks);
        try {
            spawner.requireCaller();
            Created created = create(prepared, dir, claim.lock(), waitForStart, false);
            undo.forget();
            return created;
        } catch (RuntimeException | Error e) {
            Flight.end(flight);
            // Still locked: whoever waits to delete it, or for its id, finds nothing, and not half of it.
            undo.run(e);
            claim.lock().close();
            throw e;
        }
    }

    /** Nothing of one that is half made ever ran, or will again. */
    private void clearHalfMade() {
        Optional<Container> there = containers.find(options.id());
        if (there.isPresent() && !there.get().isHalfMade()) {
            throw new ContainerException("container with given ID already exists: " + options.id());
        }
        there.ifPresent(container -> container.clearHalfMade(spawner));
    }

    /**
     * The same in the directory of a container that has ended. Its record is put back if this fails.
     *
     * @param lock on the directory; it goes over to what is returned, and stays the caller's if this fails
     * @param clear takes away what the container has left elsewhere, once nothing of the plan can be refused any more
     */
    Created again(StateDir dir, Fd lock, StoredState ended, Runnable clear) {
        Prepared prepared = prepare(false);
        clear.run();
        // Hooks that have run do not run again.
        StoredState cleared = dir.read().orElse(ended);
        try {
            undo.onFailure(() -> dir.write(cleared));
            Optional<String> exit = dir.forgetExit();
            undo.onFailure(() -> exit.ifPresent(dir::writeExit));
            undo.onFailure(this::runPoststopHooks);
            Created created = create(prepared, dir, lock, false, true);
            undo.forget();
            return created;
        } catch (RuntimeException | Error e) {
            Flight.end(flight);
            undo.run(e);
            throw e;
        }
    }

    private Created create(Prepared prepared, StateDir dir, Fd lock, boolean waitForStart, boolean isAgain) {
        StoredState state = intent(prepared.cgroup());
        Map<String, Fd> descriptors = new HashMap<>();
        Cgroup cgroup = null;
        Recording calls = null;
        try {
            if (waitForStart) {
                descriptors.put(
                        Lowering.START, Sockets.listen(dir.startSocket().toString(), Flags.SOCK_SEQPACKET, 0600, 1));
            }
            if (options.consoleSocket() != null) {
                descriptors.put(Lowering.CONSOLE, Linux.duplicate(options.consoleSocket()));
            }
            Executed process;
            // Of the builder nothing outlives its thread but mount points in the image, which nobody takes back: so
            // record
            // and cgroup can be made at the same time.
            try (ThreadExecutor.Running builder = build(prepared, descriptors)) {
                dir.write(state);
                dir.writeConfig(Configs.write(spec));
                cgroup = cgroup(prepared, state);
                calls = waitForStart ? calls(prepared, dir) : null;
                try (ShimProcess.Prepared shim = prepareProcess(prepared, calls)) {
                    descriptors.putAll(await(builder, prepared));
                    process = spawn(prepared, shim, descriptors, cgroup);
                }
            }
            undo.onFailure(process::close);
            undo.onFailure(process::kill);
            advance(process, state);
            int pid = process.pid();
            StoredState complete = state.withProcess(pid, process.startTime());
            dir.write(complete);
            if (waitForStart) {
                process.proceed();
                Trace.awaitAcceptance(trace);
                // What comes after start, nobody of us sees. It is anybody's now.
                Flight.end(flight);
                lock.close();
            }
            return new Created(Container.made(containers, dir, complete, spec), process, lock, isAgain);
        } finally {
            descriptors.values().forEach(Fd::close);
            if (calls != null) {
                calls.close();
            }
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
                spec.annotations(),
                new StoredState.Wishes(options.pivot(), options.keyring(), options.preserve()),
                spec.hooks().of(HookKind.POSTSTOP).isEmpty() ? StoredState.Poststop.NONE : StoredState.Poststop.DUE);
    }

    private @Nullable Cgroup cgroup(Prepared prepared, StoredState state) {
        String path = prepared.cgroup();
        if (path == null) {
            return null;
        }
        CgroupFs fs = cgroups.orElseThrow();
        undo.onFailure(() -> fs.remove(path, state.cgroupDirectories(), CLEAN_UP));
        Plan plan = prepared.plan();
        List<Limit> limits = plan.limits();
        Cgroup cgroup = Trace.step(
                trace, plan, entry(plan, Step.CreateCgroup.class), () -> fs.create(path, limits, CgroupFs.MEASURED));
        try {
            cgroup.setOwner(containers.cgroupOwner(options.id()));
            if (trace == null) {
                cgroup.apply(limits);
            } else {
                applyEach(plan, cgroup);
            }
            filterDevices(plan, path);
            Delegation.owner(spec).ifPresent(cgroup::chown);
            return cgroup;
        } catch (RuntimeException | Error e) {
            cgroup.close();
            throw e;
        }
    }

    private static Plan.Entry entry(Plan plan, Class<? extends Step> kind) {
        return plan.entries().stream()
                .filter(entry -> kind.isInstance(entry.step()))
                .findFirst()
                .orElseThrow();
    }

    /** One by one, to see how long each takes. */
    private void applyEach(Plan plan, Cgroup cgroup) {
        for (Plan.Entry entry : plan.entries()) {
            if (entry.step() instanceof Step.SetLimit(Limit limit)) {
                Trace.step(trace, plan, entry, () -> cgroup.apply(List.of(limit)));
            }
        }
    }

    private void filterDevices(Plan plan, String cgroup) {
        for (int i = 0; i < plan.entries().size(); i++) {
            Plan.Entry entry = plan.entries().get(i);
            if (entry.step() instanceof Step.FilterDevices(var rules)) {
                try (Fd fd = Linux.open(cgroup, Flags.O_RDONLY, 0)) {
                    Trace.step(trace, plan, entry, () -> DeviceFilterAttachment.put(fd, DeviceFilter.compile(rules)));
                } catch (SyscallException e) {
                    throw StepFailed.of(i, entry, e);
                }
            }
        }
    }

    private ThreadExecutor.Running build(Prepared prepared, Map<String, Fd> inputs) {
        Program program = prepared.programs().builder();
        return new ThreadExecutor(Kernel.get()).begin(program, inputs, Trace.record(trace, Plan.By.BUILDER, program));
    }

    private static Map<String, Fd> await(ThreadExecutor.Running builder, Prepared prepared) {
        try {
            return builder.await();
        } catch (OpFailed e) {
            throw StepFailed.of(prepared.plan(), prepared.programs().builder(), e);
        }
    }

    /** Of a process that cannot tell whoever starts it, because its seccomp filter may not let it. */
    private @Nullable Recording calls(Prepared prepared, StateDir dir) {
        boolean isFiltered = prepared.plan().entries().stream().anyMatch(e -> e.step() instanceof Step.LoadSeccomp);
        return isFiltered && trace == null
                ? Recording.in(dir.makeCalls(), prepared.programs().process())
                : null;
    }

    private ShimProcess.Prepared prepareProcess(Prepared prepared, @Nullable Recording calls) {
        Program program = prepared.programs().process();
        return ShimProcess.prepare(
                program, options.preserve(), calls == null ? Trace.record(trace, Plan.By.PROCESS, program) : calls);
    }

    private Executed spawn(
            Prepared prepared, ShimProcess.Prepared shim, Map<String, Fd> descriptors, @Nullable Cgroup cgroup) {
        Plan.Entry entry = entry(prepared.plan(), Step.CloneProcess.class);
        Step.CloneProcess clone = (Step.CloneProcess) entry.step();
        long flags = Lowering.cloneMask(clone.namespaces());
        Spawner.Setting setting = new Spawner.Setting(
                flags,
                cgroup == null ? null : cgroup.fd(),
                descriptors.get(Lowering.namespace(NamespaceType.PID)),
                options.stdio().get(0),
                options.stdio().get(1),
                options.stdio().get(2),
                options.preserve());
        try {
            ShimProcess process =
                    Trace.step(trace, prepared.plan(), entry, () -> shim.start(spawner, descriptors, setting));
            return new Executed(process, prepared.plan(), prepared.programs().process(), flight);
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
                IdMappings.write(
                        process.child(),
                        spec.linux().uidMappings(),
                        spec.linux().gidMappings());
            } else if (reached == Step.Milestone.CREATE_RUNTIME_HOOKS.number()) {
                begun = hooks;
                hooks.run(HookKind.PRESTART);
                hooks.run(HookKind.CREATE_RUNTIME);
            } else if (reached == Step.Milestone.CREATE_CONTAINER_HOOKS.number()) {
                begun = hooks;
                hooks.run(HookKind.CREATE_CONTAINER);
            } else if (reached != Step.Milestone.CLONED.number()) {
                return;
            }
            process.proceed();
        }
    }
}
