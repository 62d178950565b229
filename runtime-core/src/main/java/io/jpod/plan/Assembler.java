package io.jpod.plan;

import io.jpod.abi.Arch;
import io.jpod.abi.Errno;
import io.jpod.abi.Flags;
import io.jpod.abi.NativeText;
import io.jpod.abi.Sys;
import io.jpod.plan.Op.Arg;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * Writes a {@link Program}: calls in order, labels for forward skips, strings and structs into the blob, descriptors by
 * name. A name that nobody defined becomes an input of the program.
 */
final class Assembler {
    private final Arch arch;
    private final List<Draft> drafts = new ArrayList<>();
    private final ByteArrayOutputStream blob = new ByteArrayOutputStream();
    private final Map<String, Integer> strings = new HashMap<>();
    private final List<Program.Relocation> relocations = new ArrayList<>();
    private final Map<String, Integer> registers = new LinkedHashMap<>();
    private final List<Integer> free = new ArrayList<>();
    private final List<Program.Slot> inputs = new ArrayList<>();
    private int registerCount;
    private int step;
    private int temporaries;
    private final Label end = new Label();

    Assembler(Arch arch) {
        this.arch = arch;
    }

    Arch arch() {
        return arch;
    }

    /** Calls from here on belong to this step of the plan. */
    void step(int index) {
        step = index;
    }

    // ---- calls

    Draft call(Sys sys, Arg... args) {
        Draft draft = new Draft(sys, List.of(args), step);
        drafts.add(draft);
        return draft;
    }

    /** The call written last. */
    Draft last() {
        return drafts.getLast();
    }

    /** A place in the program that earlier calls skip to. */
    static final class Label {
        private int position = -1;
    }

    /** Behind the last call: jpod-init exits with 0. */
    Label end() {
        return end;
    }

    void place(Label label) {
        label.position = drafts.size();
    }

    /** A call being written; its cases name labels that may not have been placed yet. */
    static final class Draft {
        private final Sys sys;
        private final List<Arg> args;
        private final int step;
        private Op.Result result = new Op.Discard();
        private final List<Op.Match> matches = new ArrayList<>();
        private final List<Label> targets = new ArrayList<>();

        /** Stands for "fail" among the targets. */
        private static final Label FAIL = new Label();

        private Draft(Sys sys, List<Arg> args, int step) {
            this.sys = sys;
            this.args = args;
            this.step = step;
        }

        Draft into(Op.Register register) {
            result = new Op.ToRegister(register.index(), register.text());
            return this;
        }

        Draft into(Op.Blob place) {
            result = new Op.ToBlob(place.offset());
            return this;
        }

        Draft on(Errno errno, Label target) {
            return on(new Op.OnErrno(errno), target);
        }

        Draft on(Op.Match match, Label target) {
            matches.add(match);
            targets.add(target);
            return this;
        }

        Draft failOn(Op.Match match) {
            return on(match, FAIL);
        }

        private Op finish(int position) {
            List<Op.Case> cases = new ArrayList<>();
            for (int i = 0; i < matches.size(); i++) {
                Label target = targets.get(i);
                if (target == FAIL) {
                    cases.add(new Op.Case(matches.get(i), new Op.Fail()));
                    continue;
                }
                if (target.position <= position) {
                    throw new IllegalStateException(sys + ": skips only go forward");
                }
                cases.add(new Op.Case(matches.get(i), new Op.Skip(target.position - position - 1)));
            }
            return new Op(sys, args, result, cases, step);
        }
    }

    /** An error that does not matter: the next call follows. */
    Draft ignore(Draft draft, Errno... errnos) {
        Label next = new Label();
        for (Errno errno : errnos) {
            draft.on(errno, next);
        }
        place(next);
        return draft;
    }

    // ---- arguments

    /** As strace(1) writes flags. Much faster than a format string, and lowering writes many. */
    static String hex(long value) {
        return "0x" + Long.toHexString(value);
    }

