package io.jpod.seccomp;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Runs classic BPF over a {@code struct seccomp_data}, and refuses what the kernel would refuse. */
final class BpfMachine {
    /** @param steps instructions executed */
    record Outcome(int value, int steps) {}

    /** A call as a filter sees it. */
    record Call(int nr, int arch, long[] args) {
        ByteBuffer data() {
            ByteBuffer data = ByteBuffer.allocate(64).order(ByteOrder.LITTLE_ENDIAN);
            data.putInt(nr).putInt(arch).putLong(0xdead_beefL);
            for (long arg : args) {
                data.putLong(arg);
            }
            return data;
        }
    }

    private BpfMachine() {}

    static Outcome run(byte[] program, Call call) {
        ByteBuffer code = ByteBuffer.wrap(program).order(ByteOrder.LITTLE_ENDIAN);
        ByteBuffer data = call.data();
        int accumulator = 0;
        int pc = 0;
        for (int steps = 1; ; steps++) {
            int at = pc * 8;
            int op = code.getShort(at) & 0xffff;
            int k = code.getInt(at + 4);
            pc++;
            switch (op) {
                case 0x20 -> accumulator = data.getInt(aligned(k));
                case 0x54 -> accumulator &= k;
                case 0x05 -> pc += k;
                case 0x15 -> pc += branch(code, at, accumulator == k);
                case 0x25 -> pc += branch(code, at, Integer.compareUnsigned(accumulator, k) > 0);
                case 0x35 -> pc += branch(code, at, Integer.compareUnsigned(accumulator, k) >= 0);
                case 0x45 -> pc += branch(code, at, (accumulator & k) != 0);
                case 0x06 -> {
                    return new Outcome(k, steps);
                }
                default -> throw new IllegalStateException("instruction 0x" + Integer.toHexString(op));
            }
        }
    }

    private static int branch(ByteBuffer code, int at, boolean taken) {
        return code.get(at + (taken ? 2 : 3)) & 0xff;
    }

    private static int aligned(int offset) {
        if ((offset & 3) != 0) {
            throw new IllegalStateException("load at " + offset);
        }
        return offset;
    }
}
