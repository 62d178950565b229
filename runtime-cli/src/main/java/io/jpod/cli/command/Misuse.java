package io.jpod.cli.command;

/** A command line that cannot be meant so, though each of its words is known: the caller is pointed to the help. */
public final class Misuse extends RuntimeException {
    private static final long serialVersionUID = 1;

    public Misuse(String message) {
        super(message);
    }
}
