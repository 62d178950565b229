package io.jpod.container;

import io.jpod.cgroup.Cgroup;
import io.jpod.cgroup.CgroupFs;
import io.jpod.exec.Observer;
import io.jpod.exec.ReadyProcess;
import io.jpod.exec.Spawner;
import io.jpod.json.InvalidJson;
import io.jpod.linux.Fd;
import io.jpod.oci.Features;
import io.jpod.oci.Process;
import io.jpod.oci.Resources;
import io.jpod.oci.Spec;
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
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** A container that exists: what the disk says of it, held against what the kernel says. */
public final class Container {
    static final Duration END = Duration.ofSeconds(10);

    private final Containers containers;
    private final StateDir dir;
    private final Stored stored;
    private @Nullable Spec spec;

    Container(Containers containers, StateDir dir, Stored stored) {
        this.containers = containers;
        this.dir = dir;
        this.stored = stored;
    }

    /** One whose config is known, since it was just made. */
    static Container made(Containers containers, StateDir dir, StoredState state, Spec spec) {
        Container container = new Container(containers, dir, Stored.of(state));
        container.spec = spec;
        return container;
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

    Containers containers() {
        return containers;
    }

    StateDir dir() {
        return dir;
    }

    Stored stored() {
        return stored;
    }

    private Optional<StoredState> record() {
        return Optional.ofNullable(stored.record());
    }

    /** When it was made; again, if it was. It tells it from another one of that id, earlier or later. */
    public Optional<Instant> created() {
        return record().map(StoredState::created);
    }

    /** How one ended whose monitor has kept it, without waiting for its end; empty if it has not ended, or nobody did. */
    public OptionalInt exitCode() {
        return status() == Status.STOPPED && awaitEnd(null, 0) ? ExitCodes.kept(dir) : OptionalInt.empty();
    }

    /** Whose it is; of a damaged one that of the pod whose cgroup its own is in. */
    public Belonging belonging() {
        return record().map(StoredState::belonging)
                .or(() -> damage().flatMap(_ -> cgroupPath()).map(path -> Belonging.in(path, containers.mark())))
                .orElse(Belonging.NONE);
    }

    /** Of a damaged one those of its config. */
    public Map<String, String> annotations() {
        try {
            return record().map(StoredState::annotations)
                    .or(() -> damage().map(_ -> spec().annotations()))
                    .orElse(Map.of());
        } catch (InvalidJson | ContainerException lost) {
            return Map.of();
        }
    }

    /** Why its record cannot be read, if so: all that can be done with it is to delete it by force. */
    public Optional<String> damage() {
        return stored instanceof Stored.Damaged damaged ? Optional.of(damaged.why()) : Optional.empty();
    }

    /** Whether its set-up was cut off, or its removal. */
    public boolean isHalfMade() {
        return stored instanceof Stored.HalfMade && !dir.dir().isBusy();
    }

    /** The user id of who made it. */
    public int owner() {
        return record().map(StoredState::owner).orElse(0);
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

    /** As it is now: others may have changed its limits. */
    Spec readSpec() {
        return Configs.read(dir.readConfig().orElseThrow(() -> Containers.missing(id())));
    }

    public Status status() {
        return switch (stored) {
            case Stored.Damaged _ -> Status.DAMAGED;
            case Stored.HalfMade _ -> Status.CREATING;
            case Stored.Whole _ -> {
                // Before its life is: what is deleted loses that first, and would seem to have been started.
                boolean waits = Files.exists(dir.startSocket());
                if (!running().isAlive()) {
                    yield Status.STOPPED;
                }
                boolean isFrozen = CgroupFs.find()
                        .flatMap(fs -> cgroupPath(fs).filter(fs::isFrozen))
                        .isPresent();
                yield isFrozen ? Status.PAUSED : waits ? Status.CREATED : Status.RUNNING;
            }
        };
    }

    /** Whether its program runs, or rests. */
    public boolean isStarted() {
        Status now = status();
        return now == Status.RUNNING || now == Status.PAUSED;
    }

    /** As {@code state} prints it. */
    public State state() {
        return record().map(state -> Containers.state(state, status()))
                .orElseGet(
                        () -> new State(Features.SPEC_VERSION, id(), status(), 0, "/", annotations(), null, null, ""));
    }

    /** What runs of it. */
    RunningProcesses running() {
        return new RunningProcesses(this);
    }

    /** Its first process, in our pid namespace; 0 if that has ended. */
    public int pid() {
        return running().pid();
    }

    /** Every process in it, in our pid namespace. */
    public List<Integer> processes() {
        return running().all();
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
        StoredState state = stored.record();
        if (state == null) {
            return fs.owned().find(containers.cgroupOwner(id()));
        }
        String recorded = state.cgroup();
        return recorded == null || !state.isOfThisBoot()
                ? Optional.empty()
                : fs.owned().locate(containers.cgroupOwner(id()), recorded, state.cgroupDirectories());
    }

    /**
     * Waits until it has ended.
     *
     * @return the exit code; empty if nobody kept it: the container's parent was neither a monitor of jpod's, nor does the
     *     kernel tell (before Linux 6.15, or reaped before this call)
     */
    public OptionalInt await() {
        return running().await();
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
    public boolean awaitEnd(@Nullable Fd caller, long milliseconds) {
        return running().awaitEnd(caller, milliseconds);
    }

    // ---- what can be done with it

    /** By who has the lock. */
    Container readAgain() {
        return new Container(containers, dir, dir.read().orElseThrow(() -> Containers.missing(id())));
    }

    /** Whether that is this one, and no other that was made, or made again, under its id. */
    private boolean isSame(Container other) {
        return created().equals(other.created());
    }

    /**
     * runtime-spec, "start": startContainer hooks, the program, poststart hooks. It waits for one that is being made. If a hook
     * fails the container is deleted, and poststop hooks run (runtime-spec, "Lifecycle": step 12).
     */
    public void start(Spawner spawner) {
        try (Held held = Held.of(this, Verb.START, spawner)) {
            new Start(held, spawner).waiting();
        }
    }

    /**
     * One more process in the container.
     *
     * @return ready, and waiting for {@link ReadyProcess#execute}; a child of the spawner's
     */
    public ReadyProcess exec(Process process, ExecOptions options, Spawner spawner, Observer observer) {
        return Execution.of(this, process, options, spawner, observer);
    }

    /** Sends a signal to the first process; to all of them if they share the runtime's pid namespace and it is SIGKILL. */
    public void kill(int signal, Spawner caller) {
        try (Held held = Held.of(this, Verb.KILL, caller)) {
            held.container().running().signal(signal);
        }
    }

    /** The same to one that may just be ending. */
    public void killIfRunning(int signal, Spawner caller) {
        try {
            kill(signal, caller);
        } catch (ContainerException e) {
            if (pid() != 0) {
                throw e;
            }
        }
    }

    /** Sends a signal to every process in its cgroup. */
    public void killAll(int signal, Spawner caller) {
        try (Held held = Held.of(this, Verb.KILL_ALL, caller)) {
            held.container().running().signalAll(signal);
        }
    }

    /** Ends what still runs of it, also what is left of it in a pid namespace of others, and waits for its exit code. */
    void end(Spawner caller) {
        try (Held held = Held.of(this, Verb.KILL_ALL, this::isSame, caller).orElse(null)) {
            if (held != null) {
                held.container().running().end();
                ExitCodes.kept(dir);
            }
        }
    }

    public void pause(Spawner caller) {
        try (Held held = Held.of(this, Verb.PAUSE, caller);
                Cgroup cgroup = held.cgroup()) {
            cgroup.freeze(END);
        }
    }

    public void resume(Spawner caller) {
        try (Held held = Held.of(this, Verb.RESUME, caller);
                Cgroup cgroup = held.cgroup()) {
            cgroup.thaw(END);
        }
    }

    /**
     * Changes its limits: all of them or none. A later update starts from what they are then.
     *
     * @param source what errors call the place that the update is from
     */
    public void update(Resources update, String source, Spawner caller) {
        try (Held held = Held.of(this, Verb.UPDATE, caller);
                Cgroup cgroup = held.cgroup()) {
            spec = LimitsUpdate.apply(cgroup, held.container(), update, source);
        }
    }

    /**
     * Removes it and all that it left; works from the record alone, so also for one whose set-up was cut off anywhere.
     *
     * @param force kills it first, and does not mind if there is none
     * @throws ContainerException if it is not stopped, or something of it is left
     * @throws PoststopFailed if all is removed, but a hook failed
     */
    public void delete(boolean force, Spawner spawner) {
        Verb verb = force ? Verb.DELETE_BY_FORCE : Verb.DELETE;
        if (delete(verb, _ -> true, spawner, spawner)) {
            return;
        }
        if (!force) {
            throw Containers.missing(id());
        }
        containers.removeLost(id(), spawner);
    }

    /** The same by force, but does nothing to another one of its id. */
    public void deleteIfSame(Spawner spawner) {
        delete(Verb.DELETE_BY_FORCE, this::isSame, spawner, spawner);
    }

    /** The same, whether or not anybody waits for it. */
    public void discard(Spawner spawner) {
        delete(Verb.DELETE_BY_FORCE, this::isSame, Spawner.NONE, spawner);
    }

    /** Removes what a maker has left that is gone, or a removal that was cut off, for who wants its id. */
    void makeWay(Spawner spawner) {
        delete(Verb.CREATE, _ -> true, spawner, spawner);
    }

    /** Removes it if it still is that, or its record cannot be read. */
    public void clearBroken(Spawner spawner) {
        delete(Verb.DELETE_BY_FORCE, now -> !(now.stored instanceof Stored.Whole), spawner, spawner);
    }

    private boolean delete(Verb verb, Predicate<Container> wanted, Spawner caller, Spawner spawner) {
        try (Held held = Held.of(this, verb, wanted, caller).orElse(null)) {
            if (held == null) {
                return false;
            }
            Container now = held.container();
            now.spec = isSame(now) ? spec : null;
            new Deletion(now, spawner).run();
            return true;
        }
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
        return Recreation.of(this, stdio, consoleSocket, spawner);
    }
}
