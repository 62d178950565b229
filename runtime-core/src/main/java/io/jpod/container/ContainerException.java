package io.jpod.container;

/** Something that cannot be done with a container as it is. The message is one line, in the words that runc uses. */
public final class ContainerException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public ContainerException(String message) {
        super(message);
    }

    public ContainerException(String message, Throwable cause) {
        super(message, cause);
    }
}
