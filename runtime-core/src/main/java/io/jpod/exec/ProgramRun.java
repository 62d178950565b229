package io.jpod.exec;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.jpod.abi.Arch;
import io.jpod.abi.Flags;
import io.jpod.linux.Fd;
import io.jpod.linux.Linux;
import io.jpod.linux.Poll;
import io.jpod.plan.Lowering;
import io.jpod.plan.Plan;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A program that is run to its end, with all that it starts: a hook, a plugin, jpod itself. All that it prints is taken, so that
 * it never waits for us, and the beginning is kept. It prints into pipes, since a file in memory would grow for as long as
 * anything that it leaves behind writes.
 */
public final class ProgramRun implements AutoCloseable {
    /** Of a pipe: one read takes all that a program which has ended left in it, pipe(7). */
    private static final int CAPACITY = 1 << 16;

    private final Spawner parent;
    private final int limit;
    private final Fd input;
    private final Output out;
    private final Output err;

    /** One that is read, and its beginning. */
    private record Output(Fd reader, Fd writer, ByteArrayOutputStream kept) {
        static Output open() {
            List<Fd> pipe = Linux.pipe();
            return new Output(pipe.get(0), pipe.get(1), new ByteArrayOutputStream());
        }

        void read(int limit) {
            byte[] bytes = Linux.readSome(reader, CAPACITY);
            kept.write(bytes, 0, Math.min(bytes.length, limit - kept.size()));
        }

        void close() {
            reader.close();
            writer.close();
        }
    }

    /**
     * How it ended.
     *
     * @param code as {@link Spawner.Child#await} has it
     */
    public record Ended(int code, byte[] out, byte[] err) {
        /** What it said in all, on one line. */
        public String said() {
            return (new String(out, UTF_8).strip() + " " + new String(err, UTF_8))
                    .strip()
                    .replace('\n', ' ');
        }
    }

    /**
     * @param input its standard input
     * @param limit bytes that are kept of each output
     */
    public ProgramRun(Spawner parent, String input, int limit) {
        this.parent = parent;
        this.limit = limit;
        this.input = memory(input);
        this.out = Output.open();
        this.err = Output.open();
    }

    private static Fd memory(String content) {
        Fd fd = Linux.memfd("input");
        if (!content.isEmpty()) {
            Linux.writeFully(fd, ByteBuffer.wrap(content.getBytes(UTF_8)));
            Linux.rewind(fd);
        }
        return fd;
    }

    /** For {@link io.jpod.plan.Facts} that depend on them; they stay this object's. */
    public List<Fd> stdio() {
        return List.of(input, out.writer(), err.writer());
    }

    /**
     * Runs it.
     *
     * @param plan whose process executes the program
     * @param given puts in descriptors, as in {@link Setup#begin}
     * @param timeout after which it is ended, and all that it has started; null: none
     * @return empty: it was not done by then
     * @throws StepFailed if it could not be executed
     * @throws IllegalStateException if nobody waits for it any more; it is ended then
     */
    public Optional<Ended> run(Plan plan, Consumer<Map<String, Fd>> given, @Nullable Duration timeout) {
        Setup.Stdio stdio = new Setup.Stdio(stdio(), 0);
        Lowering.Lowered programs = Lowering.lower(plan, Arch.host(), 0);
        try (Setup setup = Setup.begin(plan, programs, parent, SetupOwner.NONE, Observer.NONE, stdio, given);
                ReadyProcess process = setup.makeProcess()) {
            boolean hasEnded = false;
            try {
                process.execute();
                hasEnded = readUntilEnd(process.pidfd(), timeout);
            } finally {
                if (!hasEnded) {
                    ProcessTree.kill(process.child());
                }
            }
            return hasEnded
                    ? Optional.of(new Ended(
                            process.await(),
                            out.kept().toByteArray(),
                            err.kept().toByteArray()))
                    : Optional.empty();
        }
    }

    /** Until the program itself has ended: what it leaves behind may have its output open for ever. */
    private boolean readUntilEnd(Fd pidfd, @Nullable Duration timeout) {
        List<Fd> fds = new ArrayList<>(List.of(pidfd, out.reader(), err.reader()));
        List<Long> events = new ArrayList<>(List.of(Flags.POLLIN, Flags.POLLIN, Flags.POLLIN));
        Fd caller = parent.connection();
        if (caller != null) {
            fds.add(caller);
            events.add(0L);
        }
        long begin = System.nanoTime();
        while (true) {
            long left = timeout == null
                    ? -1
                    : Math.max(0, timeout.minusNanos(System.nanoTime() - begin).toMillis());
            long[] ready = Poll.poll(fds, events, left);
            if (ready[1] != 0) {
                out.read(limit);
            }
            if (ready[2] != 0) {
                err.read(limit);
            }
            if (ready[0] != 0) {
                return true;
            }
            if (caller != null && ready[3] != 0) {
                throw new IllegalStateException("nobody waits any more for what was started");
            }
            if (left == 0) {
                return false;
            }
        }
    }

    @Override
    public void close() {
        input.close();
        out.close();
        err.close();
    }
}
