package io.jpod.seccomp;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes classic BPF from its end to its beginning, so that whatever an instruction jumps to is there already (classic
 * BPF jumps forward only). A position counts from the end of the program. Conditional jumps reach 255 instructions;
 * what lies further gets a stepping stone: a copy of the return, or a {@code ja}, whose reach has no limit.
 */
final class BpfAssembler {
    static final int INSTRUCTION_BYTES = 8;

    static final int JEQ = 0x15;
    static final int JGT = 0x25;
    static final int JGE = 0x35;
    private static final int JA = 0x05;
    private static final int LD_W_ABS = 0x20;
    private static final int AND = 0x54;
    private static final int RET = 0x06;

    /** One less than a jump reaches, as the second stepping stone of one jump moves its first one away. */
    private static final int REACH = 254;

    private record Instruction(int code, int ifTrue, int ifFalse, int k) {}

    private final List<Instruction> reversed = new ArrayList<>();
    private final Map<Integer, Integer> returns = new HashMap<>();

    /** A return of this value, an earlier one if there is one. */
    int ret(int value) {
        Integer known = returns.get(value);
        return known == null ? newReturn(value) : known;
    }

    /** Loads 32 bits at {@code offset} of {@code struct seccomp_data} and goes on at {@code next}. */
    int load(int offset, int next) {
        return add(LD_W_ABS, 0, 0, offset, next);
    }

    int and(int mask, int next) {
        return add(AND, 0, 0, mask, next);
    }

    /** Compares what was loaded last with k, unsigned. */
    int jump(int comparison, int k, int ifTrue, int ifFalse) {
        if (ifTrue == ifFalse) {
            return ifTrue;
        }
        int whenTrue = within(ifTrue);
        int whenFalse = within(ifFalse);
        reversed.add(new Instruction(comparison, distance(whenTrue), distance(whenFalse), k));
        return head();
    }

    int size() {
        return reversed.size();
    }

    /** The program that starts at {@code entry}, which must be what was written last. */
    byte[] program(int entry) {
        if (entry != head()) {
            throw new IllegalStateException("entry is not the first instruction");
        }
        ByteBuffer bytes = ByteBuffer.allocate(size() * INSTRUCTION_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (Instruction i : reversed.reversed()) {
            bytes.putShort((short) i.code)
                    .put((byte) i.ifTrue)
                    .put((byte) i.ifFalse)
                    .putInt(i.k);
        }
        return bytes.array();
    }

    private int add(int code, int ifTrue, int ifFalse, int k, int next) {
        if (next != head()) {
            steppingStone(next);
        }
        reversed.add(new Instruction(code, ifTrue, ifFalse, k));
        return head();
    }

    private int within(int target) {
        return distance(target) > REACH ? steppingStone(target) : target;
    }

    private int steppingStone(int target) {
        Instruction there = reversed.get(target);
        if (there.code == RET) {
            return newReturn(there.k);
        }
        reversed.add(new Instruction(JA, 0, 0, distance(target)));
        return head();
    }

    private int newReturn(int value) {
        reversed.add(new Instruction(RET, 0, 0, value));
        returns.put(value, head());
        return head();
    }

    /** How many instructions the next one written would skip to get there. */
    private int distance(int target) {
        return size() - target - 1;
    }

    private int head() {
        return size() - 1;
    }
}
