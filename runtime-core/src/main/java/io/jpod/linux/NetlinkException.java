package io.jpod.linux;

import io.jpod.abi.Errno;

/** A netlink request that the kernel refused, with the kernel's own words where it has some (NETLINK_EXT_ACK). */
public final class NetlinkException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int errno;

    /** @param words of the kernel; "" if it says nothing beside the error number */
    public NetlinkException(String request, int errno, String words) {
        super(request + ": " + Errno.describe(errno) + (words.isEmpty() ? "" : ": " + words));
        this.errno = errno;
    }

    public boolean is(Errno other) {
        return errno == other.number();
    }
}
