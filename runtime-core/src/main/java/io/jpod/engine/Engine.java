package io.jpod.engine;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.jpod.abi.Arch;
import io.jpod.cgroup.CgroupFs;
import io.jpod.container.Container;
import io.jpod.container.Containers;
import io.jpod.container.PoststopFailed;
import io.jpod.container.Volumes;
import io.jpod.engine.hands.Parent;
import io.jpod.engine.hands.ThisJvm;
import io.jpod.exec.ReadyProcess;
import io.jpod.linux.Fd;
import io.jpod.linux.Message;
import io.jpod.linux.RecordFiles;
import io.jpod.linux.RootedPaths;
import io.jpod.net.Networks;
import io.jpod.oci.Process;
import io.jpod.oci.Spec;
import io.jpod.plan.Lowering;
import io.jpod.plan.Plan;
import io.jpod.pod.Doctor;
import io.jpod.pod.Pod;
import io.jpod.pod.PodSpec;
import io.jpod.pod.Pods;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Makes containers of wishes and of specs, starts them, and knows what is there. It holds nothing that the disk does not: any
 * number of these, in any number of processes, may work in the same places.
 */
public final class Engine {
    private static final int RANDOM_BYTES = 6;

    private final Places places;
    private final Parent parent;
    private final Consumer<String> warnings;

    /**
     * @param parent whose children its containers are
     * @param warnings gets what is no reason to stop
     */
    public Engine(Places places, Parent parent, Consumer<String> warnings) {
        this.places = places;
        this.parent = parent;
        this.warnings = warnings;
    }

    /** Of this JVM, with everything below one directory. */
    public static Engine at(Path root) {
        return new Engine(
                Places.below(root),
                new ThisJvm(),
                warning -> System.getLogger("io.jpod").log(System.Logger.Level.WARNING, warning));
    }

    Places places() {
        return places;
    }

    public Parent parent() {
        return parent;
    }

    void warn(String warning) {
        warnings.accept(warning);
    }

    public Containers containers() {
        return new Containers(places.root());
    }

    public Networks networks() {
        return new Networks(places.data(), places.root());
    }

    public Pods pods() {
        return new Pods(containers(), networks(), places.cni());
    }

    /** Who finds what is left over. */
    public Doctor doctor() {
        return new Doctor(pods(), parent, places.logs());
    }

    public Volumes volumes() {
        return new Volumes(places.data());
    }

