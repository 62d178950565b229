package io.jpod.abi;

/**
 * Message types and attributes of the packet filter's netlink, in their Linux spelling: {@code linux/netfilter/nfnetlink.h},
 * {@code nfnetlink_conntrack.h}, {@code nf_tables.h}. The same on every architecture; numbers in attributes are big endian.
 */
public final class Nfnetlink {
    private Nfnetlink() {}

    public static final int NETLINK_NETFILTER = 12;
    public static final int NFNL_SUBSYS_CTNETLINK = 1;
    public static final int NFNL_SUBSYS_NFTABLES = 10;
    public static final int NFPROTO_INET = 1;

    // Connection tracking
    public static final int IPCTNL_MSG_CT_GET = 1;
    public static final int IPCTNL_MSG_CT_DELETE = 2;
    public static final int CTA_TUPLE_ORIG = 1;
    public static final int CTA_TUPLE_REPLY = 2;
    public static final int CTA_ID = 12;
    public static final int CTA_ZONE = 18;
    public static final int CTA_FILTER = 25;
    public static final int CTA_TUPLE_IP = 1;
    public static final int CTA_TUPLE_PROTO = 2;
    public static final int CTA_IP_V4_SRC = 1;
    public static final int CTA_IP_V4_DST = 2;
    public static final int CTA_IP_V6_SRC = 3;
    public static final int CTA_IP_V6_DST = 4;
    public static final int CTA_PROTO_NUM = 1;
    public static final int CTA_PROTO_DST_PORT = 3;

    // Filters of dumps (Linux 5.8). The flags stand in no header: net/netfilter/nf_conntrack_netlink.c
    public static final int CTA_FILTER_ORIG_FLAGS = 1;
    public static final int CTA_FILTER_REPLY_FLAGS = 2;
    public static final int CTA_FILTER_F_CTA_IP_SRC = 1;
    public static final int CTA_FILTER_F_CTA_PROTO_NUM = 1 << 3;
    public static final int CTA_FILTER_F_CTA_PROTO_DST_PORT = 1 << 5;

    // Rules
    public static final int NFT_MSG_GETRULE = 7;
    public static final int NFT_MSG_GETSETELEM = 13;
    public static final int NFTA_RULE_TABLE = 1;
    public static final int NFTA_RULE_CHAIN = 2;
    public static final int NFTA_SET_ELEM_LIST_TABLE = 1;
    public static final int NFTA_SET_ELEM_LIST_SET = 2;
    public static final int NFTA_SET_ELEM_LIST_ELEMENTS = 3;
    public static final int NFTA_SET_ELEM_KEY = 1;
    public static final int NFTA_SET_ELEM_DATA = 2;
    public static final int NFTA_DATA_VALUE = 1;
}
