package io.jpod.container;

import io.jpod.abi.Flags;
import io.jpod.cgroup.CgroupFs;
import io.jpod.cgroup.CgroupOwner;
import io.jpod.exec.Observer;
import io.jpod.exec.ProcessKilled;
import io.jpod.exec.ReadyProcess;
import io.jpod.exec.Recording;
import io.jpod.exec.Setup;
import io.jpod.exec.SetupOwner;
import io.jpod.exec.Spawner;
import io.jpod.linux.Fd;
import io.jpod.linux.Linux;
import io.jpod.linux.ProcessStat;
import io.jpod.linux.Sockets;
import io.jpod.oci.HookKind;
import io.jpod.oci.Spec;
import io.jpod.oci.SpecWriter;
import io.jpod.plan.CredentialStep;
import io.jpod.plan.Facts;
import io.jpod.plan.Lowering;
import io.jpod.plan.Names;
import io.jpod.plan.Plan;
import io.jpod.plan.Planner;
import io.jpod.plan.Program;
import io.jpod.plan.Step.Milestone;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Makes a container, in this order: plan, record on disk, cgroup, house (builder thread), process (jpod-init), state on
 * disk. What fails undoes what was done, in reverse, and leaves the host as if it had never been tried.
 */
final class Creation {
    private final Containers containers;
    private final Spec spec;
    private final CreateOptions options;
    private final Spawner spawner;
    private final Optional<CgroupFs> cgroups = CgroupFs.find();
    private final Undo undo = new Undo();

    /** Not null once hooks may have run. */
    private @Nullable HookRunner begun;

    private final Observer observer;

    Creation(Containers containers, Spec spec, CreateOptions options, Spawner spawner, Observer observer) {
        this.containers = containers;
        this.spec = HostPaths.absolute(spec, options.bundle());
        this.options = options;
        this.spawner = spawner;
        this.observer = Flight.watch(options.id(), observer);
    }

