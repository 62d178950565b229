package io.jpod.plan;

import io.jpod.abi.Sys;
import java.util.List;

/**
 * One raw system call of a {@link Program}: number, up to six arguments, where its result goes, and what happens on
 * which outcome. The C twin is {@code struct op} in {@code native-shims/src/program.h}.
 *
 * @param cases the first that matches decides; without one, success goes on and an error fails
 * @param step index of the {@link Plan} step that wanted this call
 */
public record Op(Sys sys, List<Arg> args, Result result, List<Case> cases, int step) {

    /** As many cases as {@code struct op} has room for. */
    public static final int MAX_CASES = 4;

    public Op {
        args = List.copyOf(args);
        cases = List.copyOf(cases);
        if (args.size() > 6 || cases.size() > MAX_CASES) {
            throw new IllegalArgumentException(sys + ": too many arguments or cases");
        }
    }

    /** What its man page is called. */
    public String name() {
        return sys.manName();
    }

    /** What an executor does on this result, where an error is a negated errno. */
    public Action after(long outcome) {
        for (Case possible : cases) {
            boolean matches = switch (possible.match()) {
                case OnErrno(var errno) -> outcome == -errno.number();
                case OnSuccess _ -> outcome >= 0;
                case OnAnyError _ -> outcome < 0;
                case OnZero _ -> outcome == 0;
            };
            if (matches) {
                return possible.action();
            }
        }
        return outcome < 0 ? new Fail() : new Skip(0);
    }

    private static String quoted(String text) {
        return '"' + text.replace("\n", "\\n") + '"';
    }

    /** An argument; {@code text} is what strace(1) would show. */
    public sealed interface Arg {
        String text();

        /** The same for a process of these names. */
        default String text(Names names) {
            return text();
        }
    }

    /** The value itself. */
    public record Immediate(long value, String text) implements Arg {}

    /** The address of a place in the program's blob. */
    public record Blob(int offset, String text) implements Arg {
        /** A NUL-terminated string. */
        static Blob string(int offset, String text) {
            return new Blob(offset, quoted(text));
        }
    }

    /** The address of the name of a keyring, which is no part of the program. */
    public record Keyring() implements Arg {
        @Override
        public String text() {
            return "keyring";
        }

        @Override
        public String text(Names names) {
            return quoted(String.valueOf(names.keyring()));
        }
    }

    /** What a register holds: a descriptor that was passed in, or that an earlier call returned. */
    public record Register(int index, String text) implements Arg {}

    /** Where a successful result goes. */
    public sealed interface Result {}

    public record Discard() implements Result {}

    public record ToRegister(int index, String text) implements Result {}

    /** Stored as a 32-bit number into the blob, for structs that hold descriptors. */
    public record ToBlob(int offset) implements Result {}

    /** What a case matches. */
    public sealed interface Match {}

    public record OnErrno(io.jpod.abi.Errno errno) implements Match {}

    public record OnSuccess() implements Match {}

    public record OnAnyError() implements Match {}

    /** Success with result 0: end of file, or the child's side of clone(2). */
    public record OnZero() implements Match {}

    /** What a match does. */
    public sealed interface Action {}

    public record Fail() implements Action {}

    /** Goes on after skipping this many ops: always forward, 0 is the next one. */
    public record Skip(int ops) implements Action {}

    public record Case(Match match, Action action) {}
}
