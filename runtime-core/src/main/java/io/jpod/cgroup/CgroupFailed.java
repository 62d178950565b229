package io.jpod.cgroup;

import io.jpod.abi.Errno;
import io.jpod.linux.SyscallException;

/** Something about a cgroup that could not be done. The message says what, where, and why. */
public final class CgroupFailed extends RuntimeException {
    private static final long serialVersionUID = 1L;

    CgroupFailed(String message) {
        super(message);
    }

    /** The message gets the errno's name and words appended. */
    CgroupFailed(String message, SyscallException cause) {
        super(message + ": " + Errno.describe(cause.errno()), cause);
    }

    /** As the other, with a sentence about what this errno means here. */
    CgroupFailed(String message, SyscallException cause, String meaning) {
        super(message + ": " + Errno.describe(cause.errno()) + ": " + meaning, cause);
    }
}
