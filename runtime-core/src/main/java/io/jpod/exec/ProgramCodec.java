package io.jpod.exec;

import io.jpod.abi.Arch;
import io.jpod.abi.NativeText;
import io.jpod.plan.Names;
import io.jpod.plan.Op;
import io.jpod.plan.Program;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;

/**
 * A program as the bytes that both executors run. {@code native-shims/src/program.h} is the same in C, and a test holds
 * the two against each other.
 */
final class ProgramCodec {
    static final int MAGIC = 0x444f504a;
    static final int VERSION = 1;

    static final int HEADER_BYTES = 32;
    static final int OP_BYTES = 88;
    static final int RELOCATION_BYTES = 8;

    /** No descriptor. */
    static final int RECORD_NONE = -1;

    static final int ARG_IMMEDIATE = 0;
    static final int ARG_BLOB = 1;
    static final int ARG_REGISTER = 2;

    static final int RESULT_NONE = 0;
    static final int RESULT_REGISTER = 1;
    static final int RESULT_BLOB32 = 2;

    static final int MATCH_SUCCESS = 0;
    static final int MATCH_ANY_ERROR = -1;
    static final int MATCH_ZERO = -2;

    static final int ACTION_FAIL = 0xffff;

    /** Offsets within an op. */
    static final int OP_STEP = 4;

    static final int OP_RESULT_KIND = 6;
    static final int OP_CASE_COUNT = 7;
    static final int OP_RESULT = 8;
    static final int OP_ARG_KIND = 12;
    static final int OP_ARG = 24;
    static final int OP_CASES = 72;

    private ProgramCodec() {}

    /**
     * @param registers the descriptors of the program's inputs, by name
     * @param statusFd the descriptor that jpod-init reports failures to
     */
    static byte[] encode(Program program, Arch arch, Map<String, Integer> registers, int statusFd) {
        return encode(program, Names.NONE, arch, registers, statusFd, RECORD_NONE, 0);
    }

    /**
     * @param names of whom the process is for: its keyring's comes behind the program's own strings
     * @param recordFd the descriptor of the memory that jpod-init records its calls in, or {@link #RECORD_NONE}
     * @param timedOps so many ops, from the first on, are timed
     */
    static byte[] encode(
            Program program,
            Names names,
            Arch arch,
            Map<String, Integer> registers,
            int statusFd,
            int recordFd,
            int timedOps) {
        if (program.registers() > Program.MAX_REGISTERS) {
            throw new IllegalArgumentException("the container needs more than " + Program.MAX_REGISTERS
                    + " descriptors at once: fewer bind mounts or devices, please");
        }
        int unpadded = HEADER_BYTES
                + 8 * program.registers()
                + OP_BYTES * program.ops().size()
                + RELOCATION_BYTES * program.relocations().size();
        int blobAt = blobOffset(unpadded);
        byte[] keyring = names.keyring() == null ? new byte[0] : NativeText.encode(names.keyring() + "\0");
        int blobLength = program.blob().length + keyring.length;
        ByteBuffer out = ByteBuffer.allocate(blobAt + blobLength).order(ByteOrder.LITTLE_ENDIAN);
        out.putInt(MAGIC)
                .putShort((short) VERSION)
                .putShort((short) program.registers())
                .putInt(program.ops().size())
                .putInt(program.relocations().size())
                .putInt(blobLength)
                .putInt(statusFd)
                .putInt(recordFd)
                .putInt(timedOps);
        putRegisters(out, program, registers);
        for (Op op : program.ops()) {
            put(out, op, arch, program.blob().length);
        }
        for (Program.Relocation relocation : program.relocations()) {
            out.putInt(relocation.at()).putInt(relocation.target());
        }
        out.position(blobAt).put(program.blob()).put(keyring);
        return out.array();
    }

    static int blobOffset(int unpadded) {
        return (unpadded + 7) / 8 * 8;
    }

    private static void putRegisters(ByteBuffer out, Program program, Map<String, Integer> values) {
        long[] registers = new long[program.registers()];
        java.util.Arrays.fill(registers, -1);
        for (Program.Slot input : program.inputs()) {
            Integer fd = values.get(input.name());
            if (fd == null) {
                throw new IllegalArgumentException("the program needs a descriptor: " + input.name());
            }
            registers[input.register()] = fd;
        }
        for (long register : registers) {
            out.putLong(register);
        }
    }

    private static void put(ByteBuffer out, Op op, Arch arch, int keyringAt) {
        int start = out.position();
        out.putInt(op.sys().number(arch)).putShort((short) op.step());
        switch (op.result()) {
            case Op.Discard _ ->
                out.put((byte) RESULT_NONE).put((byte) op.cases().size()).putInt(0);
            case Op.ToRegister(int index, String _) ->
                out.put((byte) RESULT_REGISTER).put((byte) op.cases().size()).putInt(index);
            case Op.ToBlob(int offset) ->
                out.put((byte) RESULT_BLOB32).put((byte) op.cases().size()).putInt(offset);
        }
        List<Op.Arg> args = op.args();
        for (int i = 0; i < args.size(); i++) {
            switch (args.get(i)) {
                case Op.Immediate(long number, String _) -> put(out, start, i, ARG_IMMEDIATE, number);
                case Op.Blob(int offset, String _) -> put(out, start, i, ARG_BLOB, offset);
                case Op.Register(int index, String _) -> put(out, start, i, ARG_REGISTER, index);
                case Op.Keyring _ -> put(out, start, i, ARG_BLOB, keyringAt);
            }
        }
        out.position(start + OP_CASES);
        for (Op.Case possible : op.cases()) {
            out.putShort((short) match(possible.match())).putShort((short) action(possible.action()));
        }
        out.position(start + OP_BYTES);
    }

    private static void put(ByteBuffer out, int start, int arg, int kind, long value) {
        out.put(start + OP_ARG_KIND + arg, (byte) kind);
        out.putLong(start + OP_ARG + 8 * arg, value);
    }

    private static int match(Op.Match match) {
        return switch (match) {
            case Op.OnErrno(var errno) -> errno.number();
            case Op.OnSuccess _ -> MATCH_SUCCESS;
            case Op.OnAnyError _ -> MATCH_ANY_ERROR;
            case Op.OnZero _ -> MATCH_ZERO;
        };
    }

    private static int action(Op.Action action) {
        return switch (action) {
            case Op.Fail _ -> ACTION_FAIL;
            case Op.Skip(int ops) -> ops;
        };
    }
}
