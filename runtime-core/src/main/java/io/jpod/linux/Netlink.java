package io.jpod.linux;

import io.jpod.abi.Errno;
import io.jpod.abi.Flags;
import io.jpod.abi.Rtnetlink;
import io.jpod.abi.Sys;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Links, addresses and routes by rtnetlink(7): one request, one method. A netlink socket belongs to the network namespace where
 * it was made, so any thread may use it afterwards, one at a time. Each method throws {@link NetlinkException} when the kernel
 * refuses.
 */
public final class Netlink implements AutoCloseable {
    private static final int RECEIVED = 64 << 10;
    private static final int IFINFOMSG = 16;
    private static final int IFADDRMSG = 8;
    private static final int RTMSG = 12;

    private final Fd socket;
    private int sequence;

    private Netlink(Fd socket) {
        this.socket = socket;
    }

    /**
     * A network interface.
     *
     * @param alias "" if it has none
     * @param kind such as bridge or veth; "" for hardware and loopback
     * @param master index of the bridge that it is a port of, or 0
     * @param mac in hexadecimal with colons; "" if it has none
     */
    public record Link(
            int index,
            String name,
            String alias,
            String kind,
            int master,
            String mac,
            int mtu,
            int group,
            boolean isUp) {}

    /** An address of the link with this index. */
    public record LinkAddress(int link, Cidr address) {}

    /**
     * The end of a veth pair that is made in another namespace.
     *
     * @param namespace stays the caller's
     */
    public record Peer(String name, byte[] mac, Fd namespace) {}

    /** A socket of the calling thread's network namespace. */
    public static Netlink open() {
        return open(Rtnetlink.NETLINK_ROUTE);
    }

    static Netlink open(int protocol) {
        Fd fd = new Fd((int)
                Linux.retry(Sys.SOCKET, "netlink", Flags.AF_NETLINK, Flags.SOCK_RAW | Flags.SOCK_CLOEXEC, protocol, 0));
        try {
            for (int option : new int[] {Rtnetlink.NETLINK_EXT_ACK, Rtnetlink.NETLINK_CAP_ACK}) {
                InetSockets.setsockopt(fd, Rtnetlink.SOL_NETLINK, option, 1);
            }
            return new Netlink(fd);
        } catch (SyscallException e) {
            fd.close();
            throw e;
        }
    }

    /** A socket of another network namespace, whose descriptor stays the caller's. */
    public static Netlink in(Fd namespace) {
        return NetworkNamespace.call(namespace, Netlink::open);
    }

    /** @param mtu 0 for the kernel's default */
    public void createBridge(String name, byte[] mac, int mtu, int group) {
        NetlinkMessage message = create().with(Rtnetlink.IFLA_IFNAME, name)
                .with(Rtnetlink.IFLA_ADDRESS, mac)
                .with(Rtnetlink.IFLA_GROUP, group);
        mtu(message, mtu);
        message.nested(Rtnetlink.IFLA_LINKINFO, () -> message.with(Rtnetlink.IFLA_INFO_KIND, "bridge"));
        request("create bridge " + name, message);
    }

    /**
     * Makes a pair of connected links: one here, up and a port of a bridge, the other one in its namespace, down.
     *
     * @param bridge index of the bridge
     * @param mtu of both; 0 for the kernel's default
     */
    public void createVeth(String name, int bridge, int mtu, Peer peer) {
        NetlinkMessage message = new NetlinkMessage(
                        Rtnetlink.RTM_NEWLINK, Rtnetlink.NLM_F_ACK | Rtnetlink.NLM_F_CREATE | Rtnetlink.NLM_F_EXCL)
                .link(0, 0, Flags.IFF_UP)
                .with(Rtnetlink.IFLA_IFNAME, name)
                .with(Rtnetlink.IFLA_MASTER, bridge);
        mtu(message, mtu);
        message.nested(
                Rtnetlink.IFLA_LINKINFO,
                () -> message.with(Rtnetlink.IFLA_INFO_KIND, "veth")
                        .nested(
                                Rtnetlink.IFLA_INFO_DATA,
                                () -> message.nested(Rtnetlink.VETH_INFO_PEER, () -> {
                                    message.link(0, 0, 0)
                                            .with(Rtnetlink.IFLA_IFNAME, peer.name())
                                            .with(Rtnetlink.IFLA_ADDRESS, peer.mac())
                                            .with(
                                                    Rtnetlink.IFLA_NET_NS_FD,
                                                    peer.namespace().number());
                                    mtu(message, mtu);
                                })));
        request("create veth " + name + " with peer " + peer.name(), message);
    }

    /** Sets what the link tells about itself (ifalias), at most 255 bytes. */
    public void setAlias(String name, String alias) {
        request("set alias of " + name, change(name, 0).with(Rtnetlink.IFLA_IFALIAS, alias));
    }

