package io.jpod.plan;

import io.jpod.abi.Sys;
import java.util.List;

/**
 * A plan, or a part of one, lowered to system calls: what an executor runs. Registers hold file descriptors only; -1 is
 * none.
 *
 * @param registers how many there are
 * @param inputs descriptors that must be there before the first op, by name, in the order of their registers
 * @param outputs descriptors that are left open for whoever runs the next program
 * @param blob strings and structs that ops point to
 * @param relocations pointers inside the blob: argv, iovec, sock_fprog
 */
public record Program(
        List<Op> ops, int registers, List<Slot> inputs, List<Slot> outputs, byte[] blob, List<Relocation> relocations) {

    /** As in {@code program.h}. */
    public static final int MAX_REGISTERS = 256;

    public Program {
        ops = List.copyOf(ops);
        inputs = List.copyOf(inputs);
        outputs = List.copyOf(outputs);
        relocations = List.copyOf(relocations);
    }

    /** A descriptor by name, and the register that holds it. */
    public record Slot(String name, int register) {}

    /** Eight bytes at {@code at} are the address of the blob plus {@code target}. */
    public record Relocation(int at, int target) {}

    /** Whether one of its ops is this call. */
    public boolean makes(Sys call) {
        for (Op op : ops) {
            if (op.sys() == call) {
                return true;
            }
        }
        return false;
    }

    /** The register of an output. */
    public int output(String name) {
        return outputs.stream()
                .filter(slot -> slot.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no output " + name))
                .register();
    }
}
