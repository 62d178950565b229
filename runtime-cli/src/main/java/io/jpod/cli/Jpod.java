package io.jpod.cli;

import io.jpod.container.Containers;
import io.jpod.container.Recorder;
import io.jpod.container.Volumes;
import io.jpod.linux.Linux;
import io.jpod.net.Networks;
import io.jpod.net.cni.CniPlaces;
import io.jpod.pod.Pods;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.Set;
import java.util.StringJoiner;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * The jpod command: the options before the verb, and the edge where exceptions become a message and an exit code. A verb is a
 * class of its own with {@code @ParentCommand Jpod jpod}, named in {@link #VERBS}; it throws what went wrong.
 */
@Command(
        name = "jpod",
        description = "Run Linux containers and pods, as an OCI runtime or by hand.",
        versionProvider = Jpod.Version.class)
public final class Jpod {
    static final String VERSION = "0.1.0";
    static final String SPEC_VERSION = "1.3.0";

    private static final int WIDEST_HELP = 120;
    private static final int NARROWEST_HELP = 60;

    /** In the order of the help. */
    private static final Map<String, Class<?>> VERBS = new LinkedHashMap<>();

    static {
        VERBS.put("create", Create.class);
        VERBS.put("start", Start.class);
        VERBS.put("run", Run.class);
        VERBS.put("state", State.class);
        VERBS.put("list", ListContainers.class);
        VERBS.put("stop", Stop.class);
        VERBS.put("restart", Restart.class);
        VERBS.put("inspect", Inspect.class);
        VERBS.put("kill", Kill.class);
        VERBS.put("delete", Delete.class);
        VERBS.put("exec", Exec.class);
        VERBS.put("pause", Pause.class);
        VERBS.put("resume", Resume.class);
        VERBS.put("wait", Wait.class);
        VERBS.put("logs", Logs.class);
        VERBS.put("ps", Ps.class);
        VERBS.put("ns", Ns.class);
        VERBS.put("events", Events.class);
        VERBS.put("update", Update.class);
        VERBS.put("pod", PodCommand.class);
        VERBS.put("network", NetworkCommand.class);
        VERBS.put("debug", Debug.class);
        VERBS.put("spec", SpecCommand.class);
        VERBS.put("features", FeaturesCommand.class);
        VERBS.put("explain", Explain.class);
        VERBS.put("volume", VolumeCommand.class);
        VERBS.put("doctor", DoctorCommand.class);
        VERBS.put("completion", Completion.class);
        VERBS.put("serve", Serve.class);
    }

    /** The verbs of verbs. */
    private static final Map<String, Map<String, Class<?>>> NESTED =
            Map.of("pod", PodCommand.VERBS, "network", NetworkCommand.VERBS, "volume", VolumeCommand.VERBS);

    /** Those that nobody uses just now. Building one by reflection takes longer than most commands; parsing resets all options. */
    private static final Queue<Jpod> IDLE = new ConcurrentLinkedQueue<>();

    private final CommandLine line;
    private @Nullable Caller caller;

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--root",
            paramLabel = "DIR",
            description = "Where the state of containers lies (default: /run/jpod, for others than root"
                    + " $XDG_RUNTIME_DIR/jpod).")
    private @Nullable String root;

    @Option(
            names = "--log",
            paramLabel = "FILE",
            description = "Append errors to this file; on stderr they are short then.")
    private @Nullable String log;

    @Option(names = "--log-format", paramLabel = "FORMAT", description = "text (default) or json.")
    private Log.Format logFormat = Log.Format.TEXT;

    @Option(names = "--debug", description = "Print a stack trace with an error.")
    private boolean debug;

    @Option(
            names = {"-v", "--version"},
            versionHelp = true,
            description = "Print the versions of jpod and its parts.")
    boolean isVersionAsked;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            scope = ScopeType.INHERIT,
            description = "Print this help.")
    boolean isHelpAsked;

    /** With all verbs. */
    Jpod() {
        this(VERBS.keySet(), Set.of());
    }

    /** @param words of the command line: nested verbs that do not occur are left out; none: all are wanted */
    private Jpod(Set<String> verbs, Set<String> words) {
        line = new CommandLine(this);
        for (String verb : verbs) {
            CommandLine command = new CommandLine(Objects.requireNonNull(VERBS.get(verb)));
            Map<String, Class<?>> nested = NESTED.getOrDefault(verb, Map.of());
            boolean isAnyNamed = nested.keySet().stream().anyMatch(words::contains);
            nested.forEach((name, type) -> {
                if (!isAnyNamed || words.contains(name)) {
                    CommandLine inner = new CommandLine(type);
                    inner.setStopAtPositional(name.equals("top"));
                    command.addSubcommand(name, inner);
                }
            });
            line.addSubcommand(verb, command);
        }
        line.setCaseInsensitiveEnumValuesAllowed(true)
                .setParameterExceptionHandler((e, arguments) -> misused(e))
                .setExecutionExceptionHandler((e, command, result) -> {
                    fail(e);
                    return command.getCommandSpec().exitCodeOnExecutionException();
                });
        // What follows the command that a container is to run is that command's.
        for (String verb : List.of("run", "exec", "ps", "explain")) {
            CommandLine command = line.getSubcommands().get(verb);
            if (command != null) {
                command.setStopAtPositional(true);
            }
        }
    }

    /** Runs one command line of many; the exit code. Whatever goes wrong is told to the caller. */
    public static int run(Caller caller) {
        Jpod idle = IDLE.poll();
        Jpod jpod = idle == null ? new Jpod() : idle;
        jpod.caller = caller;
        try {
            return jpod.run(caller.arguments());
        } finally {
            jpod.caller = null;
            IDLE.add(jpod);
        }
    }

    /** Gives back what many callers at a time have needed. One is kept, for the next one to call. */
    static void rest() {
        Jpod kept = IDLE.poll();
        IDLE.clear();
        if (kept != null) {
            IDLE.add(kept);
        }
        System.gc();
    }

    /** The same in a JVM that ends with it: only the verbs that occur are defined, which spares a cold start most of its time. */
    public static int runOnce(Caller caller) {
        Set<String> words = Set.copyOf(caller.arguments());
        Set<String> named = new LinkedHashSet<>(caller.arguments());
        named.retainAll(VERBS.keySet());
        Jpod jpod = named.isEmpty() || named.contains("completion") ? new Jpod() : new Jpod(named, words);
        jpod.caller = caller;
        return jpod.run(caller.arguments());
    }

    /** The definition of all commands, for what is made from it. */
    CommandSpec definition() {
        return line.getCommandSpec();
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

    /** A reader that has had enough (jpod list | head -1) needs no words, but it is no success. */
    private int unwritten() {
        boolean isReaderGone = Linux.poll(List.of(caller().stdio(1)), 0, 0)[0] != 0;
        return isReaderGone ? ExitCode.ERROR.number() : fail(new IllegalStateException("cannot write to stdout"));
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
            new Log(log == null ? null : path(log), logFormat).write(caller(), level, message);
        } catch (RuntimeException e) {
            caller().err().println("jpod: --log: " + e.getMessage());
        }
    }

    /** Tells the caller something that is no reason to stop. */
    void warn(String message) {
        write(Log.Level.WARNING, message);
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

    /** A path of the command line, which is relative to where the caller is. */
    Path path(String path) {
        return caller().directory().resolve(path);
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

    @Option(names = "--systemd-cgroup", description = "Not supported yet: make cgroups through systemd.")
    void setSystemdCgroup(boolean isWanted) {
        if (isWanted) {
            throw new ParameterException(
                    spec.commandLine(), "--systemd-cgroup is not supported yet; cgroups are made in the file system");
        }
    }

    /** What false and auto ask for is what is done anyway. */
    @Option(
            names = "--rootless",
            paramLabel = "WHEN",
            description = "Go on where only root may make cgroups: false and auto do not; true is not supported yet.")
    void setRootless(@Nullable Rootless when) {
        if (when == Rootless.TRUE) {
            throw new ParameterException(spec.commandLine(), "--rootless=true is not supported yet");
        }
    }

    enum Rootless {
        TRUE,
        FALSE,
        AUTO
    }

    /** In the shape that callers of runc know: a name and a version in each line. */
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {"jpod version " + VERSION, "spec: " + SPEC_VERSION, "java: " + Runtime.version()};
        }
    }
}
