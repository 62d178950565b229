package io.jpod.cli;

import io.jpod.abi.Flags;
import io.jpod.cgroup.CgroupFs;
import io.jpod.container.Container;
import io.jpod.container.CreateOptions;
import io.jpod.container.Created;
import io.jpod.container.LogDir;
import io.jpod.container.PoststopFailed;
import io.jpod.container.Volumes;
import io.jpod.json.Times;
import io.jpod.linux.Fd;
import io.jpod.linux.Linux;
import io.jpod.linux.RootedPaths;
import io.jpod.oci.Process;
import io.jpod.oci.Spec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What create and run have in common: from a spec to a container that its caller knows of. */
final class Launch {
    /** Bytes of an exit code as text. */
    private static final int LONGEST_EXIT = 8;

    private final Jpod jpod;
    private final Caller caller;
    private final ProcessOptions process;

    Launch(Jpod jpod, ProcessOptions process) {
        this.jpod = jpod;
        this.caller = jpod.caller();
        this.process = process;
        if (!caller.environment().getOrDefault("NOTIFY_SOCKET", "").isEmpty()) {
            throw new IllegalStateException(
                    "NOTIFY_SOCKET is set, but jpod does not pass readiness on to systemd: use Type=exec or unset it");
        }
    }

    /** The spec of a bundle, with what comes from the caller's environment. */
    Spec read(BundleOptions bundle) {
        return withListenFds(bundle.spec(jpod));
    }

    private Spec withListenFds(Spec spec) {
        Process process = spec.process();
        return process == null || ProcessOptions.passedBySystemd(caller) == 0
                ? spec
                : spec.with(s -> s.process = ProcessOptions.withListenFds(process, caller));
    }

    /** The spec of a container without a bundle. */
    Spec write(ContainerOptions options, Sharing sharing, String name, List<String> args) {
        makeVolumes(jpod, options.volumes);
        return withListenFds(spec(jpod, options, sharing, name, args));
    }

    /** Those that have a name, and are not there yet. */
    static void makeVolumes(Jpod jpod, List<String> volumes) {
        volumes.stream()
                .map(volume -> volume.split(":", 2)[0])
                .filter(Volumes::isName)
                .forEach(name -> jpod.volumes().make(name, jpod.caller()));
    }

    static Spec spec(Jpod jpod, ContainerOptions options, Sharing sharing, String name, List<String> args) {
        Path rootfs = jpod.path(String.valueOf(options.rootfs)).normalize();
        DefaultSpec.Host host = new DefaultSpec.Host(
                CgroupFs.find().filter(fs -> fs.has("pids")).isPresent(),
                thermalThrottles(),
                sharing,
                jpod.caller().environment(),
                jpod::path,
                jpod.volumes());
        try (RootedPaths paths = RootedPaths.open(rootfs.toString())) {
            Process.User user = options.user == null ? Process.User.ROOT : new Users(paths).find(options.user, null);
            return DefaultSpec.of(options, host, name, rootfs.toString(), user, args);
        }
    }

    private static List<String> thermalThrottles() {
        List<String> paths = new ArrayList<>();
        try (DirectoryStream<Path> cpus = Files.newDirectoryStream(Path.of("/sys/devices/system/cpu"), "cpu[0-9]*")) {
            for (Path cpu : cpus) {
                Path path = cpu.resolve("thermal_throttle");
                if (Files.exists(path)) {
                    paths.add(path.toString());
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot list the CPUs: " + e.getMessage(), e);
        }
        return paths;
    }

    TerminalRoute console(Spec spec, boolean detached) {
        boolean terminal = spec.process() != null && spec.process().terminal();
        return TerminalRoute.of(caller, terminal, detached, process.consoleSocket(jpod));
    }

    List<Fd> stdio() {
        return List.of(caller.stdio(0), caller.stdio(1), caller.stdio(2));
    }

    CreateOptions options(String id, Path directory, BundleOptions bundle, TerminalRoute console, List<Fd> stdio) {
        return new CreateOptions(
                id,
                directory,
                caller.uid(),
                stdio,
                console.socket(),
                bundle.pivots(),
                bundle.makesKeyring(),
                process.preserved(caller));
    }

    /** Tells the caller of a container that is there, and does what else belongs to it. If that fails, it is not to be. */
    void settle(Created created, Runnable rest) {
        created.settle(caller, () -> {
            process.announce(jpod, created.process());
            rest.run();
            jpod.tell(created.process());
            created.process().warnings().forEach(jpod::warn);
        });
    }

    /**
     * Hands the terminal of a new process on, if it is for us, and signals to it: the hands know from here on what to do,
     * whatever becomes of us. The console is closed.
     */
    static void attach(Caller caller, Created created, TerminalRoute console) {
        try (Fd terminal = console.receive()) {
            if (terminal != null) {
                caller.relay(terminal);
            }
        }
        caller.forwardSignals(created.process().pid());
        console.close();
    }

    /**
     * The same for a detached one, whose monitor keeps its exit code and its output.
     *
     * @param pipe what it prints into; null: its output is none of ours
     */
    static void leave(Jpod jpod, Created created, TerminalRoute console, @Nullable LogPipe pipe) {
        Container container = created.container();
        int pid = created.process().pid();
        try (Fd exit = exitFile(container)) {
            if (pipe == null) {
                jpod.caller().watch(pid, exit);
            } else {
                LogDir log = container.log();
                LogDir.Bounds bounds = log.exists() ? log.bounds() : make(jpod, container, pipe.bounds());
                try (Fd terminal = console.receive();
                        Fd directory = log.open()) {
                    if (terminal != null) {
                        Linux.leaveLineEnds(terminal);
                    }
                    jpod.caller().watch(pid, exit, terminal == null ? pipe.from() : terminal, directory, bounds);
                }
            }
        }
        jpod.caller().forwardSignals(pid);
        console.close();
    }

    private static LogDir.Bounds make(Jpod jpod, Container container, LogDir.Bounds bounds) {
        Path logs = jpod.logDirectory();
        container.log().make(logs == null ? null : logs.resolve(container.id()), bounds);
        return bounds;
    }

    /** Deletes a container; a failing poststop hook is only a warning (runtime-spec, "Lifecycle", 13). */
    static void delete(Jpod jpod, Container container, boolean force) {
        warning(jpod, () -> container.delete(force, jpod.caller()));
    }

    /** Deletes one that was in the foreground, unless somebody else has, and made another one of that name. */
    static void deleteAtItsEnd(Jpod jpod, Container container) {
        warning(jpod, () -> container.deleteIfSame(true, jpod.caller()));
    }

    private static void warning(Jpod jpod, Runnable deletion) {
        try {
            deletion.run();
        } catch (PoststopFailed e) {
            jpod.warn(String.valueOf(e.getMessage()));
        }
    }

    /** The file that the monitor of a detached container keeps the exit code in: locked until it is written. A disk that is full by then does not matter. */
    private static Fd exitFile(Container container) {
        Fd file = Linux.open(container.exitFile().toString(), Flags.O_WRONLY | Flags.O_CREAT | Flags.O_EXCL, 0600);
        Linux.flock(file, Flags.LOCK_EX);
        Linux.reserve(file, LONGEST_EXIT);
        return file;
    }

    /** What the hands do at the container's end if there is no brain any more; not to another one of the same name. */
    List<String> will(Container container) {
        String created = Times.text(container.created().orElseThrow());
        return List.of("--root", jpod.root().toString(), "delete", "--force", "--created", created, container.id());
    }
}
