package io.jpod.cli.command;

/** How a command ends when it does not end like the container's process. The numbers are runc's. */
public enum ExitCode {
    OK(0),
    /** Whatever went wrong, on the command line too. */
    ERROR(1),
    /** Nobody reads what the command prints any more: what a shell says of a program that SIGPIPE has ended. */
    READER_GONE(141),
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
