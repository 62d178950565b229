package io.jpod.cli;

import io.jpod.container.Trace;
import io.jpod.linux.Fd;
import io.jpod.linux.Linux;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** One trace of one command: printed once, when the program runs or else when the command is done with it. */
final class Tracing implements AutoCloseable {
    private final Trace trace = new Trace();
    private final Caller caller;
    private final @Nullable Fd file;
    private final TraceOptions.Form form;
    private boolean isPrinted;

    /** @param file owned by this object; null: the caller's stderr */
    Tracing(Caller caller, @Nullable Fd file, TraceOptions.Form form) {
        this.caller = caller;
        this.file = file;
        this.form = form;
    }

    /** What to hand to the one who makes the container; null for no tracing. */
    static @Nullable Trace of(@Nullable Tracing tracing) {
        return tracing == null ? null : tracing.trace;
    }

    /** Everything that was done so far, and nothing later. */
    static void print(@Nullable Tracing tracing) {
        if (tracing != null) {
            tracing.print();
        }
    }

    private void print() {
        if (isPrinted) {
            return;
        }
        isPrinted = true;
        String text = TraceText.of(trace, form);
        if (file == null) {
            caller.err().print(text);
            caller.err().flush();
        } else {
            Linux.writeFully(file, ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
        }
    }

    /** A set-up that failed is printed too: what it came to is what one wants to see. */
    @Override
    public void close() {
        try {
            print();
        } finally {
            trace.close();
            if (file != null) {
                file.close();
            }
        }
    }
}
