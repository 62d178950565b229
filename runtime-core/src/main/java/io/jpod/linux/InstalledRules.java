package io.jpod.linux;

import io.jpod.abi.Nfnetlink;
import io.jpod.abi.Rtnetlink;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What the packet filter has of a table of family inet: its rules counted, enough to see that somebody has flushed them, and what is in
 * its maps. A hundred times faster than asking nft(8), which has to be loaded for it. In the calling thread's network namespace.
 */
public final class InstalledRules implements AutoCloseable {
    private final NetlinkSocket netlink = NetlinkSocket.open(Nfnetlink.NETLINK_NETFILTER);

    /** How many rules each chain of a table has; chains without any are left out. */
    public Map<String, Integer> rules(String table) {
        NetlinkMessage message = message(Nfnetlink.NFT_MSG_GETRULE).with(Nfnetlink.NFTA_RULE_TABLE, table);
        Map<String, Integer> rules = new TreeMap<>();
        for (String chain : netlink.dumpIfThere("list rules of " + table, message, InstalledRules::chain)) {
            rules.merge(chain, 1, Integer::sum);
        }
        return rules;
    }

    private static @Nullable String chain(ByteBuffer body) {
        ByteBuffer chain = NetlinkMessage.filterAttributes(body).get(Nfnetlink.NFTA_RULE_CHAIN);
        return chain == null ? null : NetlinkMessage.text(chain);
    }

    /** An element of a map as the kernel has it: fields of four bytes, or more, in network byte order. */
    public record Element(ByteBuffer key, ByteBuffer value) {}

    /** What is in a map; nothing if it is not there. */
    public Set<Element> elements(String table, String map) {
        NetlinkMessage message = message(Nfnetlink.NFT_MSG_GETSETELEM)
                .with(Nfnetlink.NFTA_SET_ELEM_LIST_TABLE, table)
                .with(Nfnetlink.NFTA_SET_ELEM_LIST_SET, map);
        Set<Element> elements = new HashSet<>();
        netlink.dumpIfThere("list elements of " + table + " " + map, message, InstalledRules::elements)
                .forEach(elements::addAll);
        return elements;
    }

    private static List<Element> elements(ByteBuffer body) {
        return NetlinkMessage.list(NetlinkMessage.filterAttributes(body).get(Nfnetlink.NFTA_SET_ELEM_LIST_ELEMENTS))
                .stream()
                .map(element -> element(NetlinkMessage.attributes(element)))
                .toList();
    }

    private static Element element(Map<Integer, ByteBuffer> attributes) {
        return new Element(
                value(attributes.get(Nfnetlink.NFTA_SET_ELEM_KEY)),
                value(attributes.get(Nfnetlink.NFTA_SET_ELEM_DATA)));
    }

    private static ByteBuffer value(@Nullable ByteBuffer data) {
        ByteBuffer value = data == null ? null : NetlinkMessage.attributes(data).get(Nfnetlink.NFTA_DATA_VALUE);
        return ByteBuffer.wrap(value == null ? new byte[0] : NetlinkMessage.raw(value));
    }

    private static NetlinkMessage message(int type) {
        return new NetlinkMessage(Nfnetlink.NFNL_SUBSYS_NFTABLES << 8 | type, Rtnetlink.NLM_F_DUMP)
                .filter(Nfnetlink.NFPROTO_INET);
    }

    @Override
    public void close() {
        netlink.close();
    }
}
