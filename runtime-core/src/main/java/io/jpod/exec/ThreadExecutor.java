package io.jpod.exec;

import io.jpod.abi.Arch;
import io.jpod.abi.Errno;
import io.jpod.abi.Sys;
import io.jpod.linux.Fd;
import io.jpod.linux.Kernel;
import io.jpod.linux.Memory;
import io.jpod.plan.Program;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Runs a program on a throw-away platform thread of this JVM, call by call through the {@link Kernel}. The thread may
 * unshare and pivot: its root, current directory and namespaces end with it, and it is never used again. Between the first
 * call and the last nothing runs on it but this loop, for after pivot_root not even a class could be loaded. A program that only
 * opens files, as that of exec does, runs on the caller's thread: to start one takes as long as twenty calls.
 */
public final class ThreadExecutor {
    /** What leaves nothing behind in the thread that calls it. */
    private static final Set<Sys> ANYWHERE = EnumSet.of(Sys.OPENAT, Sys.CLOSE);

    private final Kernel kernel;

    public ThreadExecutor(Kernel kernel) {
        this.kernel = kernel;
    }

    /**
     * @param inputs by name; they stay the caller's
     * @return the program's outputs by name, which the caller closes; everything else it opened is closed
     * @throws OpFailed at the call that failed; nothing stays open
     */
    public Map<String, Fd> run(Program program, Map<String, Fd> inputs) throws OpFailed {
        return run(program, inputs, null);
    }

    /** @param recording of this program; null: nobody wants to know */
    public Map<String, Fd> run(Program program, Map<String, Fd> inputs, @Nullable Recording recording) throws OpFailed {
        try (Running running = begin(program, inputs, recording)) {
            return running.await();
        }
    }

    /** The same, for a caller who has something else to do meanwhile. */
    public Running begin(Program program, Map<String, Fd> inputs, @Nullable Recording recording) {
        Map<String, Integer> numbers = new LinkedHashMap<>();
        inputs.forEach((name, fd) -> numbers.put(name, fd.number()));
        if (recording != null) {
            recording.begin(numbers);
        }
        byte[] image = ProgramCodec.encode(program, Arch.host(), numbers, -1);
        Running running = new Running(program, new Loop(kernel, image, recording));
        running.begin();
        return running;
    }

    /** A program that runs. It belongs to the thread that began it. */
    public static final class Running implements AutoCloseable {
        private final Program program;
        private final Loop loop;
        private @Nullable Thread builder;
        private boolean isAwaited;

        private Running(Program program, Loop loop) {
            this.program = program;
            this.loop = loop;
        }

        private void begin() {
            if (program.ops().stream().allMatch(op -> ANYWHERE.contains(op.sys()))) {
                loop.run();
                return;
            }
            try {
                builder = BuilderThread.start(loop);
            } catch (Throwable e) {
                loop.close();
                throw e;
            }
        }

        /**
         * Waits for its end; once.
         *
         * @return the program's outputs by name, which the caller closes; everything else it opened is closed
         * @throws OpFailed at the call that failed; nothing stays open
         */
        public Map<String, Fd> await() throws OpFailed {
            isAwaited = true;
            if (builder != null) {
                joinUninterruptibly(builder);
            }
            loop.close();
            return loop.outcome(program);
        }

        /** Waits for its end too; what nobody has taken is closed. */
        @Override
        public void close() {
            if (!isAwaited) {
                try {
                    await().values().forEach(Fd::close);
                } catch (OpFailed _) {
                    // Whoever did not wait has failed already.
                }
            }
        }
    }

