package io.jpod.cli;

import io.jpod.cli.Verb.Named;
import io.jpod.container.Container;
import io.jpod.container.Containers;
import io.jpod.container.Recorder;
import io.jpod.container.Volumes;
import io.jpod.engine.Engine;
import io.jpod.engine.InvalidWish;
import io.jpod.exec.ReadyProcess;
import io.jpod.net.Networks;
import io.jpod.pod.Pods;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.Set;
import java.util.StringJoiner;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * The jpod command: the options before the verb, and the edge where exceptions become a message and an exit code. A verb is a
 * class of its own, named in {@link Verbs#ALL}; it throws what went wrong.
 */
public final class Jpod {
    static final String VERSION = "0.1.0";
    static final String SPEC_VERSION = "1.3.0";

    private static final int WIDEST_HELP = 120;
    private static final int NARROWEST_HELP = 60;

    private static final Pattern UPPER = Pattern.compile("[A-Z]");

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
        add(Verbs.ALL, spec, verbs);
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
        List<Named> whole = wanted == null ? verbs : Verbs.among(verbs, wanted);
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

    /** Runs one command line; the exit code. Whatever goes wrong is told to the caller. */
    public static int run(Caller caller) {
        Set<String> verbs = new HashSet<>();
        Verbs.collect(Verbs.ALL, new HashSet<>(caller.arguments()), verbs);
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
        int columns = caller().columns();
        return columns == 0 ? WIDEST_HELP : Math.clamp(columns, NARROWEST_HELP, WIDEST_HELP);
    }

    /** How a command ends that prints until nobody listens any more, or there is nothing more to say. */
    int heardOut() {
        return (caller().listens(0) ? ExitCode.OK : ExitCode.READER_GONE).number();
    }

    /** A reader that has had enough (jpod list | head -1) ends a command without a word, and as SIGPIPE would. */
    private int unwritten() {
        return caller().isReaderGone()
                ? ExitCode.READER_GONE.number()
                : fail(new IllegalStateException("cannot write to stdout"));
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
        write(Log.Level.ERROR, message(e));
        return ExitCode.ERROR.number();
    }

    /** In the words of the command line. */
    static String message(Throwable e) {
        return e instanceof InvalidWish wish
                ? wish.in(Jpod::option)
                : Objects.requireNonNullElse(e.getMessage(), e.toString());
    }

    /** What a field of a wish is on the command line: capAdd is --cap-add. */
    private static String option(String field) {
        return switch (field) {
            case "args" -> "the command";
            case "pids" -> "--pids-limit";
            default ->
                "--"
                        + UPPER.matcher(field)
                                .replaceAll(letter -> "-" + letter.group().toLowerCase(Locale.ROOT));
        };
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

    /** What makes containers, and knows of them. */
    Engine engine() {
        return new Engine(places(), caller(), this::warn);
    }

    /** The containers below {@link #root}. */
    Containers containers() {
        return new Containers(root());
    }

    /** The pods below {@link #root}. */
    Pods pods() {
        return engine().pods();
    }

    Volumes volumes() {
        return engine().volumes();
    }

    /** The networks of pods. */
    Networks networks() {
        return engine().networks();
    }

    /** Where things lie. */
    Directories places() {
        return new Directories(caller(), root);
    }

    /** Where the state of containers lies. */
    Path root() {
        return places().root();
    }

    /** A path of the command line, which is relative to where the caller is. Of a file to open, {@link CallerFile} knows more. */
    Path path(String path) {
        return CallerPath.lasting(path, caller());
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
