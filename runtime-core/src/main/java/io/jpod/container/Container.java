package io.jpod.container;

import io.jpod.abi.Errno;
import io.jpod.abi.Flags;
import io.jpod.cgroup.Cgroup;
import io.jpod.cgroup.CgroupFs;
import io.jpod.exec.Observer;
import io.jpod.exec.OpFailed;
import io.jpod.exec.ReadyProcess;
import io.jpod.exec.Recording;
import io.jpod.exec.ShimProcess;
import io.jpod.exec.Spawner;
import io.jpod.exec.StepFailed;
import io.jpod.json.InvalidJson;
import io.jpod.linux.Fd;
import io.jpod.linux.Linux;
import io.jpod.linux.Poll;
import io.jpod.linux.ProcessStat;
import io.jpod.linux.Processes;
import io.jpod.linux.Sockets;
import io.jpod.linux.SyscallException;
import io.jpod.oci.HookKind;
import io.jpod.oci.NamespaceType;
import io.jpod.oci.Process;
import io.jpod.oci.Resources;
import io.jpod.oci.Spec;
import io.jpod.oci.SpecWriter;
import io.jpod.oci.State;
import io.jpod.oci.State.Status;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** A container that exists: what the disk says of it, held against what the kernel says. */
public final class Container {
    static final Duration END = Duration.ofSeconds(10);

    private final Containers containers;
    private final StateDir dir;
    private final @Nullable StoredState stored;
    private final @Nullable String damage;
    private @Nullable Spec spec;

    /** @param stored null if its set-up was cut off before it had written anything */
    Container(Containers containers, StateDir dir, @Nullable StoredState stored) {
        this(containers, dir, stored, null);
    }

    private Container(Containers containers, StateDir dir, @Nullable StoredState stored, @Nullable String damage) {
        this.containers = containers;
        this.dir = dir;
        this.stored = stored;
        this.damage = damage;
    }

    /** One whose config is known, since it was just made. */
    static Container made(Containers containers, StateDir dir, StoredState stored, Spec spec) {
        Container container = new Container(containers, dir, stored);
        container.spec = spec;
        return container;
    }

    /** One whose record cannot be read: all that can be done with it is to delete it by force. */
    static Container damaged(Containers containers, StateDir dir, String damage) {
        return new Container(containers, dir, null, damage);
    }

    public String id() {
        return Objects.requireNonNull(dir.path().getFileName()).toString();
    }

    /** Where it keeps its files. */
    public Path directory() {
        return dir.path();
    }

    public LogDir log() {
        return dir.log();
    }

    public Path exitFile() {
        return dir.exitFile();
    }

    /** When it was made; again, if it was. It tells it from another one of that id, earlier or later. */
    public Optional<Instant> created() {
        return Optional.ofNullable(stored).map(StoredState::created);
    }

    /** How one ended whose monitor has kept it, without waiting for its end; empty if it has not ended, or nobody did. */
    public OptionalInt exitCode() {
        return status() == Status.STOPPED ? ExitCodes.kept(dir) : OptionalInt.empty();
    }

    /** Whose it is; of a damaged one that of the pod whose cgroup its own is in. */
    public Belonging belonging() {
        if (stored != null) {
            return stored.belonging();
        }
        return damage == null
                ? Belonging.NONE
                : cgroupPath()
                        .map(path -> Belonging.in(path, containers.mark()))
                        .orElse(Belonging.NONE);
    }

    /** Of a damaged one those of its config. */
    public Map<String, String> annotations() {
        if (stored != null) {
            return stored.annotations();
        }
        try {
            return damage == null ? Map.of() : spec().annotations();
        } catch (InvalidJson | ContainerException lost) {
            return Map.of();
        }
    }

    /** Why its record cannot be read, if so: all that can be done with it is to delete it by force. */
    public Optional<String> damage() {
        return Optional.ofNullable(damage);
    }

    /** Whether its set-up was cut off, or its removal. */
    public boolean isHalfMade() {
        return isIncomplete() && !dir.isBusy();
    }

