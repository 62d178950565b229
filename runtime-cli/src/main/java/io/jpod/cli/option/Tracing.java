package io.jpod.cli.option;

import io.jpod.cli.command.Caller;
import io.jpod.cli.command.CallerFile;
import io.jpod.cli.show.TraceText;
import io.jpod.container.Trace;
import io.jpod.exec.Observer;
import org.jspecify.annotations.Nullable;

/** The trace of one command: printed up to where the program is about to run, and the rest when it does, or when something failed. */
public final class Tracing implements AutoCloseable {
    private final Trace trace = new Trace();
    private final Caller caller;
    private final CallerFile.@Nullable Open file;
    private final TraceText text;
    private boolean isEnded;

    /** @param file owned by this object; null: the caller's stderr */
    Tracing(Caller caller, CallerFile.@Nullable Open file, TraceText.Form form) {
        this.caller = caller;
        this.file = file;
        this.text = new TraceText(trace, form);
    }

    /** What to hand to the one who makes the container. */
    static Observer of(@Nullable Tracing tracing) {
        return tracing == null ? Observer.NONE : tracing.trace;
    }

    /** Prints what has come by now, and leaves for later what is under way. */
    static void next(@Nullable Tracing tracing) {
        if (tracing != null) {
            tracing.print(tracing.text.next());
        }
    }

    /** Prints the rest, and nothing that comes later. */
    static void end(@Nullable Tracing tracing) {
        if (tracing != null) {
            tracing.end();
        }
    }

    private void end() {
        if (!isEnded) {
            isEnded = true;
            print(text.end());
        }
    }

    private void print(String text) {
        if (file == null) {
            // The terminal may be raw by now, and then a line feed alone does not go back to the left.
            caller.err().print(caller.isTerminal(2) ? text.replace("\n", "\r\n") : text);
            caller.err().flush();
        } else {
            file.write(text);
        }
    }

    /** A set-up that failed is printed too: what it came to is what one wants to see. */
    @Override
    public void close() {
        try {
            end();
        } finally {
            trace.close();
            if (file != null) {
                file.close();
            }
        }
    }
}
