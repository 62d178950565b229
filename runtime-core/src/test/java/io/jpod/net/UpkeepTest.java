package io.jpod.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jpod.exec.Spawner;
import io.jpod.linux.Fd;
import io.jpod.linux.Ip;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is on the host is compared with what should be there, and what is used again leads to who has it now. */
@Tag("root")
class UpkeepTest extends NetworkTests {
    private static AttachRequest at(String pod, String ip, String mac) {
        return new AttachRequest(pod, List.of(), Ip.parse(ip), null, mac, List.of());
    }

    // ---- host state is checked, not believed

    /** @param told some of what is then said to be missing */
    record Loss(String command, String told) {
        @Override
        public String toString() {
            return command;
        }
    }

    static Stream<Loss> losses() {
        return Stream.of(
                new Loss("nft flush ruleset", "nft table jpod-jpod0"),
                new Loss("nft delete table inet jpod-jpod0", "nft table jpod-jpod0"),
                new Loss("nft flush table inet jpod-jpod0", "nft table jpod-jpod0"),
                new Loss("nft flush chain inet jpod-jpod0 prerouting", "nft table jpod-jpod0"),
                new Loss("nft flush chain inet jpod-jpod0 postrouting", "nft table jpod-jpod0"),
                new Loss("nft flush map inet jpod-jpod0 any4", "nft table jpod-jpod0"),
                new Loss("nft delete element inet jpod-jpod0 any4 '{ tcp . 8080 }'", "nft table jpod-jpod0"),
                new Loss(
                        "nft 'delete element inet jpod-jpod0 any4 { tcp . 8080 };"
                                + " add element inet jpod-jpod0 any4 { tcp . 8080 : 10.89.0.3 . 80 }'",
                        "nft table jpod-jpod0"),
                new Loss(
                        "nft add element inet jpod-jpod0 any4 '{ tcp . 8888 : 10.89.0.2 . 80 }'",
                        "nft table jpod-jpod0"),
                new Loss("ip link del jpod0", "bridge jpod0 is gone"),
                new Loss("ip link set jpod0 down", "bridge jpod0 is down"),
                new Loss("ip addr flush dev jpod0", "no address 10.89.0.1/24"),
                new Loss("ip addr del 10.89.0.1/24 dev jpod0", "no address 10.89.0.1/24"),
                new Loss("ip link del jpod0; nft flush ruleset", "bridge jpod0 is gone"),
                new Loss("ip link set jpod0 group 0", "another group"),
                new Loss(
                        "ip link set $(ip -br link | grep -o '^jp[0-9a-f]*@' | head -1 | tr -d @) nomaster",
                        "not in jpod0"),
                new Loss("ip link set $(ip -br link | grep -o '^jp[0-9a-f]*@' | head -1 | tr -d @) down", "is down"),
                new Loss(
                        "for l in $(ip -br link | grep -o '^jp[0-9a-f]*@' | tr -d @); do ip link del $l; done",
                        "is gone"),
                new Loss("echo 0 > /proc/sys/net/ipv4/ip_forward", "net.ipv4.ip_forward"),
                new Loss("echo 0 > /proc/sys/net/ipv6/conf/all/forwarding", "net.ipv6.conf.all.forwarding"),
                new Loss("echo 0 > /proc/sys/net/ipv4/conf/jpod0/route_localnet", "route_localnet"));
    }

    @ParameterizedTest
    @MethodSource("losses")
    void whatIsTakenAwayIsToldAndPutBack(Loss loss) throws Exception {
        Host.with(() -> {
            Network network = dual("n");
            try (Fd a = Host.namespace();
                    Fd b = Host.namespace();
                    ServerSocket web = Host.in(a, () -> Host.serve("a", 80));
                    ServerSocket other = Host.in(b, () -> Host.serve("b", 80))) {
                assertThat(web.isBound() && other.isBound()).isTrue();
                networks.attach(network, a, "eth0", publishing("a", "8080:80", "127.0.0.1:8081:80"));
                networks.attach(network, b, "eth0", publishing("b", "9090:80"));
                assertThat(networks.missing("n")).isEmpty();
                Host.sh(loss.command());
                assertThat(networks.missing("n")).anyMatch(told -> told.contains(loss.told()));

                networks.restore("n", "a", a);
                networks.restore("n", "b", b);
                assertThat(networks.missing("n")).isEmpty();
                assertReaches("127.0.0.1", 8080, "a");
                assertReaches("127.0.0.1", 8081, "a");
                assertReaches("127.0.0.1", 9090, "b");
                assertThat(Host.in(b, () -> Host.call("10.89.0.2", 80))).startsWith("a ");
                assertThat(Host.in(a, () -> Host.call("10.89.0.1", 9090))).startsWith("b ");
                networks.detach("n", "a");
                networks.detach("n", "b");
            }
            assertNothingIsLeft();
        });
    }

