package io.jpod.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jpod.abi.Flags;
import io.jpod.abi.Sys;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** In a network namespace of its own. */
@Tag("root")
class NetlinkTest {
    private static final byte[] MAC = {2, 0, 0, 0, 0, 1};

    private interface Body {
        void run(Netlink netlink) throws Exception;
    }

    private static void inNewNamespace(Body body) throws Exception {
        ThrowAwayThread.onThread(() -> {
            assertThat(Kernel.get().syscall(Sys.UNSHARE, Flags.CLONE_NEWNET)).isZero();
            try (Netlink netlink = Netlink.open()) {
                body.run(netlink);
            }
            return null;
        });
    }

    @Test
    void aLinkIsWhatItWasMade() throws Exception {
        inNewNamespace(netlink -> {
            netlink.createBridge("br0", MAC, 1400, 7);
            netlink.setAlias("br0", "what it is for");
            netlink.setUp("br0");
            Netlink.Link link = netlink.link("br0").orElseThrow();
            assertThat(link)
                    .isEqualTo(new Netlink.Link(
                            link.index(), "br0", "what it is for", "bridge", 0, "02:00:00:00:00:01", 1400, 7, true));
            assertThat(netlink.links()).extracting(Netlink.Link::name).containsExactlyInAnyOrder("lo", "br0");
            netlink.addAddress(link.index(), Cidr.parse("10.1.2.3/24"));
            assertThat(netlink.addresses()).contains(new Netlink.LinkAddress(link.index(), Cidr.parse("10.1.2.3/24")));
            assertThat(netlink.routes()).contains(Cidr.parse("10.1.2.0/24"));
            assertThat(netlink.deleteLink("br0")).isTrue();
            assertThat(netlink.deleteLink("br0")).isFalse();
            assertThat(netlink.link("br0")).isEmpty();
        });
    }

    @Test
    void aRefusalHasTheWordsOfTheKernel() throws Exception {
        inNewNamespace(netlink -> {
            netlink.createBridge("br0", MAC, 0, 0);
            int index = netlink.link("br0").orElseThrow().index();
            assertThatThrownBy(() -> netlink.createBridge("br0", MAC, 0, 0))
                    .isInstanceOf(NetlinkException.class)
                    .hasMessage("create bridge br0: EEXIST (file exists)");
            assertThatThrownBy(() -> netlink.addDefaultRoute(index, Ip.parse("10.9.9.9")))
                    .hasMessage(
                            "add default route by 10.9.9.9: ENETUNREACH (network is unreachable): Nexthop has invalid gateway");
            assertThat(netlink.link("br0")).isPresent();
        });
    }

    @Test
    void aSocketStaysInTheNamespaceWhereItWasMade() throws Exception {
        inNewNamespace(netlink -> {
            try (Fd own = Linux.open("/proc/thread-self/ns/net", Flags.O_RDONLY, 0)) {
                netlink.createBridge("here", MAC, 0, 0);
                List<String> names = ThrowAwayThread.onThread(() -> {
                    try (Netlink again = Netlink.in(own)) {
                        return again.links().stream().map(Netlink.Link::name).toList();
                    }
                });
                assertThat(names).contains("here");
            }
        });
        try (Netlink outside = Netlink.open()) {
            assertThat(outside.links()).extracting(Netlink.Link::name).doesNotContain("here");
        }
    }

    @Test
    void manyLinksAreAllListed() throws Exception {
        inNewNamespace(netlink -> {
            for (int i = 0; i < 150; i++) {
                netlink.createBridge("br" + i, MAC, 0, 0);
            }
            Set<Integer> indexes = new java.util.HashSet<>();
            netlink.links().forEach(link -> indexes.add(link.index()));
            assertThat(indexes).hasSize(151);
        });
    }

    @Test
    void rulesAreTakenOrRefusedAsAWhole() throws Exception {
        inNewNamespace(netlink -> {
            assertThatThrownBy(() -> Nftables.run("add table inet one\nadd chain inet two three"))
                    .isInstanceOf(Nftables.Refused.class)
                    .hasMessageStartingWith("nft: Error: ");
            assertThat(Nftables.run("list tables")).isEmpty();
            Nftables.run("add table inet one");
            assertThat(Nftables.run("list tables")).isEqualTo("table inet one\n");
        });
    }
}
