package io.jpod.linux;

import io.jpod.abi.Errno;
import io.jpod.abi.Flags;
import io.jpod.abi.Sys;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Unix sockets, see unix(7). Every descriptor that comes from here is close-on-exec. */
public final class Sockets {
    /** A path needs its NUL in the 108 bytes of {@code sun_path}. */
    private static final int LONGEST_PATH = 107;

    /** A peer that closed with our words unread resets the connection: it is gone all the same. */
    private static final long RESET = -Errno.ECONNRESET.number();

    private Sockets() {}

    /** Who is at the other end, as the kernel noted it when it connected or listened. In our namespaces; a pid that is not visible here is 0. */
    public record Credentials(int pid, int uid, int gid) {}

    /** Two sockets that are connected to each other. */
    public static List<Fd> pair(long type) {
        try (Memory memory = Memory.open()) {
            Memory.Area ends = memory.area(2 * Integer.BYTES);
            Linux.retry(Sys.SOCKETPAIR, "", Flags.AF_UNIX, type | Flags.SOCK_CLOEXEC, 0, ends.address());
            return List.of(new Fd(ends.getInt(0)), new Fd(ends.getInt(Integer.BYTES)));
        }
    }

    /**
     * Listens on a new socket file.
     *
     * @param path a file that is not there yet, of any length
     * @param mode the file's permissions from its first moment on
     */
    public static Fd listen(String path, long type, int mode, int backlog) {
        Fd socket = socket(type);
        try {
            // The file gets the mode of the socket's own inode: no moment with a wider one, as chmod(2) afterwards
            // would leave.
            Linux.fchmodat(Linux.AT_FDCWD, "/proc/self/fd/" + socket.number(), mode);
            at(Sys.BIND, socket, path);
            Linux.retry(Sys.LISTEN, path, socket.number(), backlog, 0, 0);
            return socket;
        } catch (SyscallException e) {
            socket.close();
            throw e;
        }
    }

    public static Fd connect(String path, long type) {
        Fd socket = socket(type);
        try {
            at(Sys.CONNECT, socket, path);
            return socket;
        } catch (SyscallException e) {
            socket.close();
            throw e;
        }
    }

    /** Waits for the next connection. */
    public static Fd accept(Fd listener) {
        return new Fd((int) Linux.retry(Sys.ACCEPT4, listener.toString(), listener.number(), 0, 0, Flags.SOCK_CLOEXEC));
    }

    /** Ends both directions: the other end and whoever waits on this socket see a hang-up. Nothing happens without a peer. */
    public static void shutdown(Fd socket) {
        long result = Kernel.get().syscall(Sys.SHUTDOWN, socket.number(), Flags.SHUT_RDWR);
        if (result != -Errno.ENOTCONN.number()) {
            Linux.check(result, Sys.SHUTDOWN, socket.toString());
        }
    }

    /** Sends one message, descriptors included; they stay the caller's. No SIGPIPE: a peer that is gone is EPIPE. */
    public static void send(Fd socket, Message message) {
        try (Memory memory = Memory.open()) {
            MessageHeader header = new MessageHeader(memory, message);
            Linux.retry(Sys.SENDMSG, socket.toString(), socket.number(), header.address(), Flags.MSG_NOSIGNAL, 0);
        }
    }

    /**
     * Waits for one message of a SEQPACKET socket. The descriptors in it become the caller's.
     *
     * @return null when the peer has hung up
     * @throws SyscallException EMSGSIZE if it is longer than maxBytes or brings more than maxFds descriptors, or more than
     *     this process may have open; what did arrive is closed
     */
    public static @Nullable Message receive(Fd socket, int maxBytes, int maxFds) {
        try (Memory memory = Memory.open()) {
            MessageHeader header = new MessageHeader(memory, maxBytes, maxFds);
            long size = receive(socket, header);
            if (size == RESET) {
                return null;
            }
            Message message = new Message(header.bytes(Math.min(size, maxBytes)), header.fds());
            if (size == 0 || header.isTruncated()) {
                message.closeFds();
            }
            if (header.isTruncated()) {
                throw new SyscallException(Sys.RECVMSG, socket.toString(), Errno.EMSGSIZE.number());
            }
            return size == 0 ? null : message;
        }
    }

    private static long receive(Fd socket, MessageHeader header) {
        long size;
        do {
            size = Kernel.get().syscall(Sys.RECVMSG, socket.number(), header.address(), Flags.MSG_CMSG_CLOEXEC);
        } while (size == -Errno.EINTR.number());
        return size == RESET ? size : Linux.check(size, Sys.RECVMSG, socket.toString());
    }

    /** Has the kernel say of each message who sent it; to be asked for before the other end is given away. */
    public static void signed(Fd socket) {
        try (Memory memory = Memory.open()) {
            Memory.Area on = memory.area(Integer.BYTES);
            on.setInt(0, 1);
            long result = Kernel.get()
                    .syscall(
                            Sys.SETSOCKOPT,
                            socket.number(),
                            Flags.SOL_SOCKET,
                            Flags.SO_PASSCRED,
                            on.address(),
                            on.size(),
                            0);
            Linux.check(result, Sys.SETSOCKOPT, socket.toString());
        }
    }

