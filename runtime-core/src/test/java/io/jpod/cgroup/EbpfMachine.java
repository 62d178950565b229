package io.jpod.cgroup;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Runs the part of eBPF that device filters are made of. */
final class EbpfMachine {
    private EbpfMachine() {}

    static boolean allows(byte[] program, int type, int access, int major, int minor) {
        ByteBuffer code = ByteBuffer.wrap(program).order(ByteOrder.LITTLE_ENDIAN);
        int[] context = {access << 16 | type, major, minor};
        long[] registers = new long[11];
        for (int pc = 0; ; pc++) {
            int at = pc * 8;
            int dst = code.get(at + 1) & 0xf;
            int src = code.get(at + 1) >> 4 & 0xf;
            short offset = code.getShort(at + 2);
            int imm = code.getInt(at + 4);
            switch (code.get(at) & 0xff) {
                case 0x61 -> registers[dst] = context[offset / 4] & 0xffffffffL;
                case 0xbf -> registers[dst] = registers[src];
                case 0xb7 -> registers[dst] = imm;
                case 0x57 -> registers[dst] &= imm;
                case 0x77 -> registers[dst] >>>= imm;
                case 0x16 -> pc += (int) registers[dst] == imm ? offset : 0;
                case 0x56 -> pc += (int) registers[dst] != imm ? offset : 0;
                case 0x95 -> {
                    return registers[0] != 0;
                }
                default -> throw new IllegalStateException("instruction 0x" + Integer.toHexString(code.get(at) & 0xff));
            }
        }
    }
}
