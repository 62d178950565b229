package io.jpod.exec;

/** A program that ended at one of its calls. Who knows the plan turns it into {@link StepFailed}. */
public final class OpFailed extends Exception {
    private static final long serialVersionUID = 1L;

    private final int op;
    private final int errno;

    public OpFailed(int op, int errno) {
        super("op " + op + ": errno " + errno);
        this.op = op;
        this.errno = errno;
    }

    /** Its index in the program. */
    public int op() {
        return op;
    }

    /** Positive; 0 is an end of file where an answer was waited for. */
    public int errno() {
        return errno;
    }
}