    static Arg value(long value) {
        return new Op.Immediate(value, Long.toString(value));
    }

    static Arg flags(long value, String text) {
        return new Op.Immediate(value, text);
    }

    /** For paths that are the caller's own. */
    static Arg currentDirectory() {
        return flags(Flags.AT_FDCWD, "AT_FDCWD");
    }

    static Arg nul() {
        return new Op.Immediate(0, "NULL");
    }

    /** A NUL-terminated string; equal ones share their place. */
    Op.Blob string(String text) {
        int offset = strings.computeIfAbsent(text, s -> append(NativeText.encode(s + "\0"), 1));
        return Op.Blob.string(offset, text);
    }

    /** The same, where people are to read something else. */
    Op.Blob string(String text, String shown) {
        return Op.Blob.string(string(text).offset(), shown);
    }

    Op.Blob bytes(byte[] bytes, String text) {
        return new Op.Blob(append(bytes, 8), text);
    }

    /** Little endian, aligned to 8. */
    Op.Blob struct(String text, int size, Consumer<ByteBuffer> fill) {
        ByteBuffer buffer = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
        fill.accept(buffer);
        return bytes(buffer.array(), text);
    }

    /** A NULL-terminated array of pointers to strings. */
    Op.Blob pointers(List<String> texts, String text) {
        Op.Blob array = bytes(new byte[8 * (texts.size() + 1)], text);
        for (int i = 0; i < texts.size(); i++) {
            point(array.offset() + 8 * i, string(texts.get(i)));
        }
        return array;
    }

    /** Makes the eight bytes at an offset of the blob a pointer. */
    void point(int at, Op.Blob target) {
        relocations.add(new Program.Relocation(at, target.offset()));
    }

    private int append(byte[] bytes, int alignment) {
        while (blob.size() % alignment != 0) {
            blob.write(0);
        }
        int offset = blob.size();
        blob.writeBytes(bytes);
        return offset;
    }

    // ---- descriptors

    /** A descriptor that a call of this program opens, to be used by name from here on. */
    Op.Register define(String name) {
        if (registers.containsKey(name)) {
            throw new IllegalStateException("defined twice: " + name);
        }
        int index = free.isEmpty() ? registerCount++ : free.removeLast();
        registers.put(name, index);
        return new Op.Register(index, name);
    }

    /** A descriptor by name: one defined here, or an input. */
    Op.Register use(String name) {
        Integer known = registers.get(name);
        if (known != null) {
            return new Op.Register(known, name);
        }
        int index = registerCount++;
        registers.put(name, index);
        inputs.add(new Program.Slot(name, index));
        return new Op.Register(index, name);
    }

    /** A descriptor for a few calls; give it to {@link #close}. */
    Op.Register temporary() {
        return define("tmp" + temporaries++);
    }

    /** Closes it and frees its register. */
    void close(Op.Register register) {
        call(Sys.CLOSE, register);
        forget(register);
    }

    /** Frees the register of a descriptor that is closed by now, or left to the end of the program. */
    void forget(Op.Register register) {
        registers.remove(register.text());
        free.add(register.index());
    }

    int inputs() {
        return inputs.size();
    }

    private boolean isInput(String name) {
        return inputs.stream().anyMatch(slot -> slot.name().equals(name));
    }

    boolean defines(String name) {
        return registers.containsKey(name) && !isInput(name);
    }

    /** @param outputs names that the next program takes as inputs */
    Program finish(List<String> outputs) {
        List<Op> ops = new ArrayList<>();
        place(end);
        for (int i = 0; i < drafts.size(); i++) {
            ops.add(drafts.get(i).finish(i));
        }
        List<Program.Slot> slots = outputs.stream()
                .map(name -> new Program.Slot(name, Objects.requireNonNull(registers.get(name))))
                .toList();
        return new Program(ops, registerCount, inputs, slots, blob.toByteArray(), relocations);
    }
}
