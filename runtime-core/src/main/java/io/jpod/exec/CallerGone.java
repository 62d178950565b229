package io.jpod.exec;

/** Whoever asked for something has gone before it was begun: nothing was done. */
public final class CallerGone extends RuntimeException {
    private static final long serialVersionUID = 1;

    public CallerGone() {
        super("the caller is gone: nothing was done");
    }
}
