package io.jpod.exec;

import io.jpod.abi.Arch;
import io.jpod.abi.Flags;
import io.jpod.linux.Fd;
import io.jpod.linux.Linux;
import io.jpod.linux.Message;
import io.jpod.linux.Sockets;
import io.jpod.plan.Lowering;
import io.jpod.plan.Program;
import io.jpod.plan.Step;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A process in which jpod-init runs a program, and the status socket to talk with it. The process ends at its next
 * milestone if this end of the socket is closed, so nothing half made outlives the brain.
 */
public final class ShimProcess implements AutoCloseable {
    static final int STATUS_MILESTONE = 1;
    static final int STATUS_FAILED = 2;
    static final int RECORD_BYTES = 12;

    private final Spawner spawner;
    private final Fd status;
    private final @Nullable Recording recording;
    private Spawner.Child child;

    private ShimProcess(Spawner spawner, Spawner.Child child, Fd status, @Nullable Recording recording) {
        this.spawner = spawner;
        this.child = child;
        this.status = status;
        this.recording = recording;
    }

    /**
     * Starts the process.
     *
     * @param inputs the program's inputs by name, but for {@link Lowering#STATUS}; they stay the caller's
     */
    public static ShimProcess start(Spawner spawner, Program program, Map<String, Fd> inputs, Spawner.Setting setting) {
        return start(spawner, program, inputs, setting, null);
    }

    /** @param recording of this program, stays the caller's; null: nobody wants to know */
    public static ShimProcess start(
            Spawner spawner,
            Program program,
            Map<String, Fd> inputs,
            Spawner.Setting setting,
            @Nullable Recording recording) {
        try (Prepared prepared = prepare(program, setting.preserve(), recording)) {
            return prepared.start(spawner, inputs, setting);
        }
    }

    /**
     * What can be done before the inputs are there.
     *
     * @param preserve as in the setting that it is started with
     * @param recording of this program, stays the caller's; null: nobody wants to know
     */
    public static Prepared prepare(Program program, int preserve, @Nullable Recording recording) {
        return new Prepared(program, preserve, recording);
    }

    /** A process that is not started yet: its program in a sealed memfd, and its status socket. */
    public static final class Prepared implements AutoCloseable {
        private final Program program;
        private final @Nullable Recording recording;
        private final List<Fd> pair = Sockets.pair(Flags.SOCK_SEQPACKET);
        private final @Nullable Fd record;
        private final Fd image;
        private boolean isStarted;

        private Prepared(Program program, int preserve, @Nullable Recording recording) {
            this.program = program;
            this.recording = recording;
            try {
                Map<String, Integer> numbers = new HashMap<>();
                // The program itself comes first.
                int next = 3 + preserve + 1;
                for (Program.Slot input : program.inputs()) {
                    numbers.put(input.name(), next++);
                }
                // Its record is the last one: jpod-init closes it before its first call, so the numbers are what they
                // would be without it.
                record = recording == null ? null : begin(recording, numbers);
                byte[] bytes = ProgramCodec.encode(
                        program,
                        Arch.host(),
                        numbers,
                        numbers.getOrDefault(Lowering.STATUS, -1),
                        record == null ? ProgramCodec.RECORD_NONE : next,
                        recording == null ? 0 : recording.timed());
                image = Linux.sealedMemfd("jpod-program", bytes);
            } catch (RuntimeException | Error e) {
                pair.forEach(Fd::close);
                throw e;
            }
        }

        private static Fd begin(Recording recording, Map<String, Integer> numbers) {
            recording.begin(numbers);
            return recording.share();
        }

        /**
         * Starts the process; once.
         *
         * @param inputs the program's inputs by name, but for {@link Lowering#STATUS}; they stay the caller's
         */
        public ShimProcess start(Spawner spawner, Map<String, Fd> inputs, Spawner.Setting setting) {
            List<Fd> descriptors = new ArrayList<>(List.of(image));
            for (Program.Slot input : program.inputs()) {
                Fd fd = input.name().equals(Lowering.STATUS) ? pair.get(1) : inputs.get(input.name());
                if (fd == null) {
                    throw new IllegalArgumentException("the program needs a descriptor: " + input.name());
                }
                descriptors.add(fd);
            }
            if (record != null) {
                descriptors.add(record);
            }
            ShimProcess process = new ShimProcess(spawner, spawner.spawn(setting, descriptors), pair.get(0), recording);
            isStarted = true;
            return process;
        }

        /** Closes all that is not the process's. */
        @Override
        public void close() {
            image.close();
            pair.get(1).close();
            if (!isStarted) {
                pair.get(0).close();
            }
        }
    }

    /** The process; after it has gone on as its clone, the clone. */
    public Spawner.Child child() {
        return child;
    }

    /** What the process says next. */
    public sealed interface News {}

    /** It waits for {@link #proceed}. */
    public record Reached(int milestone) implements News {}

    /** execve has succeeded, or the process was killed before it. */
    public record Gone() implements News {}

    /** Waits for the next news. */
    public News await() throws OpFailed {
        Report report = receive(status);
        if (report == null) {
            return new Gone();
        }
        if (report.milestone() != Step.Milestone.CLONED.number()) {
            return new Reached(report.milestone());
        }
        try (Spawner.Child original = child) {
            original.await();
            if (recording != null) {
                recording.cloned(report.pid());
            }
            child = spawner.adopt(report.pid());
        }
        proceed();
        return await();
    }

    /**
     * Waits at the other end of a start socket: returns once execve has succeeded, or the process was killed.
     *
     * @throws OpFailed if it was not to be executed
     */
    public static void awaitExec(Fd connection) throws OpFailed {
        receive(connection);
    }

    /** A struct status_record of a milestone. */
    private record Report(int milestone, int pid) {}

    /** Null when the other end is closed. */
    private static @Nullable Report receive(Fd socket) throws OpFailed {
        Message message = Sockets.receive(socket, RECORD_BYTES, 0);
        if (message == null) {
            return null;
        }
        ByteBuffer record = ByteBuffer.wrap(message.bytes()).order(ByteOrder.LITTLE_ENDIAN);
        if (record.remaining() != RECORD_BYTES) {
            throw new IllegalStateException("jpod-init sent " + record.remaining() + " bytes");
        }
        int kind = record.getInt();
        int index = record.getInt();
        return switch (kind) {
            case STATUS_MILESTONE -> new Report(index, record.getInt());
            case STATUS_FAILED -> throw new OpFailed(index, record.getInt());
            default -> throw new IllegalStateException("jpod-init calls its program malformed at op " + index);
        };
    }

    public void proceed() {
        Sockets.send(status, new Message(new byte[] {1}, List.of()));
    }

    /** Closes our ends only. */
    @Override
    public void close() {
        status.close();
        child.close();
    }
}
