package io.jpod.cli;

/** A command line that cannot be meant so, though each of its words is known: the caller is pointed to the help. */
final class Misuse extends RuntimeException {
    private static final long serialVersionUID = 1;

    Misuse(String message) {
        super(message);
    }
}
