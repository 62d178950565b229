package io.jpod.cli;

import io.jpod.cli.command.Caller;
import io.jpod.cli.command.Definition;
import io.jpod.cli.command.GlobalOptions;
import io.jpod.cli.command.Jpod;
import io.jpod.cli.command.Misuse;
import io.jpod.cli.command.Verb;
import io.jpod.cli.command.Verb.Named;
import io.jpod.container.Recorder;
import io.jpod.oci.Features;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.Set;
import java.util.StringJoiner;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * The command line: from the words of a caller to a verb, and the edge where exceptions become a message and an exit code. A verb
 * is a class of its own, named in {@link Verbs#ALL}; it throws what went wrong.
 */
public final class Cli {
    private static final int WIDEST_HELP = 120;
    private static final int NARROWEST_HELP = 60;

    /**
     * Those that nobody uses just now, by the verbs that they know. Building one takes as long as a quick command, and what is set
     * for all verbs of one, such as where output goes, takes its time for each of them. Without, a run takes 7 % more CPU time, an
     * exec 11 %, a state 16 %: it goes with a parser that is made in no time.
     */
    private static final Map<Set<String>, Queue<Cli>> IDLE = new ConcurrentHashMap<>();

    private final GlobalOptions options = new GlobalOptions();
    private final CommandLine line;
    private @Nullable Jpod jpod;

    /** With all verbs. */
    Cli() {
        this(null);
    }

    /** @param verbs for command lines that name these and no others; null: for any */
    private Cli(@Nullable Set<String> verbs) {
        CommandSpec spec = Definition.root(
                "jpod", "Run Linux containers and pods, as an OCI runtime or by hand.", options::define);
        spec.versionProvider(Cli::versions);
        add(Verbs.ALL, spec, verbs);
        line = new CommandLine(spec)
                .setExecutionStrategy(this::execute)
                .setParameterExceptionHandler((e, _) -> misused(e));
    }

    /** Verbs that are not wanted are left out; where none is, as in a call for help, their names are enough. */
    private static void add(List<Named> verbs, CommandSpec command, @Nullable Set<String> wanted) {
        List<Named> whole = wanted == null ? verbs : Verbs.among(verbs, wanted);
        for (Named verb : whole) {
            CommandSpec spec = Definition.of(verb, verb.maker().get());
            add(verb.verbs(), spec, wanted);
            command.addSubcommand(verb.name(), spec);
        }
        if (whole.isEmpty()) {
            for (Named verb : verbs) {
                command.addSubcommand(verb.name(), Definition.stub(verb));
            }
        }
    }

    /** The definition of all commands, for what is made from it. */
    CommandSpec definition() {
        return line.getCommandSpec();
    }

    /** Runs one command line; the exit code. Whatever goes wrong is told to the caller. */
    public static int run(Caller caller) {
        Set<String> verbs = new HashSet<>();
        Verbs.collect(Verbs.ALL, new HashSet<>(caller.arguments()), verbs);
        Queue<Cli> idle = IDLE.computeIfAbsent(verbs, _ -> new ConcurrentLinkedQueue<>());
        Cli known = idle.poll();
        Cli cli = known != null ? known : new Cli(verbs);
        try {
            return cli.answer(caller);
        } finally {
            idle.add(cli);
        }
    }

    /** Gives back what many callers at a time have needed. */
    static void rest() {
        IDLE.clear();
        System.gc();
    }

    int answer(Caller caller) {
        jpod = new Jpod(caller, options);
        try {
            return Recorder.hasBegun() ? CommandEvent.of(this::execute, this::verb) : execute();
        } finally {
            jpod = null;
        }
    }

    private Jpod jpod() {
        return Objects.requireNonNull(jpod, "no caller");
    }

    /** The verbs of the last command line: {@code pod create}. */
    private String verb() {
        StringJoiner verbs = new StringJoiner(" ");
        ParseResult parsed = line.getParseResult();
        while (parsed != null && parsed.hasSubcommand()) {
            parsed = parsed.subcommand();
            verbs.add(parsed.commandSpec().name());
        }
        return verbs.toString();
    }

    private int execute() {
        Jpod jpod = jpod();
        Caller caller = jpod.caller();
        try {
            line.setOut(new PrintWriter(caller.out(), true, StandardCharsets.UTF_8))
                    .setErr(new PrintWriter(caller.err(), true, StandardCharsets.UTF_8))
                    .setColorScheme(CommandLine.Help.defaultColorScheme(jpod.isColoured() ? Ansi.ON : Ansi.OFF))
                    .setUsageHelpWidth(helpWidth(caller));
            int code = line.execute(caller.arguments().toArray(String[]::new));
            jpod.debug(verb() + ": exit code " + code);
            return caller.out().checkError() ? unwritten(jpod) : code;
        } catch (Throwable e) {
            return jpod.fail(e);
        }
    }

    private static int helpWidth(Caller caller) {
        int columns = caller.columns();
        return columns == 0 ? WIDEST_HELP : Math.clamp(columns, NARROWEST_HELP, WIDEST_HELP);
    }

    /** Who asks for help with a verb that does not exist is told so: picocli overlooks what is wrong beside --help. */
    private int execute(ParseResult parsed) {
        ParseResult last = parsed;
        while (last.hasSubcommand()) {
            last = last.subcommand();
        }
        CommandSpec command = last.commandSpec();
        if (!last.unmatched().isEmpty() && !command.subcommands().isEmpty()) {
            throw new UnmatchedArgumentException(command.commandLine(), last.unmatched());
        }
        Integer helped = CommandLine.executeHelpRequest(parsed);
        if (helped != null) {
            return helped;
        }
        try {
            if (command.userObject() instanceof Verb verb) {
                return verb.call(jpod());
            }
            throw new Misuse("Missing required subcommand");
        } catch (Misuse e) {
            throw new ParameterException(command.commandLine(), e.getMessage(), e);
        } catch (RuntimeException e) {
            jpod().fail(e);
            return command.exitCodeOnExecutionException();
        }
    }

    /** A reader that has had enough (jpod list | head -1) ends a command without a word, and as SIGPIPE would. */
    private static int unwritten(Jpod jpod) {
        return jpod.caller().isReaderGone()
                ? Verb.READER_GONE
                : jpod.fail(new IllegalStateException("cannot write to stdout"));
    }

    private int misused(ParameterException e) {
        Jpod jpod = jpod();
        CommandLine used = e.getCommandLine();
        if (used.getParent() == null && jpod.caller().arguments().isEmpty()) {
            used.usage(used.getErr());
            return Verb.ERROR;
        }
        jpod.fail(used.getParent() == null && e instanceof UnmatchedArgumentException wrong ? unknown(wrong) : e);
        jpod.caller().err().println("Try '" + used.getCommandSpec().qualifiedName() + " --help' for more information.");
        return Verb.ERROR;
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

    /** In the shape that callers of runc know: a name and a version in each line. */
    private static String[] versions() {
        return new String[] {
            "jpod version " + Jpod.VERSION, "spec: " + Features.SPEC_VERSION, "java: " + Runtime.version()
        };
    }
}
