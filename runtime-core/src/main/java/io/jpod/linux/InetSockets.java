package io.jpod.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import io.jpod.abi.Errno;
import io.jpod.abi.Flags;
import io.jpod.abi.Sys;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
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
        try (Arena arena = Arena.ofConfined();
                Fd socket = new Fd((int) Linux.retry(Sys.SOCKET, "port " + port, family, flags, 0, 0))) {
            if (type == Flags.SOCK_STREAM) {
                // Connections of an earlier owner that linger do not count, listeners do.
                setsockopt(socket, Flags.SOL_SOCKET, Flags.SO_REUSEADDR, arena.allocateFrom(JAVA_INT, 1));
            }
            MemorySegment name = arena.allocate(SOCKADDR_IN6, Integer.BYTES);
            name.set(JAVA_SHORT, 0, (short) family);
            name.set(JAVA_SHORT, 2, Short.reverseBytes((short) port));
            if (address != null) {
                MemorySegment.copy(address.bytes(), 0, name, JAVA_BYTE, isV6 ? 8 : 4, address.bits() / 8);
            }
            long size = isV6 ? SOCKADDR_IN6 : SOCKADDR_IN;
            Linux.retry(Sys.BIND, "port " + port, socket.number(), name.address(), size, 0);
            MemorySegment length = arena.allocateFrom(JAVA_INT, SOCKADDR_IN6);
            Linux.retry(Sys.GETSOCKNAME, "port " + port, socket.number(), name.address(), length.address(), 0);
            return Short.toUnsignedInt(Short.reverseBytes(name.get(JAVA_SHORT, 2)));
        }
    }

    static void setsockopt(Fd socket, long level, long option, MemorySegment value) {
        long result = Kernel.get()
                .syscall(Sys.SETSOCKOPT, socket.number(), level, option, value.address(), value.byteSize(), 0);
        Linux.check(result, Sys.SETSOCKOPT, socket.toString());
    }
}
