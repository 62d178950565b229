package io.jpod.cgroup;

import io.jpod.abi.Errno;
import io.jpod.linux.SyscallException;

/** Something about a cgroup that could not be done. The message says what, where, and why. */
public final class CgroupFailed extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int errno;

    CgroupFailed(String message) {
        super(message);
        this.errno = 0;
    }

    /** The message gets the errno's name and words appended. */
    CgroupFailed(String message, SyscallException cause) {
        super(message + ": " + Errno.describe(cause.errno()), cause);
        this.errno = cause.errno();
    }

    /** As the other, with a sentence about what this errno means here. */
    CgroupFailed(String message, SyscallException cause, String meaning) {
        super(message + ": " + Errno.describe(cause.errno()) + ": " + meaning, cause);
        this.errno = cause.errno();
    }

    /** The kernel's error number, positive; 0 if the kernel was not asked. */
    public int errno() {
        return errno;
    }

    public boolean is(Errno other) {
        return errno == other.number();
    }
}