    /** Whoever is connected stays so, and is followed by the same entry. */
    @ParameterizedTest
    @ValueSource(strings = {"delete element inet jpod-jpod0 any4 { udp . 9999 }", "flush ruleset"})
    void connectionsGoOnWhenRulesArePutBack(String loss) throws Exception {
        Host.with(() -> {
            Network network = dual("n");
            try (Fd a = Host.namespace();
                    DatagramSocket server = Host.in(a, () -> Host.echo("a", 53));
                    DatagramSocket client = client()) {
                assertThat(server.isBound()).isTrue();
                networks.attach(
                        network, a, "eth0", publishing("a", "5353:53/udp", "9999:99/udp", "127.0.0.1:5354:53/udp"));
                assertThat(ask(client, "10.89.0.1", 5353)).isEqualTo("a hi");
                String before = Host.sh("conntrack -L -o id 2>/dev/null | grep -o 'dport=5353.* id=.*'");
                Host.sh("nft '" + loss + "'");
                assertThat(networks.missing("n")).isNotEmpty();
                networks.restore("n", "a", a);
                assertThat(networks.missing("n")).isEmpty();
                assertThat(Host.sh("conntrack -L -o id 2>/dev/null | grep -o 'dport=5353.* id=.*'"))
                        .isEqualTo(before);
                assertThat(ask(client, "10.89.0.1", 5353)).isEqualTo("a hi");
                networks.detach("n", "a");
            }
            assertNothingIsLeft();
        });
    }

    /** A port of a bridge takes a moment until it forwards. */
    private static void assertReaches(String address, int port, String name) throws IOException {
        while (true) {
            try {
                assertThat(Host.callInVain(address, port)).startsWith(name + " ");
                return;
            } catch (IOException e) {
                // Once more.
            }
        }
    }

    /** The next pod finds what it needs, and so do those that are there. */
    @Test
    void theNextPodPutsBackWhatIsMissing() throws Exception {
        Host.with(() -> {
            Network network = dual("n");
            try (Fd a = Host.namespace();
                    Fd b = Host.namespace();
                    ServerSocket web = Host.in(a, () -> Host.serve("a", 80))) {
                assertThat(web.isBound()).isTrue();
                networks.attach(network, a, "eth0", publishing("a", "8080:80"));
                Host.sh("ip link del jpod0; nft flush ruleset; echo 0 > /proc/sys/net/ipv4/ip_forward");
                networks.attach(network, b, "eth0", publishing("b", "9090:80"));
                assertThat(networks.missing("n")).isEmpty();
                assertReaches("127.0.0.1", 8080, "a");
                networks.detach("n", "a");
                networks.detach("n", "b");
            }
            assertNothingIsLeft();
        });
    }

    @Test
    void aBridgeThatIsSomebodyElsesByNowStays() throws Exception {
        Host.with(() -> {
            Network network = dual("n");
            try (Fd a = Host.namespace()) {
                networks.attach(network, a, "eth0", publishing("a", "8080:80"));
                Host.sh("ip link del jpod0; ip link add jpod0 type bridge; ip link set jpod0 alias theirs");
                assertThat(networks.missing("n")).containsExactly("the link jpod0 is not this network's");
                assertThatThrownBy(() -> networks.restore("n", "a", a)).hasMessageContaining("not this network's");
                assertThat(Host.sh("ip link show jpod0")).contains("theirs");
                networks.detach("n", "a");
                assertThat(Host.sh("ip link show jpod0")).contains("theirs");
            }
        });
    }

    /** A detachment does these in this order, and then forgets the lease. */
    @Test
    void aDetachmentThatWasCutOffAnywhereIsFinished() throws Exception {
        List<String> steps = List.of(
                "for l in $(ip -br link | grep -o '^jp[0-9a-f]*@' | tr -d @); do ip link del $l; done",
                "nft delete table inet jpod-jpod0",
                "ip link del jpod0");
        for (int k = 0; k <= steps.size(); k++) {
            String done = String.join("; ", steps.subList(0, k));
            Host.with(() -> {
                Network network = networks.find("n").orElseGet(() -> dual("n"));
                try (Fd a = Host.namespace()) {
                    networks.attach(network, a, "eth0", publishing("a", "8080:80"));
                    Host.sh(done + ":".repeat(done.isEmpty() ? 1 : 0));
                    networks.detach("n", "a");
                }
                assertThat(networks.leases("n")).isEmpty();
                assertNothingIsLeft();
            });
        }
        networks.remove("n", false, Spawner.NONE);
    }