    private record Question(Planner.Request request, Facts facts) {}

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
                options.rootfs(spec).toString(),
                cgroup != null,
                options.pivot(),
                options.keyring(),
                options.preserve(),
                waitForStart,
                options.belonging().mapsOwners());
        Facts facts = HostFacts.gather(spec, options.rootfs(spec), cgroups, cgroup, options.stdio(), options.pivot());
        Configs.Planned planned = Configs.plan(
                spec, new Question(request, facts), options.preserve(), () -> Planner.plan(spec, request, facts));
        Plan plan = planned.plan().of(Names.of(options.id(), cgroup));
        cgroups.ifPresentOrElse(fs -> fs.require(plan.limits()), () -> CgroupFs.requireNone(Planner.limits(spec)));
        Prepared prepared = new Prepared(plan, planned.programs(), cgroup);
        observer.planned(plan);
        return prepared;
    }

    /**
     * The container, its process waiting: for start if it was created to wait, else for {@link ReadyProcess#execute}.
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
        RecordDir.Claim claim = RecordDir.claim(
                containers.root(),
                options.id(),
                () -> containers.find(options.id()).ifPresent(there -> there.makeWay(spawner)));
        StateDir dir = new StateDir(claim.dir());
        undo.onFailure(dir::delete);
        undo.onFailure(this::runPoststopHooks);
        try {
            spawner.requireCaller();
            Created created = create(prepared, dir, claim.lock(), waitForStart, false);
            undo.forget();
            return created;
        } catch (RuntimeException | Error e) {
            observer.ended();
            // Still locked: whoever waits to delete it, or for its id, finds nothing, and not half of it.
            undo.run(e);
            claim.lock().close();
            throw e;
        }
    }

    /**
     * The same in the directory of a container that has ended. Its record is put back if this fails.
     *
     * @param held goes over to what is returned, and stays the caller's if this fails
     */
    Created again(Held held) {
        Prepared prepared = prepare(false);
        // Once nothing of the plan can be refused any more.
        RuntimeException hookFailed = new Deletion(held.container(), spawner).clear();
        if (hookFailed != null) {
            throw hookFailed;
        }
        StateDir dir = held.container().dir();
        // Hooks that have run do not run again.
        StoredState cleared =
                Objects.requireNonNull(held.container().readAgain().stored().record());
        try {
            undo.onFailure(() -> dir.write(cleared));
            Optional<String> exit = dir.forgetExit();
            undo.onFailure(() -> exit.ifPresent(dir::writeExit));
            undo.onFailure(this::runPoststopHooks);
            Created created = create(prepared, dir, held.lock(), false, true);
            undo.forget();
            return created;
        } catch (RuntimeException | Error e) {
            observer.ended();
            undo.run(e);
            throw e;
        }
    }

    private Created create(Prepared prepared, StateDir dir, Fd lock, boolean waitForStart, boolean isAgain) {
        StoredState state = intent(prepared.cgroup());
        try (Recording calls = waitForStart ? calls(prepared, dir) : null;
                Setup setup = Setup.begin(
                        prepared.plan(),
                        prepared.programs(),
                        spawner,
                        owner(state, dir),
                        calls == null ? observer : new Unsaid(calls),
                        new Setup.Stdio(options.stdio(), options.preserve()),
                        given -> give(given, dir, waitForStart))) {
            try {
                dir.write(state);
                dir.writeConfig(SpecWriter.write(spec));
                setup.run();
                return finish(setup, state, dir, lock, waitForStart, isAgain);
            } catch (RuntimeException | Error e) {
                setup.undo(e);
                throw e;
            }
        }
    }

    private Created finish(
            Setup setup, StoredState state, StateDir dir, Fd lock, boolean waitForStart, boolean isAgain) {
        long started =
                ProcessStat.of(setup.pid()).orElseThrow(ProcessKilled::new).startTime();
        StoredState complete = state.withProcess(setup.pid(), started);
        dir.write(complete);
        ReadyProcess process = setup.take();
        if (waitForStart) {
            process.proceed();
            observer.waiting(process.pidfd());
            // What comes after start, nobody of us sees. It is anybody's now.
            observer.ended();
            lock.close();
        }
        return new Created(Container.made(containers, dir, complete, spec), process, lock, isAgain);
    }

    private void give(Map<String, Fd> given, StateDir dir, boolean waitForStart) {
        if (waitForStart) {
            given.put(Lowering.START, Sockets.listen(dir.startSocket().toString(), Flags.SOCK_SEQPACKET, 0600, 1));
        }
        if (options.consoleSocket() != null) {
            given.put(Lowering.CONSOLE, Linux.duplicate(options.consoleSocket()));
        }
    }

    private SetupOwner owner(StoredState state, StateDir dir) {
        return new SetupOwner() {
            @Override
            public void reached(Milestone milestone, Spawner.Child process) {
                hooks(milestone, Container.made(containers, dir, state.withProcess(process.pid(), 0), spec));
            }

            @Override
            public CgroupOwner cgroupOwner() {
                return containers.cgroupOwner(options.id());
            }

            @Override
            public List<String> cgroupDirectories() {
                return state.cgroupDirectories();
            }
        };
    }

    private void hooks(Milestone milestone, Container container) {
        List<HookKind> kinds = switch (milestone) {
            case CREATE_RUNTIME_HOOKS -> List.of(HookKind.PRESTART, HookKind.CREATE_RUNTIME);
            case CREATE_CONTAINER_HOOKS -> List.of(HookKind.CREATE_CONTAINER);
            case USER_NAMESPACE, CLONED, READY -> List.of();
        };
        if (!kinds.isEmpty()) {
            begun = new HookRunner(container, spawner);
            kinds.forEach(begun::run);
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
                options.belonging().shownIn(spec.annotations()),
                options.belonging(),
                new StoredState.Wishes(options.pivot(), options.keyring(), options.preserve()),
                spec.hooks().of(HookKind.POSTSTOP).isEmpty() ? StoredState.Poststop.NONE : StoredState.Poststop.DUE);
    }

    /** Of a process that cannot tell whoever starts it, because its seccomp filter may not let it. */
    private @Nullable Recording calls(Prepared prepared, StateDir dir) {
        boolean isFiltered =
                prepared.plan().entries().stream().anyMatch(e -> e.step() instanceof CredentialStep.LoadSeccomp);
        return isFiltered && !observer.records()
                ? Recording.in(dir.makeCalls(), prepared.programs().process())
                : null;
    }

    /** Has what the process does written down for whoever starts it. */
    private record Unsaid(Recording calls) implements Observer {
        @Override
        public @Nullable Recording recording(Plan.By by, Program program) {
            return by == Plan.By.PROCESS ? calls : null;
        }
    }
}