    /** What a container or pod is called that nobody has named. */
    public static String randomName() {
        byte[] bytes = new byte[RANDOM_BYTES];
        ThreadLocalRandom.current().nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    // ---- containers of wishes

    /** Starts a container and waits for nothing: a monitor keeps its exit code and its log, also when this JVM has ended. */
    public Container start(Wish wish) {
        return start(wish, Manner.BACKGROUND);
    }

    /** The same, as somebody else wants it. */
    public Container start(Wish wish, Manner manner) {
        String id = Containers.requireId(name(wish));
        try (Joined joined = Joined.of(this, wish.pod())) {
            Blueprint blueprint = make(wish, joined, id);
            boolean own = wish.tty() && manner.consoleSocket() == null;
            Console console = own ? Console.own(true) : Console.of(parent, wish.tty(), true, manner.consoleSocket());
            try (Stdio stdio = Stdio.logged(console, wish.log());
                    Background background = Background.of(this)) {
                return Origins.named(wish, blueprint.spec(), () -> background.make(blueprint, stdio, manner));
            }
        }
    }

    /** Starts a container with our stdout and stderr. */
    public Running run(Wish wish) {
        return run(wish, Manner.FOREGROUND);
    }

    /** The same, as somebody else wants it. */
    public Running run(Wish wish, Manner manner) {
        String id = Containers.requireId(name(wish));
        try (Joined joined = Joined.of(this, wish.pod())) {
            return run(wish, make(wish, joined, id), manner);
        }
    }

    /** @param blueprint what was made of the wish */
    Running run(Wish wish, Blueprint blueprint, Manner manner) {
        Console console = Console.of(parent, wish.tty(), false, manner.consoleSocket());
        try (Stdio stdio = Stdio.of(parent, wish.interactive() || wish.tty(), console)) {
            return Origins.named(
                    wish, blueprint.spec(), () -> new Launch(this, parent, manner).attached(blueprint, stdio));
        }
    }

    /** What would be done, without doing anything. */
    public Plan explain(Wish wish, Manner manner) {
        String id = Objects.requireNonNullElse(wish.name(), "ID");
        Pod pod = wish.pod() == null ? null : pods().get(wish.pod());
        Blueprint blueprint = Blueprint.in(pod, id, directory(id), spec(wish, pod, id));
        return Origins.named(wish, blueprint.spec(), () -> explain(blueprint, manner));
    }

    private static String name(Wish wish) {
        return wish.name() == null ? randomName() : wish.name();
    }

    /** Without a bundle its own directory is where its config.json lies. */
    Path directory(String id) {
        return places.root().resolve(id);
    }

    private Blueprint make(Wish wish, Joined joined, String id) {
        Blueprint blueprint = Blueprint.in(joined.pod(), id, directory(id), spec(wish, joined.pod(), id));
        makeVolumes(wish.volume());
        volumes().fill(blueprint.spec(), parent);
        return blueprint;
    }

    /** Makes those that have a name, and are not there yet. */
    public void makeVolumes(List<String> volumes) {
        volumes.stream()
                .map(volume -> volume.split(":", 2)[0])
                .filter(Volumes::isName)
                .forEach(name -> volumes().make(name, parent));
    }

    /** @param pod that it becomes a container of; null: none */
    Spec spec(Wish wish, @Nullable Pod pod, String id) {
        DefaultSpec.Host host = new DefaultSpec.Host(
                CgroupFs.find().filter(fs -> fs.has("pids")).isPresent(),
                thermalThrottles(),
                Sharing.of(this, wish, pod),
                parent.environment(),
                volumes());
        try (RootedPaths paths = RootedPaths.open(wish.rootfs().toString())) {
            Process.User user = wish.user() == null ? Process.User.ROOT : new Users(paths).find(wish.user(), null);
            return DefaultSpec.of(wish, host, id, user);
        }
    }

    private static List<String> thermalThrottles() {
        return RecordFiles.list(Path.of("/sys/devices/system/cpu"), "cpu[0-9]*").stream()
                .map(cpu -> cpu.resolve("thermal_throttle"))
                .filter(Files::exists)
                .map(Path::toString)
                .toList();
    }

    // ---- containers of bundles

    /** Makes a container that waits for {@link Container#start}. */
    public void create(String id, Path bundle, Spec alone, @Nullable String pod, Manner manner) {
        Containers.requireId(id);
        try (Joined joined = Joined.of(this, pod)) {
            Blueprint blueprint = Blueprint.in(joined.pod(), id, bundle, alone);
            try (Stdio stdio = stdio(blueprint.spec(), true, manner)) {
                new Launch(this, parent, manner).create(blueprint, stdio);
            }
        }
    }

    /** Makes a container and starts it; a monitor keeps its exit code. */
    public Container start(String id, Path bundle, Spec alone, @Nullable String pod, Manner manner) {
        try (Joined joined = Joined.of(this, pod)) {
            Blueprint blueprint = Blueprint.in(joined.pod(), id, bundle, alone);
            try (Stdio stdio = stdio(blueprint.spec(), true, manner);
                    Background background = Background.of(this)) {
                return background.make(blueprint, stdio, manner);
            }
        }
    }

    /** Makes a container and starts it in the foreground. */
    public Running run(String id, Path bundle, Spec alone, @Nullable String pod, Manner manner) {
        try (Joined joined = Joined.of(this, pod)) {
            Blueprint blueprint = Blueprint.in(joined.pod(), id, bundle, alone);
            try (Stdio stdio = stdio(blueprint.spec(), false, manner)) {
                return new Launch(this, parent, manner).attached(blueprint, stdio);
            }
        }
    }

    private Stdio stdio(Spec spec, boolean detached, Manner manner) {
        boolean terminal = spec.process() != null && spec.process().terminal();
        return Stdio.of(parent, true, Console.of(parent, terminal, detached, manner.consoleSocket()));
    }

    /** What would be done, without doing anything. */
    public Plan explain(String id, Path bundle, Spec alone, @Nullable String pod, Manner manner) {
        return explain(Blueprint.in(pod == null ? null : pods().get(pod), id, bundle, alone), manner);
    }

    /** What would be done to make one like this. */
    public Plan explain(Container container) {
        Blueprint blueprint =
                new Blueprint(container.id(), container.directory(), container.spec(), container.belonging());
        return explain(blueprint, Manner.FOREGROUND);
    }

    private Plan explain(Blueprint blueprint, Manner manner) {
        try (Stdio stdio = Stdio.of(parent, true, Console.own(false))) {
            return containers().explain(blueprint.spec(), manner.options(blueprint, parent, stdio), parent);
        }
    }

    /** Sends a pidfd of a process to a listening unix socket. */
    public void sendPidfd(ReadyProcess process, Path socket) {
        Console.send(parent, socket, new Message("pidfd".getBytes(UTF_8), List.of(process.pidfd())));
    }

    /** The system calls that a plan comes to on this machine. */
    public static Lowering.Lowered programs(Plan plan) {
        return Lowering.lower(plan, Arch.host(), 0);
    }

    // ---- what is there

    /** Makes a pod with loopback alone for a network, and everything else as it usually is. */
    public Pod pod(String name) {
        return pods().create(PodSpec.named(name), parent);
    }

    /** All that is kept of what a container has printed in the background. */
    public String log(Container container) {
        try (LogReader log = LogReader.open(container.log())) {
            return new String(log.rest(), UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the log: " + e.getMessage(), e);
        }
    }

    /** Does something while a pod stays. */
    public void holding(Pod pod, Runnable action) {
        try (Fd _ = pod.hold(parent)) {
            action.run();
        }
    }

    /** Deletes a container; a failing poststop hook is only a warning (runtime-spec, "Lifecycle", 13). */
    public void delete(Container container, boolean force) {
        warning(() -> container.delete(force, parent));
    }

    /** Deletes one that has ended, unless somebody else has, and made another one of that name. */
    public void deleteIfSame(Container container) {
        warning(() -> container.deleteIfSame(parent));
    }

    private void warning(Runnable deletion) {
        try {
            deletion.run();
        } catch (PoststopFailed e) {
            warn(String.valueOf(e.getMessage()));
        }
    }

    /**
     * Runs one more program in a container, to its end.
     *
     * @throws io.jpod.container.ContainerException if it could not be started
     */
    public Output output(Container container, String... args) {
        return Output.of(this, container, List.of(args));
    }

    /** Starts one more process in a container, and waits for its end unless it goes on in the background: its exit code, or 0. */
    public int exec(Container container, Command command, Manner manner) {
        return new Exec(this, manner).run(container, command);
    }
}
