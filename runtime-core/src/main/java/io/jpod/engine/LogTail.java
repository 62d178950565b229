package io.jpod.engine;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.jpod.container.Container;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Reads a container's log by whole lines, as far as there are any. */
public final class LogTail {
    private static final int CHUNK = 64 << 10;

    private final Container container;
    private final byte[] prefix;
    private final ByteBuffer chunk = ByteBuffer.allocate(CHUNK);
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();

    /** Null: it has none, or has been read to its end. */
    private @Nullable LogReader log;

    private LogTail(Container container, String prefix, @Nullable LogReader log) {
        this.container = container;
        this.prefix = prefix.getBytes(UTF_8);
        this.log = log;
    }

    /** @param tail how many of the lines that are there are wanted; null: all */
    public static LogTail open(Container container, String prefix, @Nullable Integer tail) throws IOException {
        if (!container.log().exists()) {
            return new LogTail(container, prefix, null);
        }
        LogReader log = LogReader.open(container.log());
        if (tail != null) {
            log.tail(Math.max(0, tail));
        }
        return new LogTail(container, prefix, log);
    }

    public Container container() {
        return container;
    }

    /** Whether there may be more. */
    public boolean isOpen() {
        return log != null;
    }

    /** @param isLast whether nothing more will be written: then a line that is not ended is one too */
    public void print(PrintStream out, boolean isLast) throws IOException {
        LogReader open = log;
        if (open == null) {
            return;
        }
        while (!out.checkError() && open.read(chunk.clear()) > 0) {
            chunk.flip();
            while (chunk.hasRemaining()) {
                byte next = chunk.get();
                line.write(next);
                if (next == '\n') {
                    end(out);
                }
            }
        }
        if (isLast) {
            if (line.size() > 0) {
                line.write('\n');
                end(out);
            }
            close();
        }
    }

    private void end(PrintStream out) {
        out.write(prefix, 0, prefix.length);
        out.write(line.toByteArray(), 0, line.size());
        line.reset();
    }

    public void close() {
        try {
            if (log != null) {
                log.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        log = null;
    }
}
