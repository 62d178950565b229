package io.jpod.linux;

import io.jpod.abi.Nfnetlink;
import io.jpod.abi.Rtnetlink;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What the packet filter has of a table of family inet, counted: enough to see that somebody has flushed it, and a hundred times
 * faster than asking nft(8), which has to be loaded for it. In the calling thread's network namespace.
 */
public final class InstalledRules implements AutoCloseable {
    private final Netlink netlink = Netlink.open(Nfnetlink.NETLINK_NETFILTER);

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

    /** How many elements a set or map has; 0 if it is not there. */
    public int elements(String table, String set) {
        NetlinkMessage message = message(Nfnetlink.NFT_MSG_GETSETELEM)
                .with(Nfnetlink.NFTA_SET_ELEM_LIST_TABLE, table)
                .with(Nfnetlink.NFTA_SET_ELEM_LIST_SET, set);
        return netlink
                .dumpIfThere(
                        "list elements of " + table + " " + set,
                        message,
                        body -> NetlinkMessage.count(
                                NetlinkMessage.filterAttributes(body).get(Nfnetlink.NFTA_SET_ELEM_LIST_ELEMENTS)))
                .stream()
                .mapToInt(Integer::intValue)
                .sum();
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