    private boolean isIncomplete() {
        return damage == null && (stored == null || stored.pid() == 0);
    }

    private void requireSound() {
        if (damage != null) {
            throw new ContainerException(
                    "container %s is damaged: %s (remove it with 'delete --force')".formatted(id(), damage));
        }
    }

    /** The user id of who made it. */
    public int owner() {
        return stored == null ? 0 : stored.owner();
    }

    // ---- what it is

    /** The config that it was created from. */
    public Spec spec() {
        Spec known = spec;
        if (known == null) {
            known = readSpec();
            spec = known;
        }
        return known;
    }

    /** Whether {@link #spec} needs no file. */
    boolean knowsSpec() {
        return spec != null;
    }

    /** Whether it has something of the host mounted; also if nobody knows, since its config cannot be read. */
    boolean mayHaveMounted(String source) {
        try {
            return !dir.readConfig().isEmpty()
                    && spec().mounts().stream().anyMatch(mount -> source.equals(mount.source()));
        } catch (InvalidJson damaged) {
            return true;
        }
    }

    private Spec readSpec() {
        return Configs.read(dir.readConfig().orElseThrow(() -> Containers.missing(id())));
    }

    public Status status() {
        if (damage != null) {
            return Status.DAMAGED;
        }
        if (stored == null || stored.pid() == 0) {
            return Status.CREATING;
        }
        if (!isAlive(stored)) {
            return Status.STOPPED;
        }
        if (isFrozen()) {
            return Status.PAUSED;
        }
        return Files.exists(dir.startSocket()) ? Status.CREATED : Status.RUNNING;
    }

    /** As {@code state} prints it. */
    public State state() {
        if (stored == null) {
            return new State(io.jpod.oci.Features.SPEC_VERSION, id(), status(), 0, "/", annotations(), null, null, "");
        }
        return containers.state(stored, status());
    }

    /** Its first process, in our pid namespace; 0 if that has ended. */
    public int pid() {
        return stored != null && isAlive(stored) ? stored.pid() : 0;
    }

    private static boolean isAlive(StoredState state) {
        return state.bootId().equals(Containers.bootId()) && ProcessStat.isAlive(state.pid(), state.startTime());
    }

    private boolean isFrozen() {
        return CgroupFs.find()
                .filter(fs -> cgroupPath(fs).filter(fs::isFrozen).isPresent())
                .isPresent();
    }

    /** Its cgroup; empty if it has none, or it is gone. The caller closes it. */
    public Optional<Cgroup> cgroup() {
        return CgroupFs.find().flatMap(fs -> cgroupPath(fs).flatMap(fs::open));
    }

    /** The directory of its cgroup, as this process sees it; without a record the one that is noted to be its. */
    public Optional<String> cgroupPath() {
        return CgroupFs.find().flatMap(this::cgroupPath);
    }

    private Optional<String> cgroupPath(CgroupFs fs) {
        StoredState state = stored;
        if (state == null) {
            return fs.find(containers.cgroupOwner(id()));
        }
        String recorded = state.cgroup();
        // After a reboot one of that path is somebody else's.
        return recorded == null || !state.bootId().equals(Containers.bootId())
                ? Optional.empty()
                : fs.locate(containers.cgroupOwner(id()), recorded, state.cgroupDirectories());
    }

    /** The first process by pidfd, checked after it was opened, so that it is never somebody else's. */
    private Fd process() {
        StoredState state = Objects.requireNonNull(stored);
        try {
            Fd pidfd = Processes.pidfdOpen(state.pid());
            if (isAlive(state)) {
                return pidfd;
            }
            pidfd.close();
        } catch (SyscallException e) {
            if (!e.is(Errno.ESRCH)) {
                throw e;
            }
        }
        throw new ContainerException("container not running");
    }

    // ---- what can be done with it

    /**
     * runtime-spec, "start": startContainer hooks, the program, poststart hooks. It waits for one that is being made. If a hook
     * fails the container is deleted, and poststop hooks run (runtime-spec, "Lifecycle": step 12).
     */
    public void start(Spawner spawner) {
        try (Fd _ = dir.lock()) {
            asItIsNow(spawner).startLocked(spawner);
        }
    }

