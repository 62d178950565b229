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
        List<Fd> pair = Sockets.pair(Flags.SOCK_SEQPACKET);
        Fd ours = pair.get(0);
        try (Fd theirs = pair.get(1)) {
            Spawner.Child child = spawn(spawner, program, inputs, setting, theirs, recording);
            return new ShimProcess(spawner, child, ours, recording);
        } catch (RuntimeException | Error e) {
            ours.close();
            throw e;
        }
    }

    private static Spawner.Child spawn(
            Spawner spawner,
            Program program,
            Map<String, Fd> inputs,
            Spawner.Setting setting,
            Fd status,
            @Nullable Recording recording) {
        List<Fd> descriptors = new ArrayList<>();
        Map<String, Integer> numbers = new HashMap<>();
        int first = 3 + setting.preserve();
        for (Program.Slot input : program.inputs()) {
            Fd fd = input.name().equals(Lowering.STATUS) ? status : inputs.get(input.name());
            if (fd == null) {
                throw new IllegalArgumentException("the program needs a descriptor: " + input.name());
            }
            descriptors.add(fd);
            // The program itself comes first.
            numbers.put(input.name(), first + descriptors.size());
        }
        int statusNumber = numbers.getOrDefault(Lowering.STATUS, -1);
        byte[] image;
        if (recording == null) {
            image = ProgramCodec.encode(program, Arch.host(), numbers, statusNumber);
        } else {
            recording.begin(numbers);
            // The last one: jpod-init closes it before its first call, so the numbers are what they would be without
            // it.
            descriptors.add(recording.share());
            image = ProgramCodec.encode(
                    program, Arch.host(), numbers, statusNumber, first + descriptors.size(), recording.timed());
        }
        try (Fd memory = Linux.sealedMemfd("jpod-program", image)) {
            descriptors.addFirst(memory);
            return spawner.spawn(setting, descriptors);
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
