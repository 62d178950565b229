package io.jpod.net;

/** Something that cannot be done with networks as they are. The message is one line, and nothing has changed. */
public final class NetworkFailed extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public NetworkFailed(String message) {
        super(message);
    }

    public NetworkFailed(String message, Throwable cause) {
        super(message, cause);
    }
}
