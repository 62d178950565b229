package io.jpod.linux;

import io.jpod.abi.Errno;
import io.jpod.abi.Sys;

/** A system call of the brain's own that failed: {@code openat /run/x: ENOENT (no such file or directory)}. */
public final class SyscallException extends RuntimeException {
    private final Sys call;
    private final int errno;

    public SyscallException(Sys call, String on, int errno) {
        super(call.manName() + (on.isEmpty() ? "" : " " + on) + ": " + Errno.describe(errno));
        this.call = call;
        this.errno = errno;
    }

    public Sys call() {
        return call;
    }

    /** The error number, positive. */
    public int errno() {
        return errno;
    }

    public boolean is(Errno other) {
        return errno == other.number();
    }
}