    /** The same for the port of a bridge, which may from now on send back what came in through it (hairpin). */
    public void setPort(String name, String alias) {
        NetlinkMessage message = change(name, 0).with(Rtnetlink.IFLA_IFALIAS, alias);
        message.nested(
                Rtnetlink.IFLA_LINKINFO,
                () -> message.with(Rtnetlink.IFLA_INFO_SLAVE_KIND, "bridge")
                        .nested(
                                Rtnetlink.IFLA_INFO_SLAVE_DATA,
                                () -> message.with(Rtnetlink.IFLA_BRPORT_MODE, new byte[] {1})));
        request("set port " + name, message);
    }

    /** For rules of the packet filter that mean several links at once. */
    public void setGroup(String name, int group) {
        request("set group of " + name, change(name, 0).with(Rtnetlink.IFLA_GROUP, group));
    }

    /** Forgets which MAC address an address had on a link, if that is known. */
    public void forgetNeighbour(int link, Ip address) {
        NetlinkMessage message = new NetlinkMessage(Rtnetlink.RTM_DELNEIGH, Rtnetlink.NLM_F_ACK)
                .neighbour(address.family(), link)
                .with(Rtnetlink.NDA_DST, address.bytes());
        try {
            request("forget neighbour " + address, message);
        } catch (NetlinkException e) {
            if (!e.is(Errno.ENOENT)) {
                throw e;
            }
        }
    }

    /** Makes a link the port of a bridge. */
    public void setMaster(String name, int bridge) {
        request("set master of " + name, change(name, 0).with(Rtnetlink.IFLA_MASTER, bridge));
    }

    public void setUp(String name) {
        request("set " + name + " up", change(name, Flags.IFF_UP));
    }

    /** Without duplicate address detection: an IPv6 address can be used at once. */
    public void addAddress(int link, Cidr address) {
        byte[] bytes = address.address().bytes();
        NetlinkMessage message = new NetlinkMessage(
                        Rtnetlink.RTM_NEWADDR, Rtnetlink.NLM_F_ACK | Rtnetlink.NLM_F_CREATE | Rtnetlink.NLM_F_EXCL)
                .address(address.address().family(), address.prefix(), link)
                .with(Rtnetlink.IFA_LOCAL, bytes)
                .with(Rtnetlink.IFA_ADDRESS, bytes)
                .with(Rtnetlink.IFA_FLAGS, Rtnetlink.IFA_F_NODAD);
        request("add address " + address, message);
    }

    /** A route to everything that has no better one. */
    public void addDefaultRoute(int link, Ip gateway) {
        NetlinkMessage message = new NetlinkMessage(
                        Rtnetlink.RTM_NEWROUTE, Rtnetlink.NLM_F_ACK | Rtnetlink.NLM_F_CREATE | Rtnetlink.NLM_F_EXCL)
                .route(gateway.family(), 0)
                .with(Rtnetlink.RTA_GATEWAY, gateway.bytes())
                .with(Rtnetlink.RTA_OIF, link);
        request("add default route by " + gateway, message);
    }

    /** @return false if there is none of that name */
    public boolean deleteLink(String name) {
        NetlinkMessage message = new NetlinkMessage(Rtnetlink.RTM_DELLINK, Rtnetlink.NLM_F_ACK)
                .link(0, 0, 0)
                .with(Rtnetlink.IFLA_IFNAME, name);
        try {
            request("delete link " + name, message);
            return true;
        } catch (NetlinkException e) {
            if (e.is(Errno.ENODEV)) {
                return false;
            }
            throw e;
        }
    }

    public Optional<Link> link(String name) {
        NetlinkMessage message = new NetlinkMessage(Rtnetlink.RTM_GETLINK, Rtnetlink.NLM_F_ACK)
                .link(0, 0, 0)
                .with(Rtnetlink.IFLA_EXT_MASK, Rtnetlink.RTEXT_FILTER_SKIP_STATS)
                .with(Rtnetlink.IFLA_IFNAME, name);
        List<Link> found = new ArrayList<>();
        try {
            exchange("get link " + name, message, (type, body) -> found.add(link(body)));
        } catch (NetlinkException e) {
            if (!e.is(Errno.ENODEV)) {
                throw e;
            }
        }
        return found.stream().findFirst();
    }

    /** All of the namespace. */
    public List<Link> links() {
        NetlinkMessage message = new NetlinkMessage(Rtnetlink.RTM_GETLINK, Rtnetlink.NLM_F_DUMP)
                .link(0, 0, 0)
                .with(Rtnetlink.IFLA_EXT_MASK, Rtnetlink.RTEXT_FILTER_SKIP_STATS);
        return dump("list links", message, Netlink::link);
    }

    /** All of the namespace, of all links. */
    public List<LinkAddress> addresses() {
        NetlinkMessage message = new NetlinkMessage(Rtnetlink.RTM_GETADDR, Rtnetlink.NLM_F_DUMP).address(0, 0, 0);
        return dump("list addresses", message, Netlink::address);
    }

