package io.jpod.exec;

import io.jpod.abi.Errno;
import io.jpod.abi.Sys;
import io.jpod.linux.Fd;
import io.jpod.linux.Linux;
import io.jpod.plan.Names;
import io.jpod.plan.Op;
import io.jpod.plan.Program;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.LongBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How the calls of one run of a program went, op by op. A thread writes it into an array that is there before its first call,
 * jpod-init into memory that it shares with the brain ({@code struct op_record} in {@code program.h}), so that it survives the
 * process, whether that failed, was killed, or became another program. Read it when the executor has ended, or while it waits.
 */
public final class Recording implements AutoCloseable {
    static final int RECORD_BYTES = 24;
    private static final int RECORD_WORDS = RECORD_BYTES / Long.BYTES;
    static final long CALLED = 1;
    static final long RETURNED = 2;
    static final long TIMED = 3;

    private final Program program;
    private final Names names;
    private final long[] registers;
    /** State, result and nanoseconds of each op. */
    private long[] words;

    private @Nullable Fd memory;
    private int clone = -1;

    private final boolean isTimed;

    /** @param names of whom the program is for */
    public Recording(Program program, Names names) {
        this(program, names, true);
    }

    private Recording(Program program, Names names, boolean isTimed) {
        this.program = program;
        this.names = names;
        this.isTimed = isTimed;
        this.registers = new long[program.registers()];
        this.words = new long[RECORD_WORDS * program.ops().size()];
        Arrays.fill(registers, -1);
    }

    /** Takes no call of the process's at all. */
    static Recording untimed(Program program) {
        return new Recording(program, Names.NONE, false);
    }

    /**
     * The same in a file, where somebody else can find it ({@link #throwIfFailed(byte[])}).
     *
     * @param file empty; this object's from here on
     */
    public static Recording in(Fd file, Program program) {
        Recording recording = untimed(program);
        recording.memory = file;
        return recording;
    }

    /** What became of a call. */
    public enum Outcome {
        /** The program went past it, or ended before it. */
        NOT_MADE,
        /** execve that succeeded, exit_group, or a call that the process waits in or was killed in. */
        NOT_RETURNED,
        RETURNED
    }

    /**
     * One op and how it went.
     *
     * @param arguments as strace(1) would show them; of a descriptor its number, if the call was made, and its name in
     *     angle brackets
     * @param result of a call that has returned: as the kernel gave it, so a negated errno for an error
     * @param nanoseconds how long it took; -1 if that is not known
     */
    public record Call(Op op, List<String> arguments, Outcome outcome, long result, long nanoseconds) {
        public boolean isMade() {
            return outcome != Outcome.NOT_MADE;
        }

        public boolean isError() {
            return outcome == Outcome.RETURNED && result < 0;
        }

        /** The name of an error, such as ENOENT. */
        public String errno() {
            return Errno.nameOf((int) -result);
        }

        /** The same, and what it means. */
        public String error() {
            return Errno.describe((int) -result);
        }

        /** Whether the process is another program from here on. */
        public boolean isExecuted() {
            return outcome == Outcome.NOT_RETURNED && op.sys() == Sys.EXECVE;
        }

        /** Whether the program ended here, with or without an answer. */
        public boolean isEnd() {
            return outcome == Outcome.NOT_RETURNED
                    || outcome == Outcome.RETURNED && op.after(result) instanceof Op.Fail;
        }
    }

    public Program program() {
        return program;
    }

    /** All ops of the program, in its order. */
    public List<Call> calls() {
        read();
        long[] values = registers.clone();
        List<Call> calls = new ArrayList<>();
        for (int i = 0; i < program.ops().size(); i++) {
            Op op = program.ops().get(i);
            Call call = call(i, op, values);
            if (call.outcome() == Outcome.RETURNED
                    && call.result() >= 0
                    && op.result() instanceof Op.ToRegister(int register, String _)) {
                values[register] = call.result();
            }
            calls.add(call);
        }
        return calls;
    }

    /** What is in memory that is shared; it has the size that we gave it, whoever maps it. */
    private void read() {
        if (memory != null) {
            int size = words.length * Long.BYTES;
            ByteBuffer.wrap(Arrays.copyOf(Linux.preadFully(memory, Math.max(1, size)), size))
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .asLongBuffer()
                    .get(words);
        }
    }

    /** @throws OpFailed at the last call that was made, if the program ended there, whether or not it could say so */
    void throwIfFailed() throws OpFailed {
        read();
        int last = last(LongBuffer.wrap(words));
        long state = last < 0 ? 0 : words[RECORD_WORDS * last];
        long result = last < 0 ? 0 : words[RECORD_WORDS * last + 1];
        if (state > CALLED && program.ops().get(last).after(result) instanceof Op.Fail) {
            throw new OpFailed(last, (int) -Math.min(result, 0));
        }
    }