    /**
     * A message and who sent it.
     *
     * @param sender its pid in our pid namespace, where whoever holds CAP_SYS_ADMIN over its own may put another one of that; 0
     *     if there is none here
     */
    public record Signed(byte[] bytes, int sender) {}

    /**
     * Waits for one message of a {@link #signed} SEQPACKET socket.
     *
     * @return null when the peer has hung up
     * @throws SyscallException EMSGSIZE if it is longer than maxBytes or brings descriptors, which do not arrive
     */
    public static @Nullable Signed receiveSigned(Fd socket, int maxBytes) {
        try (Memory memory = Memory.open()) {
            MessageHeader header = MessageHeader.signed(memory, maxBytes);
            long size = receive(socket, header);
            if (size == RESET) {
                return null;
            }
            if (header.isTruncated()) {
                throw new SyscallException(Sys.RECVMSG, socket.toString(), Errno.EMSGSIZE.number());
            }
            return size == 0 ? null : new Signed(header.bytes(size), header.sender());
        }
    }

    public static Credentials peer(Fd socket) {
        try (Memory memory = Memory.open()) {
            Memory.Area ucred = memory.area(3 * Integer.BYTES);
            getsockopt(socket, Flags.SO_PEERCRED, ucred);
            return new Credentials(ucred.getInt(0), ucred.getInt(4), ucred.getInt(8));
        }
    }

    /**
     * The process that connected, whatever number it has meanwhile; before Linux 6.5 whoever has that number now. The caller closes
     * it. ESRCH if it has ended.
     */
    static Fd peerProcess(Fd socket, int pid) {
        try {
            return new Fd((int) option(socket, Flags.SO_PEERPIDFD));
        } catch (SyscallException e) {
            if (e.is(Errno.ENOPROTOOPT)) {
                return Processes.pidfdOpen(pid);
            }
            throw e;
        }
    }

    /** Whether this descriptor, which came from outside, is a unix socket of this type that listens. */
    public static boolean isListening(Fd socket, long type) {
        try {
            return option(socket, Flags.SO_DOMAIN) == Flags.AF_UNIX
                    && option(socket, Flags.SO_TYPE) == type
                    && option(socket, Flags.SO_ACCEPTCONN) == 1;
        } catch (SyscallException e) {
            if (e.is(Errno.ENOTSOCK)) {
                return false;
            }
            throw e;
        }
    }

    private static long option(Fd socket, long option) {
        try (Memory memory = Memory.open()) {
            Memory.Area value = memory.area(Integer.BYTES);
            getsockopt(socket, option, value);
            return value.getInt(0);
        }
    }

    private static void getsockopt(Fd socket, long option, Memory.Area value) {
        try (Memory memory = Memory.open()) {
            Memory.Area size = memory.area(Integer.BYTES);
            size.setInt(0, value.size());
            long result = Kernel.get()
                    .syscall(
                            Sys.GETSOCKOPT,
                            socket.number(),
                            Flags.SOL_SOCKET,
                            option,
                            value.address(),
                            size.address(),
                            0);
            Linux.check(result, Sys.GETSOCKOPT, socket.toString());
        }
    }

    private static Fd socket(long type) {
        return new Fd((int) Linux.retry(Sys.SOCKET, "", Flags.AF_UNIX, type | Flags.SOCK_CLOEXEC, 0, 0));
    }

    /** Binds or connects. A path that is too long for an address goes through its directory's descriptor. */
    private static void at(Sys call, Fd socket, String path) {
        if (path.getBytes(StandardCharsets.UTF_8).length <= LONGEST_PATH) {
            atAddress(call, socket, path, path);
            return;
        }
        int slash = path.lastIndexOf('/');
        String directory = slash < 0 ? "." : path.substring(0, slash + 1);
        try (Fd dir = Linux.open(directory, Flags.O_PATH, 0)) {
            atAddress(call, socket, "/proc/self/fd/" + dir.number() + "/" + path.substring(slash + 1), path);
        }
    }

    private static void atAddress(Sys call, Fd socket, String address, String path) {
        byte[] name = address.getBytes(StandardCharsets.UTF_8);
        if (name.length > LONGEST_PATH) {
            throw new SyscallException(call, path, Errno.ENAMETOOLONG.number());
        }
        try (Memory memory = Memory.open()) {
            Memory.Area sockaddr = memory.area(Short.BYTES + LONGEST_PATH + 1);
            sockaddr.setShort(0, Flags.AF_UNIX);
            sockaddr.setBytes(Short.BYTES, name);
            Linux.retry(call, path, socket.number(), sockaddr.address(), sockaddr.size(), 0);
        }
    }
}