    private static void joinUninterruptibly(Thread thread) {
        boolean interrupted = false;
        while (true) {
            try {
                thread.join();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** The same loop as in jpod-init.c, over the same bytes. */
    private static final class Loop implements Runnable {
        private final Kernel kernel;
        private final Memory memory;
        private final Memory.Area image;
        private final @Nullable Recording recording;
        private final int ops;
        private final int opsAt;
        private final int blobAt;
        private final int relocations;
        private final int closeNumber = Sys.CLOSE.number(Arch.host());
        private final int eintr = -Errno.EINTR.number();
        private final long[] registers;
        /** Descriptors that calls have opened, in order; -1 once they are closed. */
        private int[] opened = new int[64];

        private int openedCount;
        private int failedOp = -1;
        private int errno;
        private @Nullable Throwable broken;

        Loop(Kernel kernel, byte[] program, @Nullable Recording recording) {
            this.kernel = kernel;
            this.recording = recording;
            this.memory = Memory.open();
            this.image = memory.area(program);
            this.registers = new long[image.getShort(6)];
            this.ops = image.getInt(8);
            this.relocations = image.getInt(12);
            for (int i = 0; i < registers.length; i++) {
                registers[i] = image.getLong(ProgramCodec.HEADER_BYTES + 8 * i);
            }
            this.opsAt = ProgramCodec.HEADER_BYTES + 8 * registers.length;
            int relocationsAt = opsAt + ProgramCodec.OP_BYTES * ops;
            this.blobAt = ProgramCodec.blobOffset(relocationsAt + ProgramCodec.RELOCATION_BYTES * relocations);
            for (int i = 0; i < relocations; i++) {
                int entry = relocationsAt + ProgramCodec.RELOCATION_BYTES * i;
                long target = blob(image.getInt(entry + 4));
                image.setLong(blobAt + image.getInt(entry), target);
            }
        }

        private long blob(long offset) {
            return image.address() + blobAt + offset;
        }

        @Override
        public void run() {
            try {
                for (int index = 0; index < ops; ) {
                    int op = opsAt + ProgramCodec.OP_BYTES * index;
                    long result = recording == null ? call(op) : recordedCall(index, op, recording);
                    int action = decide(op, result);
                    if (action == ProgramCodec.ACTION_FAIL) {
                        failedOp = index;
                        errno = result < 0 ? (int) -result : 0;
                        return;
                    }
                    if (result >= 0) {
                        store(op, result);
                    }
                    index += 1 + action;
                }
            } catch (Throwable e) {
                broken = e;
            }
        }

        private long recordedCall(int index, int op, Recording into) {
            into.called(index);
            long begun = System.nanoTime();
            long result = call(op);
            into.returned(index, result, System.nanoTime() - begun);
            return result;
        }

        private long call(int op) {
            int number = image.getInt(op);
            while (true) {
                long result =
                        kernel.syscall(number, arg(op, 0), arg(op, 1), arg(op, 2), arg(op, 3), arg(op, 4), arg(op, 5));
                if (result != eintr) {
                    if (number == closeNumber) {
                        forget((int) arg(op, 0));
                    }
                    return result;
                }
            }
        }

        private long arg(int op, int index) {
            long value = image.getLong(op + ProgramCodec.OP_ARG + 8 * index);
            return switch (image.getByte(op + ProgramCodec.OP_ARG_KIND + index)) {
                case ProgramCodec.ARG_BLOB -> blob(value);
                case ProgramCodec.ARG_REGISTER -> registers[(int) value];
                default -> value;
            };
        }

        /** How many ops to skip, or ACTION_FAIL. */
        private int decide(int op, long result) {
            int cases = image.getByte(op + ProgramCodec.OP_CASE_COUNT);
            for (int i = 0; i < cases; i++) {
                int at = op + ProgramCodec.OP_CASES + 4 * i;
                int match = (short) image.getShort(at);
                boolean matches = match > 0
                        ? result == -match
                        : match == ProgramCodec.MATCH_ANY_ERROR
                                ? result < 0
                                : match == ProgramCodec.MATCH_ZERO ? result == 0 : result >= 0;
                if (matches) {
                    return image.getShort(at + 2);
                }
            }
            return result < 0 ? ProgramCodec.ACTION_FAIL : 0;
        }

        private void store(int op, long result) {
            int kind = image.getByte(op + ProgramCodec.OP_RESULT_KIND);
            int place = image.getInt(op + ProgramCodec.OP_RESULT);
            if (kind == ProgramCodec.RESULT_NONE) {
                return;
            }
            if (kind == ProgramCodec.RESULT_REGISTER) {
                registers[place] = result;
            } else {
                image.setInt(blobAt + place, result);
            }
            if (openedCount == opened.length) {
                opened = Arrays.copyOf(opened, 2 * openedCount);
            }
            opened[openedCount++] = (int) result;
        }

        private void forget(int fd) {
            for (int i = 0; i < openedCount; i++) {
                if (opened[i] == fd) {
                    opened[i] = -1;
                }
            }
        }

        void close() {
            memory.close();
        }

        /** On the caller's thread again. */
        Map<String, Fd> outcome(Program program) throws OpFailed {
            boolean succeeded = failedOp < 0 && broken == null;
            Map<String, Fd> outputs = new LinkedHashMap<>();
            if (succeeded) {
                for (Program.Slot output : program.outputs()) {
                    int fd = (int) registers[output.register()];
                    forget(fd);
                    outputs.put(output.name(), new Fd(fd));
                }
            }
            for (int i = 0; i < openedCount; i++) {
                if (opened[i] >= 0) {
                    new Fd(opened[i]).close();
                }
            }
            if (broken != null) {
                throw new AssertionError("the builder thread broke off", broken);
            }
            if (!succeeded) {
                throw new OpFailed(failedOp, errno);
            }
            return outputs;
        }
    }
}
