package io.jpod.linux;

import static io.jpod.abi.Rtnetlink.*;

import io.jpod.abi.Errno;
import io.jpod.abi.Flags;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Links, addresses and routes by rtnetlink(7): one request, one method. A netlink socket belongs to the network namespace where
 * it was made, so any thread may use it afterwards, one at a time. Each method throws {@link NetlinkException} when the kernel
 * refuses.
 */
public final class Netlink implements AutoCloseable {
    private static final int IFINFOMSG = 16;
    private static final int IFADDRMSG = 8;
    private static final int RTMSG = 12;

    private final NetlinkSocket socket = NetlinkSocket.open(NETLINK_ROUTE);

    private Netlink() {}

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
        return new Netlink();
    }

    /** A socket of another network namespace, whose descriptor stays the caller's. */
    public static Netlink in(Fd namespace) {
        return NetworkNamespace.call(namespace, Netlink::open);
    }

    /** @param mtu 0 for the kernel's default */
    public void createBridge(String name, byte[] mac, int mtu, int group) {
        NetlinkMessage message =
                create().with(IFLA_IFNAME, name).with(IFLA_ADDRESS, mac).with(IFLA_GROUP, group);
        mtu(message, mtu);
        message.nested(IFLA_LINKINFO, () -> message.with(IFLA_INFO_KIND, "bridge"));
        socket.request("create bridge " + name, message);
    }

    /**
     * Makes a pair of connected links: one here, up and a port of a bridge, the other one in its namespace, down.
     *
     * @param bridge index of the bridge
     * @param mtu of both; 0 for the kernel's default
     */
    public void createVeth(String name, int bridge, int mtu, Peer peer) {
        NetlinkMessage message = new NetlinkMessage(RTM_NEWLINK, NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL)
                .link(0, 0, Flags.IFF_UP)
                .with(IFLA_IFNAME, name)
                .with(IFLA_MASTER, bridge);
        mtu(message, mtu);
        message.nested(
                IFLA_LINKINFO,
                () -> message.with(IFLA_INFO_KIND, "veth")
                        .nested(
                                IFLA_INFO_DATA,
                                () -> message.nested(VETH_INFO_PEER, () -> {
                                    message.link(0, 0, 0)
                                            .with(IFLA_IFNAME, peer.name())
                                            .with(IFLA_ADDRESS, peer.mac())
                                            .with(
                                                    IFLA_NET_NS_FD,
                                                    peer.namespace().number());
                                    mtu(message, mtu);
                                })));
        socket.request("create veth " + name + " with peer " + peer.name(), message);
    }

    /** Sets what the link tells about itself (ifalias), at most 255 bytes. */
    public void setAlias(String name, String alias) {
        socket.request("set alias of " + name, change(name, 0).with(IFLA_IFALIAS, alias));
    }

    /** The same for the port of a bridge, which may from now on send back what came in through it (hairpin). */
    public void setPort(String name, String alias) {
        NetlinkMessage message = change(name, 0).with(IFLA_IFALIAS, alias);
        message.nested(
                IFLA_LINKINFO,
                () -> message.with(IFLA_INFO_SLAVE_KIND, "bridge")
                        .nested(IFLA_INFO_SLAVE_DATA, () -> message.with(IFLA_BRPORT_MODE, new byte[] {1})));
        socket.request("set port " + name, message);
    }

    /** For rules of the packet filter that mean several links at once. */
    public void setGroup(String name, int group) {
        socket.request("set group of " + name, change(name, 0).with(IFLA_GROUP, group));
    }

    /** Forgets which MAC address an address had on a link, if that is known. */
    public void forgetNeighbour(int link, Ip address) {
        NetlinkMessage message = new NetlinkMessage(RTM_DELNEIGH, NLM_F_ACK)
                .neighbour(address.family(), link)
                .with(NDA_DST, address.bytes());
        try {
            socket.request("forget neighbour " + address, message);
        } catch (NetlinkException e) {
            if (!e.is(Errno.ENOENT)) {
                throw e;
            }
        }
    }

    /** Makes a link the port of a bridge. */
    public void setMaster(String name, int bridge) {
        socket.request("set master of " + name, change(name, 0).with(IFLA_MASTER, bridge));
    }

    public void setUp(String name) {
        socket.request("set " + name + " up", change(name, Flags.IFF_UP));
    }

    /** Without duplicate address detection: an IPv6 address can be used at once. */
    public void addAddress(int link, Cidr address) {
        byte[] bytes = address.address().bytes();
        NetlinkMessage message = new NetlinkMessage(RTM_NEWADDR, NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL)
                .address(address.address().family(), address.prefix(), link)
                .with(IFA_LOCAL, bytes)
                .with(IFA_ADDRESS, bytes)
                .with(IFA_FLAGS, IFA_F_NODAD);
        socket.request("add address " + address, message);
    }

    /** A route to everything that has no better one. */
    public void addDefaultRoute(int link, Ip gateway) {
        NetlinkMessage message = new NetlinkMessage(RTM_NEWROUTE, NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL)
                .route(gateway.family(), 0)
                .with(RTA_GATEWAY, gateway.bytes())
                .with(RTA_OIF, link);
        socket.request("add default route by " + gateway, message);
    }

    /** @return false if there is none of that name */
    public boolean deleteLink(String name) {
        NetlinkMessage message =
                new NetlinkMessage(RTM_DELLINK, NLM_F_ACK).link(0, 0, 0).with(IFLA_IFNAME, name);
        try {
            socket.request("delete link " + name, message);
            return true;
        } catch (NetlinkException e) {
            if (e.is(Errno.ENODEV)) {
                return false;
            }
            throw e;
        }
    }

    public Optional<Link> link(String name) {
        NetlinkMessage message = new NetlinkMessage(RTM_GETLINK, NLM_F_ACK)
                .link(0, 0, 0)
                .with(IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS)
                .with(IFLA_IFNAME, name);
        List<Link> found = new ArrayList<>();
        try {
            socket.exchange("get link " + name, message, (type, body) -> found.add(link(body)));
        } catch (NetlinkException e) {
            if (!e.is(Errno.ENODEV)) {
                throw e;
            }
        }
        return found.stream().findFirst();
    }

    /** All of the namespace. */
    public List<Link> links() {
        NetlinkMessage message =
                new NetlinkMessage(RTM_GETLINK, NLM_F_DUMP).link(0, 0, 0).with(IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
        return socket.dump("list links", message, Netlink::link);
    }

    /** All of the namespace, of all links. */
    public List<LinkAddress> addresses() {
        NetlinkMessage message = new NetlinkMessage(RTM_GETADDR, NLM_F_DUMP).address(0, 0, 0);
        return socket.dump("list addresses", message, Netlink::address);
    }

    /** Where the unicast routes of all tables lead to, without the default ones. */
    public List<Cidr> routes() {
        NetlinkMessage message = new NetlinkMessage(RTM_GETROUTE, NLM_F_DUMP).route(0, 0);
        return socket.dump("list routes", message, Netlink::route);
    }

    private static NetlinkMessage create() {
        int flags = NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL;
        return new NetlinkMessage(RTM_NEWLINK, flags).link(0, 0, 0);
    }

    private static NetlinkMessage change(String name, long flags) {
        return new NetlinkMessage(RTM_NEWLINK, NLM_F_ACK).link(0, 0, flags).with(IFLA_IFNAME, name);
    }

    private static void mtu(NetlinkMessage message, int mtu) {
        if (mtu > 0) {
            message.with(IFLA_MTU, mtu);
        }
    }

    private static Link link(ByteBuffer body) {
        int index = body.getInt(4);
        boolean isUp = (body.getInt(8) & Flags.IFF_UP) != 0;
        Map<Integer, ByteBuffer> attributes = NetlinkMessage.attributes(body.position(IFINFOMSG));
        ByteBuffer info = attributes.get(IFLA_LINKINFO);
        ByteBuffer kind = info == null ? null : NetlinkMessage.attributes(info).get(IFLA_INFO_KIND);
        ByteBuffer mac = attributes.get(IFLA_ADDRESS);
        return new Link(
                index,
                NetlinkMessage.text(attributes.get(IFLA_IFNAME)),
                NetlinkMessage.text(attributes.get(IFLA_IFALIAS)),
                NetlinkMessage.text(kind),
                number(attributes.get(IFLA_MASTER)),
                mac == null ? "" : HexFormat.ofDelimiter(":").formatHex(NetlinkMessage.raw(mac)),
                number(attributes.get(IFLA_MTU)),
                number(attributes.get(IFLA_GROUP)),
                isUp);
    }

    /** IFA_LOCAL is the own one on links between two points, and absent in IPv6 unless it differs. */
    private static @Nullable LinkAddress address(ByteBuffer body) {
        int prefix = Byte.toUnsignedInt(body.get(1));
        int index = body.getInt(4);
        Map<Integer, ByteBuffer> attributes = NetlinkMessage.attributes(body.position(IFADDRMSG));
        ByteBuffer own = attributes.getOrDefault(IFA_LOCAL, attributes.get(IFA_ADDRESS));
        return own == null ? null : new LinkAddress(index, new Cidr(Ip.of(NetlinkMessage.raw(own)), prefix));
    }

    private static @Nullable Cidr route(ByteBuffer body) {
        int family = body.get(0);
        int prefix = Byte.toUnsignedInt(body.get(1));
        int type = body.get(7);
        ByteBuffer to = NetlinkMessage.attributes(body.position(RTMSG)).get(RTA_DST);
        boolean isInternet = family == Flags.AF_INET || family == Flags.AF_INET6;
        return !isInternet || type != RTN_UNICAST || to == null
                ? null
                : new Cidr(Ip.of(NetlinkMessage.raw(to)), prefix);
    }

    private static int number(@Nullable ByteBuffer value) {
        return value == null ? 0 : value.getInt(0);
    }

    @Override
    public void close() {
        socket.close();
    }
}