    /** Under its lock: whoever held that before us, its maker for instance, may have changed the record. */
    private Container asItIsNow(Spawner caller) {
        caller.requireCaller();
        Container now = containers.get(id());
        now.requireSound();
        return now;
    }

    private void startLocked(Spawner spawner) {
        switch (status()) {
            case CREATED -> {}
            case STOPPED -> throw new ContainerException("cannot start a container that has stopped");
            case CREATING, DAMAGED -> throw new ContainerException("cannot start a container that is not created yet");
            case RUNNING, PAUSED -> throw new ContainerException("cannot start an already running container");
        }
        Spec spec = spec();
        if (spec.process() == null) {
            throw new ContainerException("config.json: process: is required to start the container");
        }
        startHooks(HookKind.START_CONTAINER, spawner);
        try (Fd process = process();
                Fd connection = Sockets.connect(dir.startSocket().toString(), Flags.SOCK_SEQPACKET)) {
            Linux.unlinkat(Linux.AT_FDCWD, dir.startSocket().toString(), 0);
            ShimProcess.awaitExec(spawner, connection, process);
            Recording.throwIfFailed(dir.readCalls().orElse(new byte[0]));
        } catch (OpFailed e) {
            throw new ContainerException(
                    "config.json: process.args[0]: "
                            + StepFailed.notExecuted(spec.process().args().getFirst(), e.errno()),
                    e);
        }
        startHooks(HookKind.POSTSTART, spawner);
    }

    private void startHooks(HookKind kind, Spawner spawner) {
        try {
            hooks(spec(), spawner, kind);
        } catch (RuntimeException | Error e) {
            try {
                new Deletion(containers, this, dir, stored).run(true, spawner);
            } catch (RuntimeException | Error also) {
                e.addSuppressed(also);
            }
            throw e;
        }
    }

    void runStartHooks(Spawner spawner) {
        hooks(spec(), spawner, HookKind.START_CONTAINER);
    }

    void runPoststartHooks(Spawner spawner) {
        hooks(spec(), spawner, HookKind.POSTSTART);
    }

    /**
     * One more process in the container.
     *
     * @return ready, and waiting for {@link ReadyProcess#execute}; a child of the spawner's
     */
    public ReadyProcess exec(Process process, ExecOptions options, Spawner spawner) {
        return exec(process, options, spawner, Observer.NONE);
    }

    /** The same, and somebody watches. */
    public ReadyProcess exec(Process process, ExecOptions options, Spawner spawner, Observer observer) {
        requireSound();
        Status status = status();
        switch (status) {
            case CREATED, RUNNING -> {}
            case PAUSED -> {
                if (!options.ignorePaused()) {
                    throw new ContainerException("cannot exec in a paused container (use --ignore-paused to override)");
                }
            }
            case STOPPED, CREATING, DAMAGED -> throw new ContainerException("cannot exec in a stopped container");
        }
        try (Fd first = process();
                Cgroup cgroup = cgroup().orElse(null)) {
            return new Execution(id(), spec(), Objects.requireNonNull(stored).pid(), spawner, observer)
                    .prepare(process, options, first, cgroup);
        }
    }

    private void hooks(Spec spec, Spawner spawner, HookKind kind) {
        if (stored != null && !spec.hooks().of(kind).isEmpty()) {
            new HookRunner(containers, spawner, spec, stored).run(kind);
        }
    }

    /** Sends a signal to the first process; to all of them if they share the runtime's pid namespace and it is SIGKILL. */
    public void kill(int signal) {
        requireSound();
        if (!Set.of(Status.CREATED, Status.RUNNING, Status.PAUSED).contains(status())) {
            throw new ContainerException("container not running");
        }
        try (Fd process = process()) {
            Processes.signalIfThere(process, signal);
        }
        if (signal == Flags.SIGKILL) {
            // A frozen process would not notice; and without a pid namespace of its own it is not the only one.
            try (Cgroup cgroup = cgroup().orElse(null)) {
                if (cgroup != null && spec().linux().namespace(NamespaceType.PID) == null) {
                    cgroup.kill(END);
                }
            }
        }
    }

