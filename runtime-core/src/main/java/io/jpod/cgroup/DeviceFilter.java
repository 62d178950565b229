package io.jpod.cgroup;

import io.jpod.oci.Resources;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Compiles the rules of {@code linux.resources.devices} to an eBPF program of type BPF_PROG_TYPE_CGROUP_DEVICE
 * (cgroup v2 has no devices controller). Pure.
 *
 * <p>The last rule that matches a device decides, for each kind of access by itself: of a request to read and write,
 * both must be allowed. What no rule matches is denied. A program looks at the rules from the last to the first.
 */
public final class DeviceFilter {
    static final int INSTRUCTION_BYTES = 8;

    /** linux/bpf.h: BPF_DEVCG_ACC_*, BPF_DEVCG_DEV_*. */
    private static final int MKNOD = 1;

    private static final int READ = 2;
    private static final int WRITE = 4;
    private static final int ALL = MKNOD | READ | WRITE;
    private static final int BLOCK = 1;
    private static final int CHAR = 2;
    private static final int ANY = -1;

    /** Instruction classes with their operation, linux/bpf_common.h. JMP32 is since Linux 5.1. */
    private static final int LDX_MEM_W = 0x61;

    private static final int MOV_REG = 0xbf;
    private static final int MOV_IMM = 0xb7;
    private static final int AND_IMM = 0x57;
    private static final int RSH_IMM = 0x77;
    private static final int JEQ32_IMM = 0x16;
    private static final int JNE32_IMM = 0x56;
    private static final int EXIT = 0x95;

    /** Registers: the answer, the context, and what was read from it. */
    private static final int ANSWER = 0;

    private static final int CONTEXT = 1;
    private static final int ACCESS = 2;
    private static final int TYPE = 3;
    private static final int MAJOR = 4;
    private static final int MINOR = 5;

    private record Instruction(int code, int dst, int src, int offset, int imm) {}

    /** @param type BLOCK, CHAR or ANY; {@code major} and {@code minor} are ANY or a number */
    private record Rule(boolean allow, int type, int major, int minor, int access) {
        boolean decidesEverything() {
            return type == ANY && major == ANY && minor == ANY && access == ALL;
        }
    }

    private DeviceFilter() {}

    /**
     * @param rules in the order of config.json; type a or null, and major or minor -1 or null, stand for any; access
     *     null for rwm
     * @return {@code struct bpf_insn[]}, 8 bytes each, little endian
     */
    public static byte[] compile(List<Resources.DeviceRule> rules) {
        List<Instruction> code = new ArrayList<>();
        // struct bpf_cgroup_dev_ctx: (access << 16 | type), major, minor.
        code.add(new Instruction(LDX_MEM_W, ACCESS, CONTEXT, 0, 0));
        code.add(new Instruction(MOV_REG, TYPE, ACCESS, 0, 0));
        code.add(new Instruction(AND_IMM, TYPE, 0, 0, 0xffff));
        code.add(new Instruction(RSH_IMM, ACCESS, 0, 0, 16));
        code.add(new Instruction(LDX_MEM_W, MAJOR, CONTEXT, 4, 0));
        code.add(new Instruction(LDX_MEM_W, MINOR, CONTEXT, 8, 0));
        for (Resources.DeviceRule read : rules.reversed()) {
            Rule rule = rule(read);
            code.addAll(code(rule));
            if (rule.decidesEverything()) {
                // The verifier refuses a program with instructions that are never reached.
                return bytes(code);
            }
        }
        code.addAll(answer(false));
        return bytes(code);
    }

    /** Falls through to its end if the rule does not match or does not decide yet. */
    private static List<Instruction> code(Rule rule) {
        List<Instruction> decide = new ArrayList<>();
        if (rule.access != ALL) {
            decide.addAll(rule.allow ? strike(rule.access) : unlessAsked(rule.access));
        }
        decide.addAll(answer(rule.allow));

        List<Instruction> code = new ArrayList<>();
        int tests = (rule.type == ANY ? 0 : 1) + (rule.major == ANY ? 0 : 1) + (rule.minor == ANY ? 0 : 1);
        int length = tests + decide.size();
        addTest(code, TYPE, rule.type, length);
        addTest(code, MAJOR, rule.major, length);
        addTest(code, MINOR, rule.minor, length);
        code.addAll(decide);
        return code;
    }

    private static void addTest(List<Instruction> code, int register, int value, int length) {
        if (value != ANY) {
            code.add(new Instruction(JNE32_IMM, register, 0, length - code.size() - 1, value));
        }
    }

    /** Takes what is allowed off the request, and goes past the answer while something is left. */
    private static List<Instruction> strike(int access) {
        return List.of(new Instruction(AND_IMM, ACCESS, 0, 0, ~access), new Instruction(JNE32_IMM, ACCESS, 0, 2, 0));
    }

    /** Goes past the answer if nothing of this is asked for. */
    private static List<Instruction> unlessAsked(int access) {
        return List.of(
                new Instruction(MOV_REG, ANSWER, ACCESS, 0, 0),
                new Instruction(AND_IMM, ANSWER, 0, 0, access),
                new Instruction(JEQ32_IMM, ANSWER, 0, 2, 0));
    }

    private static List<Instruction> answer(boolean allow) {
        return List.of(new Instruction(MOV_IMM, ANSWER, 0, 0, allow ? 1 : 0), new Instruction(EXIT, 0, 0, 0, 0));
    }

    private static Rule rule(Resources.DeviceRule rule) {
        return new Rule(
                rule.allow(), type(rule.type()), number(rule.major()), number(rule.minor()), access(rule.access()));
    }

    private static int type(Resources.DeviceRule.@Nullable Type type) {
        if (type == null) {
            return ANY;
        }
        return switch (type) {
            case A -> ANY;
            case B -> BLOCK;
            case C -> CHAR;
        };
    }

    private static int number(@Nullable Long number) {
        return number == null || number == -1 ? ANY : Math.toIntExact(number);
    }

    private static int access(@Nullable String access) {
        if (access == null) {
            return ALL;
        }
        return (access.contains("r") ? READ : 0)
                | (access.contains("w") ? WRITE : 0)
                | (access.contains("m") ? MKNOD : 0);
    }

    private static byte[] bytes(List<Instruction> code) {
        ByteBuffer bytes = ByteBuffer.allocate(code.size() * INSTRUCTION_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (Instruction i : code) {
            bytes.put((byte) i.code)
                    .put((byte) (i.src << 4 | i.dst))
                    .putShort((short) i.offset)
                    .putInt(i.imm);
        }
        return bytes.array();
    }
}
