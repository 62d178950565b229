package io.jpod.plan;

import java.util.List;
import java.util.stream.Collectors;

/**
 * A {@link Program} as people read it, in the manner of strace(1): one line a call, below the step that wants it. What
 * stands in brackets are the cases: {@code [ENOENT -> +3]} goes on three calls further than the next one.
 */
public final class ProgramText {
    private ProgramText() {}

    /** Every line ends with a line feed; a program without calls is nothing. */
    public static String of(Plan plan, Program program) {
        StringBuilder text = new StringBuilder();
        if (!program.inputs().isEmpty()) {
            text.append("takes ").append(names(program.inputs())).append('\n');
        }
        int step = -1;
        for (Op op : program.ops()) {
            if (op.step() != step) {
                step = op.step();
                text.append("\n%d  %s\n".formatted(step + 1, plan.text(step)));
            }
            text.append("    ").append(line(op, plan.names())).append('\n');
        }
        if (!program.outputs().isEmpty()) {
            text.append("\nhands over ").append(names(program.outputs())).append('\n');
        }
        return text.toString();
    }

    /** One call: {@code openat(AT_FDCWD, "/proc", O_PATH) = procfs  [ENOENT -> +1]}. */
    public static String line(Op op, Names names) {
        String call = op.sys().manName()
                + op.args().stream().map(arg -> arg(arg, names)).collect(Collectors.joining(", ", "(", ")"));
        String result = switch (op.result()) {
            case Op.Discard _ -> "";
            case Op.ToRegister(int _, String name) -> " = " + name;
            case Op.ToBlob(int offset) -> " = bytes at " + offset;
        };
        String cases = op.cases().stream()
                .map(c -> match(c.match()) + " -> " + action(c.action()))
                .collect(Collectors.joining(", "));
        return call + result + (cases.isEmpty() ? "" : "  [" + cases + "]");
    }

    /** A descriptor stands in angle brackets, so that it is not taken for a constant. */
    private static String arg(Op.Arg arg, Names names) {
        return arg instanceof Op.Register(int _, String name) ? "<" + name + ">" : arg.text(names);
    }

    private static String match(Op.Match match) {
        return switch (match) {
            case Op.OnErrno(var errno) -> errno.name();
            case Op.OnSuccess _ -> "success";
            case Op.OnAnyError _ -> "error";
            case Op.OnZero _ -> "0";
        };
    }

    private static String action(Op.Action action) {
        return switch (action) {
            case Op.Fail _ -> "fail";
            case Op.Skip(int ops) -> "+" + ops;
        };
    }

    private static String names(List<Program.Slot> slots) {
        return slots.stream().map(slot -> "<" + slot.name() + ">").collect(Collectors.joining(", "));
    }
}
