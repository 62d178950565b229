package io.jpod.linux;

import static io.jpod.abi.Rtnetlink.*;

import io.jpod.abi.Errno;
import io.jpod.abi.Flags;
import io.jpod.abi.Sys;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * netlink(7): requests and what is answered. It belongs to the network namespace where it was made, so any thread may use it
 * afterwards, one at a time. Each method throws {@link NetlinkException} when the kernel refuses.
 */
final class NetlinkSocket implements AutoCloseable {
    private static final int RECEIVED = 64 << 10;

    private final Fd socket;
    private int sequence;

    private NetlinkSocket(Fd socket) {
        this.socket = socket;
    }

    /** One of the calling thread's network namespace. */
    static NetlinkSocket open(int protocol) {
        Fd fd = new Fd((int)
                Linux.retry(Sys.SOCKET, "netlink", Flags.AF_NETLINK, Flags.SOCK_RAW | Flags.SOCK_CLOEXEC, protocol, 0));
        try {
            for (int option : new int[] {NETLINK_EXT_ACK, NETLINK_CAP_ACK}) {
                InetSockets.setsockopt(fd, SOL_NETLINK, option, 1);
            }
            return new NetlinkSocket(fd);
        } catch (SyscallException e) {
            fd.close();
            throw e;
        }
    }

    interface Reading<T> {
        @Nullable T read(ByteBuffer body);
    }

    /** A dump that something changed meanwhile may lack or repeat entries (NLM_F_DUMP_INTR): it is made again. */
    <T> List<T> dump(String what, NetlinkMessage message, Reading<T> reading) {
        while (true) {
            List<T> found = new ArrayList<>();
            boolean isWhole = exchange(what, message, (type, body) -> {
                T one = reading.read(body);
                if (one != null) {
                    found.add(one);
                }
            });
            if (isWhole) {
                return found;
            }
        }
    }

    /** The same of what may not be there: then none. */
    <T> List<T> dumpIfThere(String what, NetlinkMessage message, Reading<T> reading) {
        try {
            return dump(what, message, reading);
        } catch (NetlinkException e) {
            if (e.is(Errno.ENOENT)) {
                return List.of();
            }
            throw e;
        }
    }

    void request(String what, NetlinkMessage message) {
        exchange(what, message, (type, body) -> {});
    }

    /**
     * Sends a message, gives away what is answered, and returns with the acknowledgement or the end of the dump.
     *
     * @return false if the answer is not consistent
     */
    boolean exchange(String what, NetlinkMessage message, BiConsumer<Integer, ByteBuffer> answer) {
        try (Memory memory = Memory.open()) {
            byte[] request = message.bytes(++sequence);
            Memory.Area out = memory.area(request);
            Linux.retry(Sys.WRITE, "netlink: " + what, socket.number(), out.address(), request.length, 0);
            Memory.Area in = memory.area(RECEIVED);
            boolean[] isWhole = {true};
            boolean[] isDone = {false};
            while (!isDone[0]) {
                long size = Linux.retry(Sys.READ, "netlink: " + what, socket.number(), in.address(), RECEIVED, 0);
                messages(in.buffer((int) size), one -> {
                    int type = Short.toUnsignedInt(one.getShort(4));
                    int flags = Short.toUnsignedInt(one.getShort(6));
                    isWhole[0] &= (flags & NLM_F_DUMP_INTR) == 0;
                    ByteBuffer body = one.slice(NetlinkMessage.HEADER, one.limit() - NetlinkMessage.HEADER)
                            .order(ByteOrder.nativeOrder());
                    switch (type) {
                        case NLMSG_ERROR, NLMSG_DONE -> {
                            isDone[0] = true;
                            verify(what, flags, body);
                        }
                        default -> answer.accept(type, body);
                    }
                });
            }
            return isWhole[0];
        }
    }

    /** Those of our request: an answer to an earlier one, which has failed on the way, is none of ours. */
    private void messages(ByteBuffer datagram, Consumer<ByteBuffer> each) {
        int at = 0;
        while (at + NetlinkMessage.HEADER <= datagram.limit()) {
            int length = datagram.getInt(at);
            if (length < NetlinkMessage.HEADER || at + length > datagram.limit()) {
                throw new IllegalStateException("netlink message of " + length + " bytes");
            }
            if (datagram.getInt(at + 8) == sequence) {
                each.accept(datagram.slice(at, length).order(ByteOrder.nativeOrder()));
            }
            at += NetlinkMessage.aligned(length);
        }
    }

    /** struct nlmsgerr: the negated errno, the header of the request, attributes. The end of a dump has an errno alone. */
    private static void verify(String what, int flags, ByteBuffer body) {
        int errno = body.limit() < Integer.BYTES ? 0 : -body.getInt(0);
        if (errno == 0) {
            return;
        }
        int attributes = Integer.BYTES + NetlinkMessage.HEADER;
        ByteBuffer words = null;
        if ((flags & NLM_F_ACK_TLVS) != 0 && body.limit() > attributes) {
            words = NetlinkMessage.attributes(body.position(attributes)).get(NLMSGERR_ATTR_MSG);
        }
        throw new NetlinkException(what, errno, NetlinkMessage.text(words));
    }

    @Override
    public void close() {
        socket.close();
    }
}