    /** The last op that was called; -1 if there is none. */
    private static int last(LongBuffer words) {
        int last = words.limit() / RECORD_WORDS - 1;
        while (last >= 0 && words.get(RECORD_WORDS * last) == 0) {
            last--;
        }
        return last;
    }

    /**
     * The same of a program whose ops nobody knows any more, as far as it waits for start: what may fail before has not.
     *
     * @param records what a file has
     */
    public static void throwIfFailed(byte[] records) throws OpFailed {
        LongBuffer words =
                ByteBuffer.wrap(records).order(ByteOrder.LITTLE_ENDIAN).asLongBuffer();
        int last = last(words);
        if (last >= 0 && words.get(RECORD_WORDS * last) > CALLED && words.get(RECORD_WORDS * last + 1) < 0) {
            throw new OpFailed(last, (int) -words.get(RECORD_WORDS * last + 1));
        }
    }

    /** The calls as far as the program has come: with those that it has skipped, without those behind its end. */
    public List<Call> untilTheEnd() {
        List<Call> calls = calls();
        int next = 0;
        int end = 0;
        int clone = -1;
        while (next < calls.size() && calls.get(next).isMade()) {
            Call call = calls.get(next);
            end = next + 1;
            if (call.op().sys() == Sys.CLONE && call.op().after(0) instanceof Op.Skip(int ops)) {
                clone = end + ops;
            }
            Op.Action action = call.isEnd() ? new Op.Fail() : call.op().after(call.result());
            next = action instanceof Op.Skip(int ops) ? end + ops : calls.size();
            if (next == calls.size() && clone >= end) {
                // The one who has cloned ends, and its clone has gone on behind.
                next = clone;
                clone = -1;
            } else if (action instanceof Op.Fail) {
                return calls.subList(0, end);
            }
        }
        return next == calls.size() ? calls : calls.subList(0, end);
    }

    private Call call(int index, Op op, long[] values) {
        int at = RECORD_WORDS * index;
        long state = words[at];
        if (state == 0) {
            return new Call(op, arguments(op, null), Outcome.NOT_MADE, 0, -1);
        }
        List<String> arguments = arguments(op, values);
        if (state == CALLED) {
            return new Call(op, arguments, Outcome.NOT_RETURNED, 0, -1);
        }
        // Both sides of a clone write here, and only one of the results says something.
        long result = op.sys() == Sys.CLONE && words[at + 1] >= 0 && clone >= 0 ? clone : words[at + 1];
        return new Call(op, arguments, Outcome.RETURNED, result, state == TIMED ? words[at + 2] : -1);
    }

    private List<String> arguments(Op op, long @Nullable [] values) {
        List<String> arguments = new ArrayList<>();
        for (Op.Arg arg : op.args()) {
            arguments.add(
                    arg instanceof Op.Register(int register, String name)
                            ? (values == null ? "" : values[register]) + "<" + name + ">"
                            : arg.text(names));
        }
        return arguments;
    }

    // ---- for the executors

    /** @param numbers of the program's inputs, by name */
    void begin(Map<String, Integer> numbers) {
        for (Program.Slot input : program.inputs()) {
            registers[input.register()] = numbers.getOrDefault(input.name(), -1);
        }
    }

    /** Memory for jpod-init to write into; stays this object's. */
    Fd share() {
        Fd shared = memory == null ? Linux.memfd("jpod-record") : memory;
        memory = shared;
        Linux.truncate(shared, (long) words.length * Long.BYTES);
        return shared;
    }

    /** So many ops come before a seccomp filter, which may forbid to ask for the time, and may kill who does. */
    int timed() {
        if (!isTimed) {
            return 0;
        }
        List<Op> ops = program.ops();
        int timed = 0;
        while (timed < ops.size() && ops.get(timed).sys() != Sys.SECCOMP) {
            timed++;
        }
        return timed;
    }

    void called(int op) {
        words[RECORD_WORDS * op] = CALLED;
    }

    void returned(int op, long result, long nanoseconds) {
        int at = RECORD_WORDS * op;
        words[at] = TIMED;
        words[at + 1] = result;
        words[at + 2] = nanoseconds;
    }

    /** The process goes on as this one. */
    void cloned(int pid) {
        clone = pid;
    }

    @Override
    public void close() {
        if (memory != null) {
            memory.close();
        }
    }
}