    /** Where the unicast routes of all tables lead to, without the default ones. */
    public List<Cidr> routes() {
        NetlinkMessage message = new NetlinkMessage(Rtnetlink.RTM_GETROUTE, Rtnetlink.NLM_F_DUMP).route(0, 0);
        return dump("list routes", message, Netlink::route);
    }

    private static NetlinkMessage create() {
        int flags = Rtnetlink.NLM_F_ACK | Rtnetlink.NLM_F_CREATE | Rtnetlink.NLM_F_EXCL;
        return new NetlinkMessage(Rtnetlink.RTM_NEWLINK, flags).link(0, 0, 0);
    }

    private static NetlinkMessage change(String name, long flags) {
        return new NetlinkMessage(Rtnetlink.RTM_NEWLINK, Rtnetlink.NLM_F_ACK)
                .link(0, 0, flags)
                .with(Rtnetlink.IFLA_IFNAME, name);
    }

    private static void mtu(NetlinkMessage message, int mtu) {
        if (mtu > 0) {
            message.with(Rtnetlink.IFLA_MTU, mtu);
        }
    }

    private static Link link(ByteBuffer body) {
        int index = body.getInt(4);
        boolean isUp = (body.getInt(8) & Flags.IFF_UP) != 0;
        Map<Integer, ByteBuffer> attributes = NetlinkMessage.attributes(body.position(IFINFOMSG));
        ByteBuffer info = attributes.get(Rtnetlink.IFLA_LINKINFO);
        ByteBuffer kind = info == null ? null : NetlinkMessage.attributes(info).get(Rtnetlink.IFLA_INFO_KIND);
        ByteBuffer mac = attributes.get(Rtnetlink.IFLA_ADDRESS);
        return new Link(
                index,
                text(attributes.get(Rtnetlink.IFLA_IFNAME)),
                text(attributes.get(Rtnetlink.IFLA_IFALIAS)),
                text(kind),
                number(attributes.get(Rtnetlink.IFLA_MASTER)),
                mac == null ? "" : HexFormat.ofDelimiter(":").formatHex(NetlinkMessage.raw(mac)),
                number(attributes.get(Rtnetlink.IFLA_MTU)),
                number(attributes.get(Rtnetlink.IFLA_GROUP)),
                isUp);
    }

    /** IFA_LOCAL is the own one on links between two points, and absent in IPv6 unless it differs. */
    private static @Nullable LinkAddress address(ByteBuffer body) {
        int prefix = Byte.toUnsignedInt(body.get(1));
        int index = body.getInt(4);
        Map<Integer, ByteBuffer> attributes = NetlinkMessage.attributes(body.position(IFADDRMSG));
        ByteBuffer own = attributes.getOrDefault(Rtnetlink.IFA_LOCAL, attributes.get(Rtnetlink.IFA_ADDRESS));
        return own == null ? null : new LinkAddress(index, new Cidr(Ip.of(NetlinkMessage.raw(own)), prefix));
    }

    private static @Nullable Cidr route(ByteBuffer body) {
        int family = body.get(0);
        int prefix = Byte.toUnsignedInt(body.get(1));
        int type = body.get(7);
        ByteBuffer to = NetlinkMessage.attributes(body.position(RTMSG)).get(Rtnetlink.RTA_DST);
        boolean isInternet = family == Flags.AF_INET || family == Flags.AF_INET6;
        return !isInternet || type != Rtnetlink.RTN_UNICAST || to == null
                ? null
                : new Cidr(Ip.of(NetlinkMessage.raw(to)), prefix);
    }

    private static String text(@Nullable ByteBuffer value) {
        return value == null ? "" : NetlinkMessage.text(value);
    }

    private static int number(@Nullable ByteBuffer value) {
        return value == null ? 0 : value.getInt(0);
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
    private boolean exchange(String what, NetlinkMessage message, BiConsumer<Integer, ByteBuffer> answer) {
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
                    isWhole[0] &= (flags & Rtnetlink.NLM_F_DUMP_INTR) == 0;
                    ByteBuffer body = one.slice(NetlinkMessage.HEADER, one.limit() - NetlinkMessage.HEADER)
                            .order(ByteOrder.nativeOrder());
                    switch (type) {
                        case Rtnetlink.NLMSG_ERROR, Rtnetlink.NLMSG_DONE -> {
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
        if ((flags & Rtnetlink.NLM_F_ACK_TLVS) != 0 && body.limit() > attributes) {
            words = NetlinkMessage.attributes(body.position(attributes)).get(Rtnetlink.NLMSGERR_ATTR_MSG);
        }
        throw new NetlinkException(what, errno, text(words));
    }

    @Override
    public void close() {
        socket.close();
    }
}
