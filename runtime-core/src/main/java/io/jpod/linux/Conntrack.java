package io.jpod.linux;

import io.jpod.abi.Errno;
import io.jpod.abi.Nfnetlink;
import io.jpod.abi.Rtnetlink;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Forgets connections that the kernel follows, conntrack(8). An entry is chosen once, by the first packet, and holds as long as
 * packets come: whoever goes on to send by it is led to where an address or a port was, and not to where it is. In the calling
 * thread's network namespace.
 */
public final class Conntrack implements AutoCloseable {
    private final NetlinkSocket netlink = NetlinkSocket.open(Nfnetlink.NETLINK_NETFILTER);

    /**
     * One that is followed.
     *
     * @param source who began it
     * @param destination whom it was sent to
     * @param answerer who answers: another one than the destination if that was translated
     */
    public record Flow(Ip source, Ip destination, Ip answerer) {
        public boolean isTranslated() {
            return !answerer.equals(destination);
        }
    }

    /** Forgets what an address has begun, and what is answered by it, under whatever address it was called. */
    public void forget(Ip address) {
        byte[] ip = address.bytes();
        int type = address.isV6() ? Nfnetlink.CTA_IP_V6_SRC : Nfnetlink.CTA_IP_V4_SRC;
        int flag = Nfnetlink.CTA_FILTER_F_CTA_IP_SRC;
        for (boolean begun : new boolean[] {true, false}) {
            int tuple = begun ? Nfnetlink.CTA_TUPLE_ORIG : Nfnetlink.CTA_TUPLE_REPLY;
            NetlinkMessage message = dump(address.family());
            message.nested(tuple, () -> message.nested(Nfnetlink.CTA_TUPLE_IP, () -> message.with(type, ip)));
            filter(message, begun ? flag : 0, begun ? 0 : flag);
            forget(
                    "connections of " + address,
                    message,
                    address.family(),
                    flow -> (begun ? flow.source() : flow.answerer()).equals(address));
        }
    }

    /**
     * Forgets some of those that were sent to a port.
     *
     * @param protocol number, see protocols(5)
     */
    public void forget(int protocol, int port, boolean isV6, Predicate<Flow> which) {
        int family = Ip.family(isV6);
        NetlinkMessage message = dump(family);
        byte[] number = {(byte) protocol};
        byte[] destination = {(byte) (port >> 8), (byte) port};
        message.nested(
                Nfnetlink.CTA_TUPLE_ORIG,
                () -> message.nested(
                        Nfnetlink.CTA_TUPLE_PROTO,
                        () -> message.with(Nfnetlink.CTA_PROTO_NUM, number)
                                .with(Nfnetlink.CTA_PROTO_DST_PORT, destination)));
        filter(message, Nfnetlink.CTA_FILTER_F_CTA_PROTO_NUM | Nfnetlink.CTA_FILTER_F_CTA_PROTO_DST_PORT, 0);
        forget("connections to port " + port, message, family, which);
    }

    private static NetlinkMessage dump(int family) {
        return new NetlinkMessage(
                        Nfnetlink.NFNL_SUBSYS_CTNETLINK << 8 | Nfnetlink.IPCTNL_MSG_CT_GET, Rtnetlink.NLM_F_DUMP)
                .filter(family);
    }

    /** The kernel looks through all of them, and tells only of these. */
    private static void filter(NetlinkMessage message, int original, int reply) {
        message.nested(
                Nfnetlink.CTA_FILTER,
                () -> message.with(Nfnetlink.CTA_FILTER_ORIG_FLAGS, original)
                        .with(Nfnetlink.CTA_FILTER_REPLY_FLAGS, reply));
    }

    private record Entry(Flow flow, byte[] original, byte @Nullable [] id, byte @Nullable [] zone) {}

    private void forget(String what, NetlinkMessage dump, int family, Predicate<Flow> which) {
        List<Entry> entries;
        try {
            entries = netlink.dumpIfThere("list " + what, dump, Conntrack::entry);
        } catch (NetlinkException e) {
            // Nothing is followed: the kernel has not been asked to, or cannot.
            if (e.is(Errno.EINVAL) || e.is(Errno.EOPNOTSUPP)) {
                return;
            }
            throw e;
        }
        for (Entry entry : entries) {
            if (which.test(entry.flow())) {
                delete("forget " + what, entry, family);
            }
        }
    }

    private void delete(String what, Entry entry, int family) {
        NetlinkMessage message = new NetlinkMessage(
                        Nfnetlink.NFNL_SUBSYS_CTNETLINK << 8 | Nfnetlink.IPCTNL_MSG_CT_DELETE, Rtnetlink.NLM_F_ACK)
                .filter(family)
                .with(Nfnetlink.CTA_TUPLE_ORIG | Rtnetlink.NLA_F_NESTED, entry.original());
        if (entry.id() != null) {
            message.with(Nfnetlink.CTA_ID, entry.id());
        }
        if (entry.zone() != null) {
            message.with(Nfnetlink.CTA_ZONE, entry.zone());
        }
        try {
            netlink.request(what, message);
        } catch (NetlinkException e) {
            // It has ended meanwhile.
            if (!e.is(Errno.ENOENT)) {
                throw e;
            }
        }
    }

    private static @Nullable Entry entry(ByteBuffer body) {
        Map<Integer, ByteBuffer> attributes = NetlinkMessage.filterAttributes(body);
        ByteBuffer original = attributes.get(Nfnetlink.CTA_TUPLE_ORIG);
        ByteBuffer reply = attributes.get(Nfnetlink.CTA_TUPLE_REPLY);
        if (original == null || reply == null) {
            return null;
        }
        byte[] raw = NetlinkMessage.raw(original);
        Flow flow = new Flow(ip(original, true), ip(original, false), ip(reply, true));
        return new Entry(flow, raw, raw(attributes.get(Nfnetlink.CTA_ID)), raw(attributes.get(Nfnetlink.CTA_ZONE)));
    }

    private static byte @Nullable [] raw(@Nullable ByteBuffer value) {
        return value == null ? null : NetlinkMessage.raw(value);
    }

    private static Ip ip(ByteBuffer tuple, boolean isSource) {
        ByteBuffer addresses = NetlinkMessage.attributes(tuple.duplicate().order(ByteOrder.nativeOrder()))
                .get(Nfnetlink.CTA_TUPLE_IP);
        Map<Integer, ByteBuffer> ips = NetlinkMessage.attributes(Objects.requireNonNull(addresses));
        ByteBuffer v4 = ips.get(isSource ? Nfnetlink.CTA_IP_V4_SRC : Nfnetlink.CTA_IP_V4_DST);
        ByteBuffer v6 = ips.get(isSource ? Nfnetlink.CTA_IP_V6_SRC : Nfnetlink.CTA_IP_V6_DST);
        return Ip.of(NetlinkMessage.raw(v4 == null ? Objects.requireNonNull(v6) : v4));
    }

    @Override
    public void close() {
        netlink.close();
    }
}
