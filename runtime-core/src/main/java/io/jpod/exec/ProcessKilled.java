package io.jpod.exec;

/** The process is gone, and none of its steps has failed. */
public final class ProcessKilled extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public ProcessKilled() {
        super("the process was killed while it was set up; a memory limit may be too low");
    }
}
