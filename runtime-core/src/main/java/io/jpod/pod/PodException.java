package io.jpod.pod;

/** What cannot be done to a pod, in one line. */
public final class PodException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public PodException(String message) {
        super(message);
    }

    PodException(String message, Throwable cause) {
        super(message, cause);
    }
}
