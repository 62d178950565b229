package io.jpod.cli;

import static io.jpod.cli.Verb.family;
import static io.jpod.cli.Verb.named;

import io.jpod.abi.NativeText;
import io.jpod.cli.Verb.Named;
import io.jpod.container.Container;
import io.jpod.container.Containers;
import io.jpod.container.Recorder;
import io.jpod.container.Volumes;
import io.jpod.exec.ReadyProcess;
import io.jpod.linux.Linux;
import io.jpod.net.Networks;
import io.jpod.net.cni.CniPlaces;
import io.jpod.pod.Pods;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.Set;
import java.util.StringJoiner;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * The jpod command: the options before the verb, and the edge where exceptions become a message and an exit code. A verb is a
 * class of its own, named in {@link #VERBS}; it throws what went wrong.
 */
public final class Jpod {
    static final String VERSION = "0.1.0";
    static final String SPEC_VERSION = "1.3.0";

    private static final int WIDEST_HELP = 120;
    private static final int NARROWEST_HELP = 60;

    /** In the order of the help. */
    private static final List<Named> VERBS = List.of(
            named("create", "Make a container from a bundle. Its program waits for 'jpod start'.", Create::new),
            named("start", "Let a container that was created run its program.", Start::new),
            named("run", "Make a container, start it, and wait for its end.", Run::new),
            named("state", "Print the state of a container as JSON (runtime-spec, \"State\").", State::new),
            named("list", "List the containers below --root.", ListContainers::new, "ls"),
            named("stop", "Stop containers, all at the same time: TERM, and KILL for those that go on.", Stop::new),
            named(
                    "restart",
                    "Start containers again: those that run are stopped first, with TERM, and KILL if they go on.",
                    Restart::new),
            named(
                    "inspect",
                    "Print what is known of containers: state, config, namespaces, cgroup, log.",
                    Inspect::new),
            named("kill", "Send a signal to a container's first process.", Kill::new),
            named(
                    "delete",
                    "Remove containers that have ended, or were never started, and all that is kept of them.",
                    Delete::new,
                    "rm"),
            named("exec", "Run one more process in a container.", Exec::new),
            named("pause", "Stop all processes of a container where they are.", Pause::new),
            named("resume", "Let the processes of a paused container go on.", Resume::new),
            named("wait", "Wait until containers have ended, and print their exit codes, one a line.", Wait::new),
            named(
                    "logs",
                    "Print what a container has printed that was started with 'jpod run --detach --rootfs'.",
                    Logs::new),
            named("ps", "List the processes of a container.", Ps::new),
            named("ns", "Show which namespaces containers live in, whose they are, and who else is in them.", Ns::new),
            named(
                    "events",
                    "Print the figures of a container every few seconds, and when it runs out of memory, as JSON lines.",
                    Events::new),
            named("update", "Change the limits of a container while it runs.", Update::new),
            family(
                    "pod",
                    "Make and manage pods: containers that share namespaces, limits and files.",
                    _ -> new PodCommand(),
                    PodCommand.VERBS),
            family(
                    "network",
                    "Make, show and remove networks of pods.",
                    _ -> new NetworkCommand(),
                    NetworkCommand.VERBS),
            named(
                    "debug",
                    "Look into a pod or container from a container with tools, such as a shell, that it has not got itself.",
                    Debug::new),
            named("spec", "Write a config.json to start from.", SpecCommand::new),
            named(
                    "features",
                    "Print what jpod implements as JSON (runtime-spec, \"Features Structure\").",
                    FeaturesCommand::new),
            named("explain", "Print what 'jpod run' would do, step by step, without doing it.", Explain::new),
            family(
                    "volume",
                    "Make, show and remove volumes: directories with a name that outlive containers.",
                    _ -> new VolumeCommand(),
                    VolumeCommand.VERBS),
            named(
                    "doctor",
                    "List what no living container or pod below --root owns, and remove it with --fix.",
                    DoctorCommand::new),
            named("completion", "Print a script that lets the shell complete jpod's command line.", Completion::new),
            named(
                    "serve",
                    "Stay in memory and serve all further commands, which makes them fast. Containers do not depend on it:"
                            + " it may be stopped or killed at any time.",
                    Serve::new));

    /**
     * Those that nobody uses just now, by the verbs that they know. Building one takes as long as a quick command, and what is set
     * for all verbs of one, such as where output goes, takes its time for each of them.
     */
    private static final Map<Set<String>, Queue<Jpod>> IDLE = new ConcurrentHashMap<>();

    private final CommandLine line;
    private @Nullable Caller caller;
    private @Nullable String root;
    private @Nullable String log;
    private Log.Format logFormat = Log.Format.TEXT;
    private boolean debug;

    /** With all verbs. */
    Jpod() {
        this(null);
    }

    /** @param verbs for command lines that name these and no others; null: for any */
    private Jpod(@Nullable Set<String> verbs) {
        CommandSpec spec =
                Definition.root("jpod", "Run Linux containers and pods, as an OCI runtime or by hand.", this::define);
        spec.versionProvider(Jpod::versions);
        add(VERBS, spec, verbs);
        line = new CommandLine(spec)
                .setExecutionStrategy(Jpod::execute)
                .setParameterExceptionHandler((e, arguments) -> misused(e))
                .setExecutionExceptionHandler((e, command, result) -> failed(e, command));
    }

    private void define(Definition d) {
        d.value(
                "--root=DIR",
                "Where the state of containers lies (default: /run/jpod, for others than root $XDG_RUNTIME_DIR/jpod).",
                v -> root = v);
        d.value("--log=FILE", "Append errors to this file; on stderr they are short then.", v -> log = v);
        d.value(
                "--log-format=FORMAT",
                "text (default) or json.",
                Log.Format.class,
                Log.Format.TEXT,
                v -> logFormat = v);
        d.flag("--debug", "Tell each step that is taken, and print a stack trace with an error.", on -> debug = on);
        d.add(
                Definition.option("-v --version", "Print the versions of jpod and its parts.")
                        .versionHelp(true),
                Boolean.class,
                false,
                _ -> {});
        d.flag("--systemd-cgroup", "Not supported yet: make cgroups through systemd.", on -> {
            if (on) {
                throw new Misuse("--systemd-cgroup is not supported yet; cgroups are made in the file system");
            }
        });
        // What false and auto ask for is what is done anyway.
        d.value(
                "--rootless=WHEN",
                "Go on where only root may make cgroups: false and auto do not; true is not supported yet.",
                Rootless.class,
                null,
                when -> {
                    if (when == Rootless.TRUE) {
                        throw new Misuse("--rootless=true is not supported yet");
                    }
                });
    }

    /** Verbs that are not wanted are left out; where none is, as in a call for help, their names are enough. */
    private void add(List<Named> verbs, CommandSpec command, @Nullable Set<String> wanted) {
        List<Named> whole = wanted == null ? verbs : among(verbs, wanted);
        for (Named verb : whole) {
            CommandSpec spec = Definition.of(verb, verb.maker().apply(this));
            add(verb.verbs(), spec, wanted);
            command.addSubcommand(verb.name(), spec);
        }
        if (whole.isEmpty()) {
            for (Named verb : verbs) {
                command.addSubcommand(verb.name(), Definition.stub(verb));
            }
        }
    }

    private static List<Named> among(List<Named> verbs, Collection<String> words) {
        List<Named> among = new ArrayList<>();
        for (Named verb : verbs) {
            if (verb.isAmong(words)) {
                among.add(verb);
            }
        }
        return among;
    }

    /** The names of those verbs that may be meant by a command line of these words. */
    private static void collect(List<Named> verbs, Collection<String> words, Set<String> names) {
        for (Named verb : among(verbs, words)) {
            names.add(verb.name());
            collect(verb.verbs(), words, names);
        }
    }

    /** Runs one command line; the exit code. Whatever goes wrong is told to the caller. */
    public static int run(Caller caller) {
        Set<String> verbs = new HashSet<>();
        collect(VERBS, new HashSet<>(caller.arguments()), verbs);
        Queue<Jpod> idle = IDLE.computeIfAbsent(verbs, _ -> new ConcurrentLinkedQueue<>());
        Jpod known = idle.poll();
        Jpod jpod = known != null ? known : verbs.contains("completion") ? new Jpod() : new Jpod(verbs);
        try {
            return jpod.answer(caller);
        } finally {
            idle.add(jpod);
        }
    }

    /** Gives back what many callers at a time have needed. */
    static void rest() {
        IDLE.clear();
        System.gc();
    }

    int answer(Caller caller) {
        this.caller = caller;
        try {
            return run(caller.arguments());
        } finally {
            this.caller = null;
        }
    }

    /** The definition of all commands, for what is made from it. */
    CommandSpec definition() {
        return line.getCommandSpec();
    }

    /** Who asks for help with a verb that does not exist is told so: picocli overlooks what is wrong beside --help. */
    private static int execute(CommandLine.ParseResult parsed) {
        CommandLine.ParseResult last = parsed;
        while (last.hasSubcommand()) {
            last = last.subcommand();
        }
        if (!last.unmatched().isEmpty() && !last.commandSpec().subcommands().isEmpty()) {
            throw new UnmatchedArgumentException(last.commandSpec().commandLine(), last.unmatched());
        }
        return new CommandLine.RunLast().execute(parsed);
    }

    private int run(List<String> arguments) {
        return Recorder.hasBegun() ? CommandEvent.of(() -> execute(arguments), this::verb) : execute(arguments);
    }

    /** The verbs of the last command line: {@code pod create}. */
    private String verb() {
        StringJoiner verbs = new StringJoiner(" ");
        CommandLine.ParseResult parsed = line.getParseResult();
        while (parsed != null && parsed.hasSubcommand()) {
            parsed = parsed.subcommand();
            verbs.add(parsed.commandSpec().name());
        }
        return verbs.toString();
    }

    private int execute(List<String> arguments) {
        Caller caller = caller();
        try {
            line.setOut(new PrintWriter(caller.out(), true, StandardCharsets.UTF_8))
                    .setErr(new PrintWriter(caller.err(), true, StandardCharsets.UTF_8))
                    .setColorScheme(CommandLine.Help.defaultColorScheme(isColoured() ? Ansi.ON : Ansi.OFF))
                    .setUsageHelpWidth(helpWidth());
            int code = line.execute(arguments.toArray(String[]::new));
            if (debug) {
                write(Log.Level.DEBUG, verb() + ": exit code " + code);
            }
            return caller.out().checkError() ? unwritten() : code;
        } catch (Throwable e) {
            return fail(e);
        }
    }

    /** See no-color.org. */
    boolean isColoured() {
        return caller().isTerminal(1) && !caller().environment().containsKey("NO_COLOR");
    }

    private int helpWidth() {
        int columns = Linux.windowSize(caller().stdio(1))
                .map(Linux.WindowSize::columns)
                .orElse(0);
        return columns == 0 ? WIDEST_HELP : Math.clamp(columns, NARROWEST_HELP, WIDEST_HELP);
    }

    /** How a command ends that prints until nobody listens any more, or there is nothing more to say. */
    int heardOut() {
        return (caller().listens(0) ? ExitCode.OK : ExitCode.READER_GONE).number();
    }

    /** A reader that has had enough (jpod list | head -1) ends a command without a word, and as SIGPIPE would. */
    private int unwritten() {
        boolean isReaderGone = Linux.poll(List.of(caller().stdio(1)), 0, 0)[0] != 0;
        return isReaderGone ? ExitCode.READER_GONE.number() : fail(new IllegalStateException("cannot write to stdout"));
    }

    private int failed(Exception e, CommandLine command) {
        if (e instanceof Misuse) {
            return misused(new ParameterException(command, e.getMessage(), e));
        }
        fail(e);
        return command.getCommandSpec().exitCodeOnExecutionException();
    }

    private int misused(ParameterException e) {
        CommandLine used = e.getCommandLine();
        if (used.getParent() == null && caller().arguments().isEmpty()) {
            used.usage(used.getErr());
            return ExitCode.ERROR.number();
        }
        fail(used.getParent() == null && e instanceof UnmatchedArgumentException wrong ? unknown(wrong) : e);
        caller().err().println("Try '" + used.getCommandSpec().qualifiedName() + " --help' for more information.");
        return ExitCode.ERROR.number();
    }

    private static RuntimeException unknown(UnmatchedArgumentException e) {
        if (e.isUnknownOption()) {
            return e;
        }
        List<String> similar = e.getSuggestions();
        return new IllegalArgumentException(
                "unknown command " + e.getUnmatched().getFirst()
                        + (similar.isEmpty() ? "" : "; did you mean " + String.join(" or ", similar) + "?"),
                e);
    }

    /** Tells the caller what went wrong; the exit code. */
    int fail(Throwable e) {
        if (debug) {
            StringWriter trace = new StringWriter();
            e.printStackTrace(new PrintWriter(trace, true));
            caller().err().print(trace);
        }
        write(Log.Level.ERROR, Objects.requireNonNullElse(e.getMessage(), e.toString()));
        return ExitCode.ERROR.number();
    }

    private void write(Log.Level level, String message) {
        try {
            new Log(log == null ? null : CallerFile.of(this, log), logFormat).write(caller(), level, message);
        } catch (RuntimeException e) {
            caller().err().println("jpod: --log: " + e.getMessage());
        }
    }

    /** What was done, for a caller who asked for all of it. */
    void tell(ReadyProcess process) {
        if (debug) {
            process.steps().forEach(step -> write(Log.Level.DEBUG, step));
        }
    }

    /** Tells the caller something that is no reason to stop. */
    void warn(String message) {
        write(Log.Level.WARNING, message);
    }

    /** Of containers that are there, but of which nothing can be said. */
    void warnOfDamage(List<Container> containers) {
        for (Container container : containers) {
            container
                    .damage()
                    .ifPresent(why -> warn("container %s is damaged: %s (remove it with 'jpod delete --force %1$s')"
                            .formatted(container.id(), why)));
        }
    }

    Caller caller() {
        return Objects.requireNonNull(caller, "no caller");
    }

    /** The containers below {@link #root}. */
    Containers containers() {
        return new Containers(root());
    }

    /** The pods below {@link #root}. */
    Pods pods() {
        return new Pods(containers(), networks(), cni());
    }

    /** $NETCONFPATH and $CNI_PATH say otherwise, as for cnitool. */
    private CniPlaces cni() {
        CniPlaces usual = CniPlaces.usual(root());
        String configurations = caller().environment().get("NETCONFPATH");
        String plugins = caller().environment().get("CNI_PATH");
        return new CniPlaces(
                configurations == null ? usual.configurations() : path(configurations),
                plugins == null
                        ? usual.plugins()
                        : Stream.of(plugins.split(":")).map(this::path).toList(),
                root());
    }

    Volumes volumes() {
        return new Volumes(dataDirectory());
    }

    /** The networks of pods. */
    Networks networks() {
        return new Networks(dataDirectory(), root());
    }

    /** Where the state of containers lies. */
    Path root() {
        return root == null ? runtimeDirectory() : path(root);
    }

    /** What a further command needs to find the same state and the same data, which are in one place only if --root is given. */
    List<String> rootOption() {
        return root == null ? List.of() : List.of("--root", root().toString());
    }

    /** A path of the command line, which is relative to where the caller is. Of a file to open, {@link CallerFile} knows more. */
    Path path(String path) {
        if (!NativeText.isUnicode(path)) {
            throw new IllegalArgumentException("the name of a file must be UTF-8 here, is " + path);
        }
        Path directory = caller().directory();
        // Whose name is known is there, or was a moment ago.
        if (!path.startsWith("/") && directory.startsWith("/proc") && CallerPath.isRemoved(directory)) {
            throw new IllegalArgumentException(path + ": the current directory has been removed");
        }
        return CallerPath.lasting(directory.resolve(path), caller());
    }

    /** The directory for what ends with the boot. */
    Path runtimeDirectory() {
        if (caller().uid() == 0) {
            return Path.of("/run/jpod");
        }
        String user = caller().environment().get("XDG_RUNTIME_DIR");
        if (user == null || !user.startsWith("/")) {
            throw new IllegalStateException("XDG_RUNTIME_DIR is not set: say where the state shall lie with --root");
        }
        return Path.of(user, "jpod");
    }

    /** The directory for what outlives a reboot. */
    Path dataDirectory() {
        if (root != null) {
            return path(root);
        }
        if (caller().uid() == 0) {
            return Path.of("/var/lib/jpod");
        }
        String home = caller().environment().get("HOME");
        if (home == null || !home.startsWith("/")) {
            throw new IllegalStateException("HOME is not set: say where the data shall lie with --root");
        }
        return Path.of(home, ".local/share/jpod");
    }

    /** Where the logs of containers lie, by their names; null: with their state, which is in memory unless --root says otherwise. */
    @Nullable Path logDirectory() {
        return root == null ? dataDirectory().resolve("logs") : null;
    }

    private enum Rootless {
        TRUE,
        FALSE,
        AUTO
    }

    /** In the shape that callers of runc know: a name and a version in each line. */
    private static String[] versions() {
        return new String[] {"jpod version " + VERSION, "spec: " + SPEC_VERSION, "java: " + Runtime.version()};
    }
}
