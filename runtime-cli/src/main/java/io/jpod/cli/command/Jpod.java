package io.jpod.cli.command;

import io.jpod.container.Container;
import io.jpod.container.Containers;
import io.jpod.container.Volumes;
import io.jpod.engine.Engine;
import io.jpod.engine.InvalidWish;
import io.jpod.exec.ReadyProcess;
import io.jpod.net.Networks;
import io.jpod.pod.Pods;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.regex.Pattern;

/** jpod as one caller has it: what a verb works with, and how it tells what happens. */
public record Jpod(Caller caller, GlobalOptions options) {
    public static final String VERSION = "0.1.0";

    private static final Pattern UPPER = Pattern.compile("[A-Z]");

    // ---- what there is

    /** What makes containers, and knows of them. */
    public Engine engine() {
        return new Engine(places(), caller, this::warn);
    }

    /** The containers below {@link #root}. */
    public Containers containers() {
        return new Containers(root());
    }

    /** The pods below {@link #root}. */
    public Pods pods() {
        return engine().pods();
    }

    public Volumes volumes() {
        return engine().volumes();
    }

    /** The networks of pods. */
    public Networks networks() {
        return engine().networks();
    }

    /** Where things lie. */
    public Directories places() {
        return new Directories(caller, options.root);
    }

    /** Where the state of containers lies. */
    public Path root() {
        return places().root();
    }

    /** A path of the command line, which is relative to where the caller is. Of a file to open, {@link CallerFile} knows more. */
    public Path path(String path) {
        return CallerPath.lasting(path, caller);
    }

    // ---- what is told

    /** The caller's standard output. */
    public PrintStream out() {
        return caller.out();
    }

    /** See no-color.org. */
    public boolean isColoured() {
        return caller.isTerminal(1) && !caller.environment().containsKey("NO_COLOR");
    }

    /** How a command ends that prints until nobody listens any more, or there is nothing more to say. */
    public int heardOut() {
        return caller.listens(0) ? Verb.OK : Verb.READER_GONE;
    }

    /** Tells the caller what went wrong; the exit code. */
    public int fail(Throwable e) {
        if (options.debug) {
            StringWriter trace = new StringWriter();
            e.printStackTrace(new PrintWriter(trace, true));
            caller.err().print(trace);
        }
        write(Log.Level.ERROR, message(e));
        return Verb.ERROR;
    }

    /** In the words of the command line. */
    public static String message(Throwable e) {
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

    /** Something that is no reason to stop. */
    public void warn(String message) {
        write(Log.Level.WARNING, message);
    }

    /** Of containers that are there, but of which nothing can be said. */
    public void warnOfDamage(List<Container> containers) {
        for (Container container : containers) {
            container
                    .damage()
                    .ifPresent(why -> warn("container %s is damaged: %s (remove it with 'jpod delete --force %1$s')"
                            .formatted(container.id(), why)));
        }
    }

    /** Only for a caller who asked for all that is done. */
    public void debug(String message) {
        if (options.debug) {
            write(Log.Level.DEBUG, message);
        }
    }

    /** The steps that were taken, see {@link #debug}. */
    public void tell(ReadyProcess process) {
        if (options.debug) {
            process.steps().forEach(this::debug);
        }
    }

    private void write(Log.Level level, String message) {
        try {
            String log = options.log;
            new Log(log == null ? null : CallerFile.of(this, log), options.logFormat).write(caller, level, message);
        } catch (RuntimeException e) {
            caller.err().println("jpod: --log: " + e.getMessage());
        }
    }
}
