package io.jpod.exec;

import io.jpod.abi.Flags;
import io.jpod.cgroup.Cgroup;
import io.jpod.cgroup.CgroupFs;
import io.jpod.cgroup.DeviceFilter;
import io.jpod.cgroup.DeviceFilterAttachment;
import io.jpod.linux.Fd;
import io.jpod.linux.Kernel;
import io.jpod.linux.Linux;
import io.jpod.linux.Mountpoints;
import io.jpod.linux.SyscallException;
import io.jpod.oci.NamespaceType;
import io.jpod.plan.BrainStep;
import io.jpod.plan.Lowering;
import io.jpod.plan.Names;
import io.jpod.plan.NamespaceCalls;
import io.jpod.plan.Plan;
import io.jpod.plan.Plan.By;
import io.jpod.plan.Step;
import io.jpod.plan.Step.Milestone;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The one walk through a plan, whoever it is for. The builder thread is let go first and waited for when its descriptors are
 * needed; the brain's own steps are done in their order; the process goes from milestone to milestone up to its last, where it
 * waits. What steps have left on the host {@link #undo} takes back, in the reverse order.
 */
public final class Setup implements AutoCloseable {
    /** The name of a cgroup that is given; one that the plan makes is known by itself. */
    public static final String CGROUP = "cgroup";

    private static final Duration CLEAN_UP = Duration.ofSeconds(10);

    private final Plan plan;
    private final Lowering.Lowered programs;
    private final Spawner spawner;
    private final SetupOwner owner;
    private final Observer observer;
    private final Stdio stdio;
    private final Map<String, Fd> descriptors = new HashMap<>();
    private final Deque<BrainStep.Lasting> left = new ArrayDeque<>();
    /** Until it has been waited for. */
    private ThreadExecutor.@Nullable Running builder;

    private @Nullable Cgroup cgroup;
    private @Nullable ShimProcess process;
    private boolean isReady;

    /**
     * What the process gets. All stay the caller's.
     *
     * @param fds 0, 1 and 2
     * @param preserve how many descriptors of the caller it keeps beside them, from 3 on
     */
    public record Stdio(List<Fd> fds, int preserve) {}

    private Setup(
            Plan plan, Lowering.Lowered programs, Spawner spawner, SetupOwner owner, Observer observer, Stdio stdio) {
        this.plan = plan;
        this.programs = programs;
        this.spawner = spawner;
        this.owner = owner;
        this.observer = observer;
        this.stdio = stdio;
    }

    /**
     * Lets the builder go, of which nothing outlives its thread but mount points in the image, which nobody takes back: so what
     * is about to be left on the host can be written down meanwhile.
     *
     * @param programs of this plan
     * @param given puts in descriptors by their names in {@link Lowering}; they are closed with the set-up, also if this fails
     */
    public static Setup begin(
            Plan plan,
            Lowering.Lowered programs,
            Spawner spawner,
            SetupOwner owner,
            Observer observer,
            Stdio stdio,
            Consumer<Map<String, Fd>> given) {
        Setup setup = new Setup(plan, programs, spawner, owner, observer, stdio);
        try {
            given.accept(setup.descriptors);
            setup.begin();
            return setup;
        } catch (RuntimeException | Error e) {
            setup.close();
            throw e;
        }
    }

    /**
     * Everything, up to the process's last milestone.
     *
     * @throws StepFailed naming the step; what was done until then stays until {@link #undo}
     */
    public void run() {
        // Made ready while the builder still works.
        try (ShimProcess.Prepared shim = plan.makesProcess() ? prepare() : null) {
            for (int i = 0; i < plan.entries().size(); i++) {
                Plan.Entry entry = plan.entries().get(i);
                switch (entry.step()) {
                    case BrainStep.FillTmpfs _ -> {
                        // The builder takes it: it was done before that began.
                    }
                    case BrainStep step -> execute(i, step, shim);
                    case Step.Call _ when entry.by() == By.PROCESS -> advance();
                    case Step.Call _ -> {
                        // The builder does it.
                    }
                }
            }
        }
        awaitBuilder();
    }

    /** The process at its last milestone, or nothing: if anything fails, it is undone. */
    public ReadyProcess makeProcess() {
        try {
            run();
            return take();
        } catch (RuntimeException | Error e) {
            undo(e);
            observer.ended();
            throw e;
        }
    }

    private ShimProcess.Prepared prepare() {
        return ShimProcess.prepare(
                programs.process(), plan.names(), stdio.preserve(), observer.recording(By.PROCESS, programs.process()));
    }

    private void execute(int index, BrainStep step, ShimProcess.@Nullable Prepared shim) {
        if (step instanceof BrainStep.Lasting lasting) {
            left.push(lasting);
        }
        try {
            awaitBuilderFor(step);
            observer.begun(index);
            long begun = System.nanoTime();
            int pid = execute(step, shim);
            observer.done(index, System.nanoTime() - begun, pid);
        } catch (SyscallException | UncheckedIOException e) {
            throw StepFailed.of(plan, index, e);
        }
    }

    /** @return the pid of the process that was made; 0: none was */
    private int execute(BrainStep step, ShimProcess.@Nullable Prepared shim) {
        switch (step) {
            case BrainStep.CreateCgroup _ -> {
                String path = Objects.requireNonNull(plan.names().cgroup());
                Cgroup made = CgroupFs.find().orElseThrow().create(path, plan.limits(), CgroupFs.MEASURED);
                cgroup = made;
                made.setOwner(owner.cgroupOwner());
            }
            case BrainStep.FillTmpfs filled -> descriptors.put(filled.handle(), FilledTmpfs.make(filled));
            case BrainStep.SetLimit(var limit) -> cgroup().apply(List.of(limit));
            case BrainStep.FilterDevices(var rules) -> {
                try (Fd fd = Linux.open(cgroup().path(), Flags.O_RDONLY, 0)) {
                    DeviceFilterAttachment.put(fd, DeviceFilter.compile(rules));
                }
            }
            case BrainStep.DelegateCgroup(long uid) -> cgroup().chown(uid);
            case BrainStep.CloneProcess clone -> {
                ShimProcess made = spawn(clone, Objects.requireNonNull(shim));
                process = made;
                owner.born();
                return made.child().pid();
            }
            case BrainStep.EnterLeaf(String path) -> {
                try (Cgroup leaf = CgroupFs.find().orElseThrow().create(path, List.of(), Set.of())) {
                    leaf.add(process().child().pid());
                }
            }
            case BrainStep.EndProcess _ -> endProcess();
            case BrainStep.PinNamespace(NamespaceType type, String path) -> pin(type, path);
            case BrainStep.MountShm(String path, long size, long uid) ->
                Mountpoints.tmpfs(path, size, Flags.MS_NOEXEC, uid);
            case BrainStep.MakeVolume(String path, long size, long uid) -> {
                Mountpoints.makeParent(path);
                if (size > 0) {
                    Mountpoints.tmpfs(path, size, 0, uid);
                } else {
                    Linux.mkdirat(Linux.AT_FDCWD, path, 0700);
                    // For users of any id, as the tmpfs is.
                    Linux.fchmodat(Linux.AT_FDCWD, path, 01777);
                }
            }
            case BrainStep.ConnectNetwork connection -> owner.connect(connection);
            case BrainStep.WriteFiles files -> owner.writeFiles(files);
        }
        return 0;
    }

    /** Its inverse; harmless if it was not done, or only half, or is undone already. */
    private static void undo(BrainStep.Lasting step, Names names, SetupOwner owner) {
        switch (step) {
            case BrainStep.CreateCgroup _ -> {
                String path = Objects.requireNonNull(names.cgroup());
                CgroupFs.find()
                        .ifPresent(fs -> fs.owned()
                                .killAndRemove(owner.cgroupOwner(), path, owner.cgroupDirectories(), CLEAN_UP));
            }
            case BrainStep.CloneProcess _ -> {
                // Whoever has it ends it: the set-up, or from the record whoever it was made for.
            }
            case BrainStep.PinNamespace(NamespaceType _, String path) -> Mountpoints.releaseAll(path);
            case BrainStep.MountShm(String path, long _, long _) -> Mountpoints.releaseAll(path);
            case BrainStep.MakeVolume(String path, long _, long _) -> Mountpoints.releaseAll(path);
            case BrainStep.ConnectNetwork connection -> owner.disconnect(connection);
        }
    }

    /**
     * Takes back what steps have left, the last one first, also if some of it fails.
     *
     * @param reason gets what goes wrong with that
     */
    public void undo(Throwable reason) {
        tryTo(this::endProcess, reason);
        left.forEach(step -> tryTo(() -> undo(step, plan.names(), owner), reason));
        left.clear();
    }

    /**
     * The same from a record, whoever has walked through the plan and how far; all but its process.
     *
     * @throws RuntimeException the first that was thrown; all has been tried
     */
    public static void undo(Plan plan, SetupOwner owner) {
        RuntimeException failed = null;
        for (Plan.Entry entry : plan.entries().reversed()) {
            try {
                if (entry.step() instanceof BrainStep.Lasting lasting) {
                    undo(lasting, plan.names(), owner);
                }
            } catch (RuntimeException e) {
                if (failed == null) {
                    failed = e;
                } else {
                    failed.addSuppressed(e);
                }
            }
        }
        if (failed != null) {
            throw failed;
        }
    }

    private static void tryTo(Runnable inverse, Throwable reason) {
        try {
            inverse.run();
        } catch (RuntimeException | Error e) {
            reason.addSuppressed(e);
        }
    }

    private void begin() {
        for (int i = 0; i < plan.entries().size(); i++) {
            if (plan.entries().get(i).step() instanceof BrainStep.FillTmpfs step) {
                execute(i, step, null);
            }
        }
        builder = new ThreadExecutor(Kernel.get())
                .begin(programs.builder(), descriptors, observer.recording(By.BUILDER, programs.builder()));
    }

    /** Only what the brain does before it takes no descriptor of its. */
    private void awaitBuilderFor(BrainStep step) {
        if (step instanceof BrainStep.CloneProcess || step instanceof BrainStep.PinNamespace) {
            awaitBuilder();
        }
    }

    private void awaitBuilder() {
        ThreadExecutor.Running running = builder;
        if (running == null) {
            return;
        }
        builder = null;
        try {
            descriptors.putAll(running.await());
        } catch (OpFailed e) {
            throw StepFailed.of(plan, programs.builder(), e);
        }
    }

    private ShimProcess spawn(BrainStep.CloneProcess clone, ShimProcess.Prepared shim) {
        Fd born = cgroup == null ? descriptors.get(CGROUP) : cgroup.fd();
        Spawner.Setting setting = new Spawner.Setting(
                NamespaceCalls.cloneMask(clone.namespaces()),
                born,
                descriptors.get(Lowering.namespace(NamespaceType.PID)),
                stdio.fds().get(0),
                stdio.fds().get(1),
                stdio.fds().get(2),
                stdio.preserve());
        return shim.start(spawner, descriptors, setting);
    }

    /** To its last milestone; the brain's steps that come before its last ones have been done by then. */
    private void advance() {
        Milestone last = plan.lastMilestone();
        while (!isReady && last != null) {
            Milestone reached = awaitMilestone();
            if (reached == Milestone.USER_NAMESPACE) {
                IdMappings.write(process().child(), plan);
            } else {
                owner.reached(reached, process().child());
            }
            isReady = reached == last;
            if (!isReady) {
                process().proceed();
            }
        }
    }

    private Milestone awaitMilestone() {
        try {
            return switch (process().await()) {
                case ShimProcess.Reached(int milestone) -> Milestone.of(milestone);
                case ShimProcess.Gone _ -> throw new ProcessKilled();
            };
        } catch (OpFailed e) {
            throw StepFailed.of(plan, programs.process(), e);
        }
    }

    private ShimProcess process() {
        return Objects.requireNonNull(process, "process");
    }

    private Cgroup cgroup() {
        return Objects.requireNonNull(cgroup, "cgroup");
    }

    /** Of the process, in our pid namespace. */
    public int pid() {
        return process().child().pid();
    }

    /** The process, at its last milestone; it is no more ours. */
    public ReadyProcess take() {
        ShimProcess taken = process();
        process = null;
        return new ReadyProcess(taken, plan, programs.process(), observer);
    }

    private void endProcess() {
        ShimProcess ending = process;
        if (ending != null) {
            process = null;
            try (ending) {
                ending.kill();
            }
        }
    }

    private void pin(NamespaceType type, String path) {
        Fd made = descriptors.get(Lowering.namespace(type));
        if (made != null) {
            Mountpoints.pin(made, path);
            return;
        }
        String file = path.substring(path.lastIndexOf('/'));
        try (Fd namespace = Linux.open("/proc/" + process().child().pid() + "/ns" + file, Flags.O_RDONLY, 0)) {
            Mountpoints.pin(namespace, path);
        }
    }

    /** Ends a process that nobody has taken, and leaves everything else that is on the host. */
    @Override
    public void close() {
        endProcess();
        if (builder != null) {
            builder.close();
        }
        descriptors.values().forEach(Fd::close);
        if (cgroup != null) {
            cgroup.close();
        }
    }
}