    /** As {@link #kill}, to one that may just be ending. */
    void signal(int signal) {
        try {
            kill(signal);
        } catch (ContainerException e) {
            if (pid() != 0) {
                throw e;
            }
        }
    }

    /** Ends what still runs of it, also what is left of it in a pid namespace of others, and waits for its exit code. */
    void stopped() {
        end();
        ExitCodes.kept(dir);
    }

    /** Sends a signal to every process in its cgroup. */
    public void killAll(int signal) {
        try (Cgroup cgroup = cgroup().orElse(null)) {
            if (cgroup == null) {
                kill(signal);
                return;
            }
            if (signal == Flags.SIGKILL) {
                cgroup.kill(END);
                return;
            }
            for (int pid : cgroup.pids()) {
                try (Fd process = Processes.pidfdOpen(pid)) {
                    Processes.signalIfThere(process, signal);
                } catch (SyscallException e) {
                    if (!e.is(Errno.ESRCH)) {
                        throw e;
                    }
                }
            }
        }
    }

    public void pause() {
        requireSound();
        switch (status()) {
            case RUNNING, CREATED -> {}
            case PAUSED, STOPPED, CREATING, DAMAGED ->
                throw new ContainerException("container not running or created: " + status().jsonName());
        }
        try (Cgroup cgroup = requireCgroup()) {
            cgroup.freeze(END);
        }
    }

    public void resume() {
        requireSound();
        if (status() != Status.PAUSED) {
            throw new ContainerException("container not paused");
        }
        try (Cgroup cgroup = requireCgroup()) {
            cgroup.thaw(END);
        }
    }

    /**
     * Changes its limits: all of them or none. A later update starts from what they are then.
     *
     * @param source what errors call the place that the update is from
     */
    public void update(Resources update, String source, Spawner caller) {
        try (Fd _ = dir.lock()) {
            Container now = asItIsNow(caller);
            now.updateLocked(update, source);
            spec = now.spec;
        }
    }

    private void updateLocked(Resources update, String source) {
        try (Cgroup cgroup = requireCgroup()) {
            if (status() == Status.STOPPED) {
                throw new ContainerException("container not running");
            }
            Spec old = readSpec();
            Resources merged = LimitsUpdate.apply(cgroup, old.linux().resources(), update, source);
            Spec updated = old.with(s -> s.linux = s.linux.with(l -> l.resources = merged));
            dir.writeConfig(SpecWriter.write(updated));
            spec = updated;
        }
    }

    private Cgroup requireCgroup() {
        return cgroup().orElseThrow(() -> new ContainerException("container has no cgroup"));
    }

    /** Every process in the container, in our pid namespace. */
    public List<Integer> processes() {
        try (Cgroup cgroup = cgroup().orElse(null)) {
            if (cgroup != null) {
                return cgroup.pids();
            }
        }
        return pid() == 0 ? List.of() : List.of(pid());
    }

    /**
     * Waits until it has ended.
     *
     * @return the exit code; empty if nobody kept it: the container's parent was neither a monitor of jpod's, nor does the
     *     kernel tell (before Linux 6.15, or reaped before this call)
     */
    public OptionalInt await() {
        OptionalInt fromKernel = OptionalInt.empty();
        if (stored != null && isAlive(stored)) {
            try (Fd process = process()) {
                Processes.awaitEnd(process, -1);
                if (!Files.exists(dir.exitFile())) {
                    fromKernel = ExitCodes.fromKernel(process);
                }
            } catch (ContainerException endedMeanwhile) {
                return ExitCodes.kept(dir);
            }
        }
        OptionalInt kept = ExitCodes.kept(dir);
        return kept.isPresent() ? kept : fromKernel;
    }

    /**
     * The same, for a caller who may hang up before.
     *
     * @throws ContainerException then
     */
    public OptionalInt await(Fd caller) {
        if (!awaitEnd(caller, -1)) {
            throw new ContainerException("container %s has not ended".formatted(id()));
        }
        return await();
    }

