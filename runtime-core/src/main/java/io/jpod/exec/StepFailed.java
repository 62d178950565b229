package io.jpod.exec;

import io.jpod.abi.Errno;
import io.jpod.linux.SyscallException;
import io.jpod.plan.Op;
import io.jpod.plan.Plan;
import io.jpod.plan.ProcessStep;
import io.jpod.plan.Program;
import java.util.stream.Collectors;

/** A step of a plan that the kernel refused: which, from where in config.json, by which call, and why. */
public final class StepFailed extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int step;
    private final String from;
    private final int errno;

    private StepFailed(String message, int step, String from, int errno, Throwable cause) {
        super(message, cause);
        this.step = step;
        this.from = from;
        this.errno = errno;
    }

    /** A step that an executor ran. */
    public static StepFailed of(Plan plan, Program program, OpFailed failed) {
        Op op = program.ops().get(failed.op());
        Plan.Entry entry = plan.entries().get(op.step());
        String message;
        if (entry.step() instanceof ProcessStep.FindProgram(var _, String name)) {
            message = entry.from() + ": " + notFound(name, failed.errno());
        } else if (entry.step() instanceof ProcessStep.Exec exec) {
            message = entry.from() + ": " + notExecuted(exec.args().getFirst(), failed.errno());
        } else {
            message = "step %d, from %s: %s: %s(%s): %s%s"
                    .formatted(
                            op.step() + 1,
                            entry.from(),
                            plan.text(op.step()),
                            op.sys().manName(),
                            op.args().stream()
                                    .map(arg -> arg.text(plan.names()))
                                    .collect(Collectors.joining(", ")),
                            failed.errno() == 0 ? "jpod is gone" : Errno.describe(failed.errno()),
                            Hints.of(entry.step(), op.sys(), failed.errno()));
        }
        return new StepFailed(message, op.step(), entry.from(), failed.errno(), failed);
    }

    /** A step that the brain did itself. */
    public static StepFailed of(Plan plan, int index, RuntimeException cause) {
        String from = plan.entries().get(index).from();
        String message = "step %d, from %s: %s: %s".formatted(index + 1, from, plan.text(index), cause.getMessage());
        int errno = cause instanceof SyscallException refused ? refused.errno() : 0;
        return new StepFailed(message, index, from, errno, cause);
    }

    /**
     * That a program is not there, in the words of runc that its callers look for: docker and podman make exit codes 126 and 127
     * of them.
     */
    private static String notFound(String name, int errno) {
        String quoted = "exec: \"" + name + "\": ";
        if (!name.contains("/")) {
            return quoted + "executable file not found in $PATH";
        }
        return errno == Errno.EACCES.number()
                ? quoted + "permission denied"
                : quoted + "stat " + name + ": " + Errno.words(errno);
    }

    /** That execve(2) refused a program that is there, in the same words, and why. */
    public static String notExecuted(String name, int errno) {
        // A directory in $PATH may be called like it.
        return name.contains("/") || errno != Errno.EACCES.number()
                ? "exec " + name + ": " + Errno.words(errno) + Hints.ofExec(errno)
                : notFound(name, errno);
    }

    /** Index in the plan, from 0. */
    public int step() {
        return step;
    }

    /** The place in config.json. */
    public String from() {
        return from;
    }

    /** Positive; 0 if there was none. */
    public int errno() {
        return errno;
    }
}
