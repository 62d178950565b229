package io.jpod.linux;

import io.jpod.abi.Errno;
import io.jpod.abi.Flags;
import io.jpod.abi.Sys;
import org.jspecify.annotations.Nullable;

/** Whether a port of the host is free, see ip(7) and ipv6(7): the kernel is asked by binding to it. */
public final class InetSockets {
    private static final int SOCKADDR_IN6 = 28;
    private static final int SOCKADDR_IN = 16;

    private InetSockets() {}

    /**
     * Binds a socket of the calling thread's network namespace, and gives it up again.
     *
     * @param address null for all, of IPv4 and IPv6 alike
     * @param port 0: the kernel chooses one
     * @return the port
     * @throws SyscallException EADDRINUSE, or EADDRNOTAVAIL if the address is not this host's
     */
    public static int probe(long type, @Nullable Ip address, int port) {
        boolean isV6 = address == null || address.isV6();
        try {
            return probe(type, isV6, address, port);
        } catch (SyscallException e) {
            if (address == null && e.is(Errno.EAFNOSUPPORT)) {
                return probe(type, false, null, port);
            }
            throw e;
        }
    }

    private static int probe(long type, boolean isV6, @Nullable Ip address, int port) {
        long family = isV6 ? Flags.AF_INET6 : Flags.AF_INET;
        long flags = type | Flags.SOCK_CLOEXEC;
        try (Memory memory = Memory.open();
                Fd socket = new Fd((int) Linux.retry(Sys.SOCKET, "port " + port, family, flags, 0, 0))) {
            if (type == Flags.SOCK_STREAM) {
                // Connections of an earlier owner that linger do not count, listeners do.
                setsockopt(socket, Flags.SOL_SOCKET, Flags.SO_REUSEADDR, 1);
            }
            Memory.Area name = memory.area(SOCKADDR_IN6);
            name.setShort(0, family);
            name.setShort(2, Short.reverseBytes((short) port));
            if (address != null) {
                name.setBytes(isV6 ? 8 : 4, address.bytes());
            }
            long size = isV6 ? SOCKADDR_IN6 : SOCKADDR_IN;
            Linux.retry(Sys.BIND, "port " + port, socket.number(), name.address(), size, 0);
            Memory.Area length = memory.area(Integer.BYTES);
            length.setInt(0, SOCKADDR_IN6);
            Linux.retry(Sys.GETSOCKNAME, "port " + port, socket.number(), name.address(), length.address(), 0);
            return Short.toUnsignedInt(Short.reverseBytes((short) name.getShort(2)));
        }
    }

    static void setsockopt(Fd socket, long level, long option, int value) {
        try (Memory memory = Memory.open()) {
            Memory.Area given = memory.area(Integer.BYTES);
            given.setInt(0, value);
            long result = Kernel.get()
                    .syscall(Sys.SETSOCKOPT, socket.number(), level, option, given.address(), given.size(), 0);
            Linux.check(result, Sys.SETSOCKOPT, socket.toString());
        }
    }
}