    /**
     * Waits until it has ended, or for some time, or until somebody has hung up.
     *
     * @param milliseconds -1 for ever
     * @return whether it has ended
     */
    public boolean awaitEnd(Fd caller, long milliseconds) {
        if (stored == null || !isAlive(stored)) {
            return true;
        }
        try (Fd process = process()) {
            return Poll.poll(List.of(process, caller), Flags.POLLIN, milliseconds)[0] != 0;
        } catch (ContainerException endedMeanwhile) {
            return true;
        }
    }

    /**
     * Removes it and all that it left; works from the record alone, so also for one whose set-up was cut off anywhere.
     *
     * @param force kills it first
     * @throws ContainerException if it is not stopped, or something of it is left
     * @throws PoststopFailed if all is removed, but a hook failed
     */
    public void delete(boolean force, Spawner spawner) {
        delete(force, now -> true, spawner);
    }

    /** The same, but does nothing to one that was made, or made again, under this id since. */
    public void deleteIfSame(boolean force, Spawner spawner) {
        delete(force, now -> created().equals(now.created()), spawner);
    }

    /** Removes it if it still is what a maker has left that is gone, or a removal that was cut off. */
    void clearHalfMade(Spawner spawner) {
        delete(true, Container::isIncomplete, spawner);
    }

    /** The same also if its record cannot be read. */
    public void clearBroken(Spawner spawner) {
        delete(true, now -> now.damage != null || now.isIncomplete(), spawner);
    }

    /** @param wanted asked about it as it is once it is locked */
    private void delete(boolean force, Predicate<Container> wanted, Spawner spawner) {
        Optional<Fd> lock = dir.lockIfThere();
        if (lock.isEmpty() && !force) {
            throw Containers.missing(id());
        }
        if (lock.isPresent()) {
            try (Fd _ = lock.get()) {
                spawner.requireCaller();
                if (wanted.test(containers.get(id()))) {
                    deleteLocked(force, spawner);
                }
            }
        }
    }

    /** The same by force, whether or not anybody waits for it. */
    public void discard(Spawner spawner) {
        try (Fd lock = dir.lockIfThere().orElse(null)) {
            if (lock != null) {
                deleteLocked(true, spawner);
            }
        }
    }

    /** The same by who has the lock, whether or not anybody waits for it. */
    void deleteLocked(boolean force, Spawner spawner) {
        // Whoever held the lock before us may have changed the record.
        Container now = containers.get(id());
        now.spec = spec;
        new Deletion(containers, now, dir, now.stored).run(force, spawner);
    }

    /**
     * Makes one that has ended again, from its own record: the same id, config, and place. What it has printed so far stays.
     * It waits for {@link Created#start}. If it cannot be made, it is as it was: ended.
     *
     * @param stdio 0, 1 and 2 of the container; they stay the caller's
     * @param consoleSocket connected, for a process with a terminal; stays the caller's
     * @return its process is the spawner's child; close it to let go
     */
    public Created recreate(List<Fd> stdio, @Nullable Fd consoleSocket, Spawner spawner) {
        Fd lock = dir.lock();
        try {
            Container now = asItIsNow(spawner);
            return new Recreation(containers, now, dir, now.stored).run(lock, stdio, consoleSocket, spawner);
        } catch (RuntimeException | Error e) {
            lock.close();
            throw e;
        }
    }

    /** Kills everything in it and waits until it is gone. */
    void end() {
        try (Cgroup cgroup = cgroup().orElse(null)) {
            if (cgroup != null) {
                cgroup.kill(END);
            }
        }
        if (stored != null && stored.pid() != 0 && isAlive(stored)) {
            try (Fd process = process()) {
                Processes.signalIfThere(process, (int) Flags.SIGKILL);
                if (!Processes.awaitEnd(process, END.toMillis())) {
                    throw new ContainerException("container %s: process %d does not end".formatted(id(), stored.pid()));
                }
            } catch (ContainerException e) {
                if (isAlive(stored)) {
                    throw e;
                }
            }
        }
    }
}
