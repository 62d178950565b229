package io.jpod.exec;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.jpod.abi.Errno;
import io.jpod.abi.Sys;
import io.jpod.plan.Op;
import io.jpod.plan.Program;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;

/** A program by hand, call by call. */
final class ProgramBuilder {
    static final String OUT = "out";

    /** A stream socket that the test reads at its other end. */
    static final Op.Register OUTPUT = new Op.Register(0, OUT);

    private final List<Op> ops = new ArrayList<>();
    private final ByteArrayOutputStream blob = new ByteArrayOutputStream();
    private final List<Program.Relocation> relocations = new ArrayList<>();
    private final List<Program.Slot> inputs = new ArrayList<>(List.of(new Program.Slot(OUT, 0)));
    private final List<Program.Slot> outputs = new ArrayList<>();

    ProgramBuilder call(Sys sys, Op.Arg... args) {
        return add(new Op.Discard(), List.of(), sys, args);
    }

    ProgramBuilder into(Op.Result result, Sys sys, Op.Arg... args) {
        return add(result, List.of(), sys, args);
    }

    ProgramBuilder cases(List<Op.Case> cases, Sys sys, Op.Arg... args) {
        return add(new Op.Discard(), cases, sys, args);
    }

    ProgramBuilder add(Op.Result result, List<Op.Case> cases, Sys sys, Op.Arg... args) {
        ops.add(new Op(sys, List.of(args), result, cases, ops.size()));
        return this;
    }

    /** A text that the test will see if this call is made. */
    ProgramBuilder say(String text) {
        return call(Sys.WRITE, OUTPUT, string(text), number(text.length()));
    }

    Op.Blob string(String text) {
        return bytes((text + "\0").getBytes(UTF_8));
    }

    /** Aligned to 8. */
    Op.Blob bytes(byte[] bytes) {
        while (blob.size() % 8 != 0) {
            blob.write(0);
        }
        int offset = blob.size();
        blob.writeBytes(bytes);
        return new Op.Blob(offset, "blob");
    }

    void point(int at, Op.Blob target) {
        relocations.add(new Program.Relocation(at, target.offset()));
    }

    ProgramBuilder input(String name, int register) {
        inputs.add(new Program.Slot(name, register));
        return this;
    }

    ProgramBuilder output(String name, int register) {
        outputs.add(new Program.Slot(name, register));
        return this;
    }

    static Op.Arg number(long value) {
        return new Op.Immediate(value, Long.toString(value));
    }

    static Op.Register register(int index) {
        return new Op.Register(index, "r" + index);
    }

    static Op.Result to(int register) {
        return new Op.ToRegister(register, "r" + register);
    }

    static Op.Case on(Errno errno, Op.Action action) {
        return new Op.Case(new Op.OnErrno(errno), action);
    }

    static Op.Case on(Op.Match match, Op.Action action) {
        return new Op.Case(match, action);
    }

    static Op.Action skip(int ops) {
        return new Op.Skip(ops);
    }

    Program build() {
        return build(8);
    }

    Program build(int registers) {
        return new Program(ops, registers, inputs, outputs, blob.toByteArray(), relocations);
    }
}
