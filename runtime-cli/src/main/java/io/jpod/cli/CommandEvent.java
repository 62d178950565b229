package io.jpod.cli;

import java.util.function.IntSupplier;
import java.util.function.Supplier;
import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import org.jspecify.annotations.Nullable;

/** Says nothing of what was typed but the verb: arguments hold secrets. */
@Name("jpod.Command")
@Label("Command")
@Category("jpod")
@Description("A command, from its first word parsed to its exit code")
@StackTrace(false)
final class CommandEvent extends Event {
    @Label("Verb")
    @Description("For example pod create; empty if there was none, or it was misused")
    @Nullable String verb;

    @Label("Exit Code")
    int exitCode;

    /** @param verb of the command that was run last */
    static int of(IntSupplier command, Supplier<String> verb) {
        CommandEvent event = new CommandEvent();
        event.begin();
        int code = command.getAsInt();
        event.end();
        if (event.shouldCommit()) {
            event.verb = verb.get();
            event.exitCode = code;
            event.commit();
        }
        return code;
    }
}
