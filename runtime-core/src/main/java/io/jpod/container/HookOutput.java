package io.jpod.container;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.jpod.abi.Flags;
import io.jpod.linux.Fd;
import io.jpod.linux.Linux;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a hook prints: all of it is taken, so that it never waits for us, and its beginning is kept for the error. It is a
 * pipe, since a file in memory would grow for as long as anything that the hook leaves behind writes.
 *
 * @param reader read from here
 * @param writer the hook's stdout and stderr
 * @param kept at most {@link #LIMIT} bytes and a read more
 */
record HookOutput(Fd reader, Fd writer, ByteArrayOutputStream kept) implements AutoCloseable {
    private static final int LIMIT = 4096;

    /** Of a pipe: one read takes all that a hook which has ended left in it, pipe(7). */
    private static final int CAPACITY = 1 << 16;

    static HookOutput open() {
        List<Fd> pipe = Linux.pipe();
        return new HookOutput(pipe.get(0), pipe.get(1), new ByteArrayOutputStream());
    }

    /**
     * Reads until the hook itself has ended: what it leaves behind may have its output open for ever.
     *
     * @param caller hung up when nobody waits any more; null: never
     * @param limit null: none
     * @return false if the time is over before
     * @throws ContainerException if the caller is gone
     */
    boolean readUntilEnd(Fd pidfd, @Nullable Fd caller, @Nullable Duration limit) {
        List<Fd> fds = new ArrayList<>(List.of(pidfd, reader));
        List<Long> events = new ArrayList<>(List.of(Flags.POLLIN, Flags.POLLIN));
        if (caller != null) {
            fds.add(caller);
            events.add(0L);
        }
        long begin = System.nanoTime();
        while (true) {
            long left = limit == null
                    ? -1
                    : Math.max(0, limit.minusNanos(System.nanoTime() - begin).toMillis());
            long[] ready = Linux.poll(fds, events, left);
            if (ready[1] != 0) {
                keep(Linux.readSome(reader, CAPACITY));
            }
            if (ready[0] != 0) {
                return true;
            }
            if (caller != null && ready[2] != 0) {
                throw new ContainerException("nobody waits for the hook any more");
            }
            if (left == 0) {
                return false;
            }
        }
    }

    private void keep(byte[] bytes) {
        if (kept.size() <= LIMIT) {
            kept.writeBytes(bytes);
        }
    }

    /** On one line, and not longer than an error should be. */
    String said() {
        String text = kept.toString(UTF_8).strip().replace('\n', ' ');
        return text.length() > LIMIT ? text.substring(0, LIMIT) + "..." : text;
    }

    @Override
    public void close() {
        reader.close();
        writer.close();
    }
}
