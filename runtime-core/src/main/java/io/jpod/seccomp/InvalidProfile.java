package io.jpod.seccomp;

/** A seccomp profile that cannot be compiled. */
public final class InvalidProfile extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String path;
    private final String reason;

    InvalidProfile(String path, String reason) {
        super(path.isEmpty() ? reason : path + ": " + reason);
        this.path = path;
        this.reason = reason;
    }

    /** The place, relative to the profile: {@code syscalls[3].args[0].op}; "" for the profile as a whole. */
    public String path() {
        return path;
    }

    /** What is wrong there, without the path. */
    public String reason() {
        return reason;
    }
}
