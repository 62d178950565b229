package io.jpod.cli;

/** How a command ends when it does not end like the container's process. The numbers are runc's. */
public enum ExitCode {
    OK(0),
    /** Whatever went wrong, on the command line too. */
    ERROR(1),
    /** {@code exec} could not start its process. */
    EXEC_FAILED(255);

    private final int number;

    ExitCode(int number) {
        this.number = number;
    }

    public int number() {
        return number;
    }
}
