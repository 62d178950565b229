package io.jpod.linux;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.jpod.abi.Rtnetlink;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** One message of netlink(7): its header, the fixed struct of its type, then attributes, each padded to four bytes. */
final class NetlinkMessage {
    static final int HEADER = 16;
    private static final int ATTRIBUTE_HEADER = 4;
    private static final int NFGENMSG = 4;
    private static final int LARGEST = 1024;

    private final ByteBuffer bytes = ByteBuffer.allocate(LARGEST).order(ByteOrder.nativeOrder());

    /** NLM_F_REQUEST is added. */
    NetlinkMessage(int type, int flags) {
        bytes.putInt(0).putShort((short) type).putShort((short) (flags | Rtnetlink.NLM_F_REQUEST));
        bytes.putInt(0).putInt(0);
    }

    /** struct ifinfomsg */
    NetlinkMessage link(int family, int index, long flags) {
        bytes.put((byte) family).put((byte) 0).putShort((short) 0).putInt(index);
        bytes.putInt((int) flags).putInt((int) flags);
        return this;
    }

    /** struct ifaddrmsg */
    NetlinkMessage address(int family, int prefix, int index) {
        bytes.put((byte) family).put((byte) prefix).put((byte) 0).put((byte) 0).putInt(index);
        return this;
    }

    /** struct ndmsg */
    NetlinkMessage neighbour(int family, int link) {
        bytes.putInt(family).putInt(link).putInt(0);
        return this;
    }

    /** struct rtmsg of a route in the main table, scope universe */
    NetlinkMessage route(int family, int prefix) {
        bytes.put((byte) family).put((byte) prefix).put((byte) 0).put((byte) 0);
        bytes.put((byte) Rtnetlink.RT_TABLE_MAIN).put((byte) Rtnetlink.RTPROT_STATIC);
        bytes.put((byte) 0).put((byte) Rtnetlink.RTN_UNICAST).putInt(0);
        return this;
    }

    /** struct nfgenmsg */
    NetlinkMessage filter(int family) {
        bytes.put((byte) family).put((byte) 0).putShort((short) 0);
        return this;
    }

    NetlinkMessage with(int type, byte[] value) {
        bytes.putShort((short) (ATTRIBUTE_HEADER + value.length))
                .putShort((short) type)
                .put(value);
        while (bytes.position() % ATTRIBUTE_HEADER != 0) {
            bytes.put((byte) 0);
        }
        return this;
    }

    NetlinkMessage with(int type, int value) {
        bytes.putShort((short) (ATTRIBUTE_HEADER + Integer.BYTES))
                .putShort((short) type)
                .putInt(value);
        return this;
    }

    /** With its NUL, as the kernel reads names. */
    NetlinkMessage with(int type, String value) {
        return with(type, (value + "\0").getBytes(UTF_8));
    }

    /** Attributes inside an attribute. */
    NetlinkMessage nested(int type, Runnable inside) {
        int start = bytes.position();
        bytes.putShort((short) 0).putShort((short) (type | Rtnetlink.NLA_F_NESTED));
        inside.run();
        bytes.putShort(start, (short) (bytes.position() - start));
        return this;
    }

    /** Ready to be sent. */
    byte[] bytes(int sequence) {
        bytes.putInt(0, bytes.position()).putInt(8, sequence);
        byte[] message = new byte[bytes.position()];
        bytes.get(0, message);
        return message;
    }

    /** The attributes from the buffer's position to its limit; of two of one type the last. */
    static Map<Integer, ByteBuffer> attributes(ByteBuffer buffer) {
        Map<Integer, ByteBuffer> attributes = new TreeMap<>();
        int at = buffer.position();
        while (at + ATTRIBUTE_HEADER <= buffer.limit()) {
            int length = Short.toUnsignedInt(buffer.getShort(at));
            if (length < ATTRIBUTE_HEADER || at + length > buffer.limit()) {
                throw new IllegalStateException("netlink attribute of " + length + " bytes");
            }
            int type = buffer.getShort(at + 2) & Rtnetlink.NLA_TYPE_MASK;
            ByteBuffer value = buffer.slice(at + ATTRIBUTE_HEADER, length - ATTRIBUTE_HEADER);
            attributes.put(type, value.order(ByteOrder.nativeOrder()));
            at += aligned(length);
        }
        return attributes;
    }

    /** Those behind a struct nfgenmsg. */
    static Map<Integer, ByteBuffer> filterAttributes(ByteBuffer body) {
        return attributes(body.position(NFGENMSG));
    }

    /** What attributes of whatever type hold, one after the other; none in none. */
    static List<ByteBuffer> list(@Nullable ByteBuffer attributes) {
        List<ByteBuffer> values = new ArrayList<>();
        int at = 0;
        while (attributes != null && at + ATTRIBUTE_HEADER <= attributes.limit()) {
            int length = Math.max(ATTRIBUTE_HEADER, Short.toUnsignedInt(attributes.getShort(at)));
            values.add(attributes
                    .slice(at + ATTRIBUTE_HEADER, length - ATTRIBUTE_HEADER)
                    .order(ByteOrder.nativeOrder()));
            at += aligned(length);
        }
        return values;
    }

    static int aligned(int length) {
        return length + 3 & ~3;
    }

    static byte[] raw(ByteBuffer value) {
        byte[] bytes = new byte[value.remaining()];
        value.get(value.position(), bytes);
        return bytes;
    }

    /** Up to its NUL; "" of none. */
    static String text(@Nullable ByteBuffer value) {
        if (value == null) {
            return "";
        }
        String text = new String(raw(value), UTF_8);
        int end = text.indexOf('\0');
        return end < 0 ? text : text.substring(0, end);
    }
}