    // ---- kernel state keyed by something that is used again

    private static String ask(DatagramSocket socket, String address, int port) throws IOException {
        return ask(socket, address, port, Integer.MAX_VALUE);
    }

    /**
     * The same socket, before and after: it goes on to send as a resolver or a game does, so many times at most.
     *
     * @return the answer; "nobody" if there is none
     */
    private static String ask(DatagramSocket socket, String address, int port, int times) throws IOException {
        // An answer to an earlier question may come late.
        String number = " " + System.nanoTime();
        byte[] bytes = ("hi" + number).getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < times; i++) {
            socket.send(new DatagramPacket(bytes, bytes.length, InetAddress.getByName(address), port));
            try {
                while (true) {
                    DatagramPacket answer = new DatagramPacket(new byte[100], 100);
                    socket.receive(answer);
                    String said = new String(answer.getData(), 0, answer.getLength(), StandardCharsets.UTF_8);
                    if (said.endsWith(number)) {
                        return said.substring(0, said.length() - number.length());
                    }
                }
            } catch (SocketTimeoutException | java.net.PortUnreachableException lost) {
                // Once more.
            }
        }
        return "nobody";
    }

    private static DatagramSocket client() throws IOException {
        DatagramSocket socket = new DatagramSocket();
        socket.setSoTimeout(500);
        return socket;
    }

    static Stream<String> addresses() {
        return Stream.of("127.0.0.1", "10.89.0.1");
    }

    @ParameterizedTest
    @MethodSource("addresses")
    void aUdpPortThatIsPublishedAnewLeadsToWhoHasItNow(String address) throws Exception {
        Host.with(() -> {
            Network network = dual("n");
            try (Fd a = Host.namespace();
                    Fd b = Host.namespace();
                    Fd c = Host.namespace();
                    DatagramSocket first = Host.in(a, () -> Host.echo("a", 53));
                    DatagramSocket second = Host.in(b, () -> Host.echo("b", 53));
                    DatagramSocket client = client()) {
                assertThat(first.isBound() && second.isBound()).isTrue();
                networks.attach(network, a, "eth0", publishing("a", "5353:53/udp"));
                networks.attach(network, c, "eth0", AttachRequest.of("c"));
                assertThat(ask(client, address, 5353)).isEqualTo("a hi");
                networks.detach("n", "a");
                networks.attach(network, c, "eth1", AttachRequest.of("keeps the address of a"));
                networks.attach(network, b, "eth0", publishing("b", "5353:53/udp"));
                assertThat(ask(client, address, 5353)).isEqualTo("b hi");
                List.of("b", "c", "keeps the address of a").forEach(pod -> networks.detach("n", pod));
            }
            assertNothingIsLeft();
        });
    }

    /** Its first packets were answered by nobody, and an entry says that there is nothing to translate. */
    @Test
    void whoHasAskedTooEarlyIsHeardOnceThePortIsThere() throws Exception {
        Host.with(() -> {
            Network network = dual("n");
            try (Fd a = Host.namespace();
                    DatagramSocket server = Host.in(a, () -> Host.echo("a", 53));
                    DatagramSocket client = client()) {
                assertThat(server.isBound()).isTrue();
                networks.attach(network, a, "eth0", AttachRequest.of("a"));
                assertThat(ask(client, "10.89.0.1", 5353, 10)).isEqualTo("nobody");
                networks.publish("n", "a", PortMapping.parse("5353:53/udp").getFirst(), Spawner.NONE);
                assertThat(ask(client, "10.89.0.1", 5353)).isEqualTo("a hi");
                networks.unpublish("n", "a", PortMapping.parse("5353:53/udp").getFirst(), Spawner.NONE);
                assertThat(ask(client, "10.89.0.1", 5353, 10)).isEqualTo("nobody");
                networks.publish("n", "a", PortMapping.parse("5353:53/udp").getFirst(), Spawner.NONE);
                assertThat(ask(client, "10.89.0.1", 5353)).isEqualTo("a hi");
                // While the table was gone, others have found nobody too.
                Host.sh("nft flush ruleset");
                ask(client, "10.89.0.1", 5353, 10);
                networks.restore("n", "a", a);
                assertThat(ask(client, "10.89.0.1", 5353)).isEqualTo("a hi");
                networks.detach("n", "a");
            }
            assertNothingIsLeft();
        });
    }

    @Test
    void anAddressThatIsGivenAnewHasNoConnectionsOfBefore() throws Exception {
        Host.with(() -> {
            Network network = dual("n");
            try (Fd a = Host.namespace();
                    Fd b = Host.namespace();
                    ServerSocket first = Host.in(a, () -> Host.serve("a", 80));
                    ServerSocket second = Host.in(b, () -> Host.serve("b", 80))) {
                assertThat(first.isBound() && second.isBound()).isTrue();
                networks.attach(network, a, "eth0", at("a", "10.89.0.9", null));
                assertThat(Host.call("10.89.0.9", 80)).startsWith("a ");
                assertThat(Host.sh("conntrack -L 2>/dev/null")).contains("10.89.0.9");
                networks.detach("n", "a");
                assertThat(Host.sh("conntrack -L 2>/dev/null")).doesNotContain("10.89.0.9");
                networks.attach(network, b, "eth0", at("b", "10.89.0.9", null));
                assertReaches("10.89.0.9", 80, "b");
                networks.detach("n", "b");
            }
            assertNothingIsLeft();
        });
    }

    /** The host's table of neighbours says where it was. */
    @Test
    void anAddressThatMovesToAnotherMacIsReachedAtOnce() throws Exception {
        Host.with(() -> {
            Network network = dual("n");
            try (Fd a = Host.namespace();
                    Fd b = Host.namespace();
                    Fd c = Host.namespace();
                    ServerSocket first = Host.in(a, () -> Host.serve("a", 80));
                    ServerSocket second = Host.in(b, () -> Host.serve("b", 80))) {
                assertThat(first.isBound() && second.isBound()).isTrue();
                networks.attach(network, c, "eth0", AttachRequest.of("c"));
                networks.attach(network, a, "eth0", at("a", "10.89.0.9", "02:00:00:00:00:01"));
                assertReaches("10.89.0.9", 80, "a");
                networks.detach("n", "a");
                networks.attach(network, b, "eth0", at("b", "10.89.0.9", "02:00:00:00:00:02"));
                assertThat(Host.sh("ip neigh show 10.89.0.9")).doesNotContain("02:00:00:00:00:01");
                assertReaches("10.89.0.9", 80, "b");
                networks.detach("n", "b");
                networks.detach("n", "c");
            }
            assertNothingIsLeft();
        });
    }

    /** What others have to do with the same port elsewhere goes on. */
    @Test
    void connectionsOfOthersToTheSamePortElsewhereStay() throws Exception {
        Host.with(() -> {
            Network network = dual("n");
            try (Fd a = Host.namespace();
                    Fd b = Host.namespace();
                    DatagramSocket server = Host.in(b, () -> Host.echo("b", 5353))) {
                assertThat(server.isBound()).isTrue();
                networks.attach(network, a, "eth0", AttachRequest.of("a"));
                networks.attach(network, b, "eth0", AttachRequest.of("b"));
                assertThat(Host.say("10.89.0.3", 5353, "hi")).isEqualTo("b hi");
                networks.publish("n", "a", PortMapping.parse("5353:53/udp").getFirst(), Spawner.NONE);
                assertThat(Host.sh("conntrack -L 2>/dev/null")).contains("dst=10.89.0.3 sport=");
                networks.detach("n", "a");
                networks.detach("n", "b");
            }
            assertNothingIsLeft();
        });
    }

    /** The name follows from root, network and pod: it is taken by what an earlier one has left. */
    @Test
    void aLinkThatAPodOfTheSameNameHasLeftIsInNobodysWay() throws Exception {
        Host.with(() -> {
            Network network = dual("n");
            try (Fd a = Host.namespace();
                    Fd b = Host.namespace()) {
                Attachment before = networks.attach(network, a, "eth0", AttachRequest.of("a"));
                networks.detach("n", "a");
                String alias = Owner.of(root).ofPod("a");
                Host.sh("ip link add " + before.hostInterface() + " type veth peer name left; ip link set "
                        + before.hostInterface() + " alias '" + alias + "'");
                networks.attach(network, b, "eth0", AttachRequest.of("a"));
                networks.detach("n", "a");
                Host.sh("ip link add " + before.hostInterface() + " type veth peer name other; ip link set "
                        + before.hostInterface() + " alias theirs");
                assertThatThrownBy(() -> networks.attach(network, b, "eth0", AttachRequest.of("a")))
                        .hasMessageContaining("create veth");
            }
        });
    }
}
