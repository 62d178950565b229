package io.jpod.exec;

import io.jpod.abi.Arch;
import io.jpod.abi.Errno;
import io.jpod.abi.Flags;
import io.jpod.abi.Sys;
import io.jpod.linux.Fd;
import io.jpod.linux.Linux;
import io.jpod.linux.Message;
import io.jpod.linux.Processes;
import io.jpod.linux.Sockets;
import io.jpod.linux.SyscallException;
import io.jpod.plan.Lowering;
import io.jpod.plan.Names;
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
    /** What a seccomp filter may keep the process from saying; null: it has none. */
    private final @Nullable Recording unsaid;

    private final int ops;
    private final boolean clones;
    private Spawner.Child child;
    private int milestone;
    /** It has ended, and it may have cloned itself. */
    private boolean isUnnamed;

    private ShimProcess(Spawner spawner, Spawner.Child child, Fd status, Prepared prepared) {
        this.spawner = spawner;
        this.child = child;
        this.status = status;
        this.recording = prepared.recording;
        this.unsaid = prepared.unsaid;
        this.ops = prepared.program.ops().size();
        this.clones = prepared.program.makes(Sys.CLONE);
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
        try (Prepared prepared = prepare(program, Names.NONE, setting.preserve(), recording)) {
            return prepared.start(spawner, inputs, setting);
        }
    }

    /**
     * What can be done before the inputs are there.
     *
     * @param names of whom it is for
     * @param preserve as in the setting that it is started with
     * @param recording of this program, stays the caller's; null: nobody wants to know
     */
    public static Prepared prepare(Program program, Names names, int preserve, @Nullable Recording recording) {
        return new Prepared(program, names, preserve, recording);
    }

    /** A process that is not started yet: its program in a sealed memfd, and its status socket. */
    public static final class Prepared implements AutoCloseable {
        private final Program program;
        private final @Nullable Recording recording;
        private final @Nullable Recording unsaid;
        private final List<Fd> pair = Sockets.pair(Flags.SOCK_SEQPACKET);
        private final @Nullable Fd record;
        private final Fd image;
        private boolean isStarted;

        private Prepared(Program program, Names names, int preserve, @Nullable Recording recording) {
            this.program = program;
            this.recording = recording;
            this.unsaid = recording == null && program.makes(Sys.SECCOMP) ? Recording.untimed(program) : recording;
            try {
                Sockets.signed(pair.get(0));
                Map<String, Integer> numbers = new HashMap<>();
                // The program itself comes first.
                int next = 3 + preserve + 1;
                for (Program.Slot input : program.inputs()) {
                    numbers.put(input.name(), next++);
                }
                // Its record is the last one: jpod-init closes it before its first call, so the numbers are what they
                // would be without it.
                record = unsaid == null ? null : begin(unsaid, numbers);
                byte[] bytes = ProgramCodec.encode(
                        program,
                        names,
                        Arch.host(),
                        numbers,
                        numbers.getOrDefault(Lowering.STATUS, -1),
                        record == null ? ProgramCodec.RECORD_NONE : next,
                        unsaid == null ? 0 : unsaid.timed());
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
            ShimProcess process = new ShimProcess(spawner, spawner.spawn(setting, descriptors), pair.get(0), this);
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
                forget(recording, unsaid);
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

    /** Waits for the next news, and no longer than the process and its parent live. */
    public News await() throws OpFailed {
        Report report = spawner.await(status, child.pidfd()) ? receive() : null;
        if (report == null || report.index() == Step.Milestone.CLONED.number() && !goOnAs(report.value())) {
            isUnnamed = clones && milestone < Step.Milestone.CLONED.number();
            if (unsaid != null) {
                unsaid.throwIfFailed();
            }
            status.close();
            return new Gone();
        }
        return new Reached(report.index());
    }

    /** The clone is child() from here on; false: it has ended. */
    private boolean goOnAs(int clone) {
        Spawner.Child original = child;
        original.await();
        try {
            child = spawner.adopt(clone);
        } catch (SyscallException e) {
            if (e.is(Errno.ESRCH)) {
                return false;
            }
            throw e;
        }
        original.close();
        if (recording != null) {
            recording.cloned(clone);
        }
        return true;
    }

    /**
     * Waits at the other end of a start socket: returns once execve has succeeded, or the process was killed.
     *
     * @param process its pidfd
     * @throws OpFailed if it was not to be executed
     */
    public static void awaitExec(Spawner spawner, Fd connection, Fd process) throws OpFailed {
        Message message = spawner.await(connection, process) ? Sockets.receive(connection, RECORD_BYTES, 0) : null;
        if (message != null) {
            throw Report.of(message.bytes()).failure();
        }
    }

    /**
     * A struct status_record.
     *
     * @param index of a milestone, or of the op that failed
     * @param value the clone's pid, or an errno
     */
    private record Report(int kind, int index, int value) {
        static Report of(byte[] bytes) {
            if (bytes.length != RECORD_BYTES) {
                throw new IllegalStateException("jpod-init sent " + bytes.length + " bytes");
            }
            ByteBuffer record = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
            return new Report(record.getInt(), record.getInt(), record.getInt());
        }

        /** Of all that is no milestone. */
        OpFailed failure() {
            if (kind != STATUS_FAILED) {
                throw new IllegalStateException("jpod-init calls its program malformed at op " + index);
            }
            return new OpFailed(index, value);
        }
    }

    /**
     * The next milestone; null when the other end is closed. Once the process is among those of a container, they may have taken it over, ptrace(2),
     * and then it says what they want. So it is heard only in its own name, which the kernel puts there; each milestone counts
     * once, in their order; and which clone it goes on as, nobody can say but one whom they have never seen.
     */
    private @Nullable Report receive() throws OpFailed {
        Sockets.Signed message = Sockets.receiveSigned(status, RECORD_BYTES);
        if (message == null) {
            return null;
        }
        Report report = Report.of(message.bytes());
        boolean isMilestone = report.kind() == STATUS_MILESTONE;
        boolean isPossible = isMilestone
                ? report.index() > milestone && report.index() <= Step.Milestone.values().length
                : report.index() >= 0 && report.index() < ops;
        if (message.sender() != child.pid() || !isPossible) {
            throw new IllegalStateException("somebody else speaks for the process that is set up");
        }
        if (!isMilestone) {
            throw report.failure();
        }
        milestone = report.index();
        return report;
    }

    /** Lets it go on. If it has ended, the next {@link #await} says so. */
    public void proceed() {
        try {
            Sockets.send(status, new Message(new byte[] {1}, List.of()));
        } catch (SyscallException e) {
            if (!e.is(Errno.EPIPE)) {
                throw e;
            }
        }
    }

    /** Ends it, and waits until it has; it may have ended before. */
    public void kill() {
        Processes.signalIfThere(child.pidfd(), (int) Flags.SIGKILL);
        child.await();
    }

    /** Closes our ends only, and with them ends a clone that nobody could name any more. */
    @Override
    public void close() {
        status.close();
        child.close();
        if (isUnnamed) {
            isUnnamed = false;
            spawner.reapUnnamed(child.pid());
        }
        forget(recording, unsaid);
    }

    /** The recording that nobody but us has asked for. */
    private static void forget(@Nullable Recording asked, @Nullable Recording own) {
        if (own != null && own != asked) {
            own.close();
        }
    }
}
