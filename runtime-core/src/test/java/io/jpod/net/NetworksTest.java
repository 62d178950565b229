package io.jpod.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jpod.exec.Spawner;
import io.jpod.linux.Cidr;
import io.jpod.linux.Fd;
import io.jpod.linux.Ip;
import io.jpod.linux.Netlink;
import io.jpod.linux.Nftables;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What pods have of their networks, on a host of their own. */
@Tag("root")
class NetworksTest extends NetworkTests {
    private static String address(Attachment attachment, int index) {
        return attachment.addresses().get(index).address().toString();
    }

    private static void assertReaches(Fd pod, String gateway) throws IOException {
        try (ServerSocket host = Host.serve("host", 7000)) {
            assertThat(Host.in(pod, () -> Host.call(gateway, host.getLocalPort())))
                    .startsWith("host ");
        }
    }

    @Test
    void podsOfANetworkReachEachOther() throws Exception {
        Host.with(() -> {
            Network network = dual("n");
            try (Fd a = Host.namespace();
                    Fd b = Host.namespace()) {
                Attachment first = networks.attach(network, a, "eth0", AttachRequest.of("a"));
                Attachment second = networks.attach(network, b, "eth0", AttachRequest.of("b"));
                assertThat(first.addresses().getFirst()).hasToString("10.89.0.2/24");
                assertThat(second.addresses().getFirst()).hasToString("10.89.0.3/24");
                try (var tcp = Host.in(b, () -> Host.serve("b", 80));
                        var udp = Host.in(b, () -> Host.echo("b", 53))) {
                    for (int i = 0; i < 2; i++) {
                        String to = address(second, i);
                        assertThat(Host.in(a, () -> Host.call(to, 80))).startsWith("b ");
                        assertThat(Host.in(a, () -> Host.say(to, 53, "hi"))).isEqualTo("b hi");
                        assertThat(Host.call(to, 80)).startsWith("b ");
                    }
                }
                String shown = Host.in(a, () -> Host.sh("ip -br addr show eth0; ip route; ip -6 route; ip link"));
                assertThat(shown)
                        .contains("UP", "10.89.0.2/24", "default via 10.89.0.1", "default via fd", first.mac());
                networks.detach("n", "a");
                networks.detach("n", "b");
            }
            assertNothingIsLeft();
        });
    }

    @Test
    void publishedPortsLeadToThePod() throws Exception {
        Host.with(() -> {
            Network network = dual("n");
            try (Fd world = Host.namespace();
                    Fd a = Host.namespace();
                    Fd b = Host.namespace();
                    ServerSocket http = Host.in(a, () -> Host.serve("a", 80));
                    var dns = Host.in(a, () -> Host.echo("a", 53))) {
                lan(world);
                networks.attach(network, a, "eth0", publishing("a", "8080:80", "192.0.2.1:8081:80", "5353:53/udp"));
                networks.attach(network, b, "eth0", AttachRequest.of("b"));
                assertThat(http.isBound() && dns.isBound()).isTrue();
                assertThat(Host.call("127.0.0.1", 8080)).isEqualTo("a 10.89.0.1");
                assertThat(Host.call("192.0.2.1", 8080)).startsWith("a ");
                assertThat(Host.call("192.0.2.1", 8081)).startsWith("a ");
                assertThat(Host.call("2001:db8::1", 8080)).startsWith("a ");
                assertThat(Host.say("192.0.2.1", 5353, "hi")).isEqualTo("a hi");
                assertThatThrownBy(() -> Host.callInVain("127.0.0.1", 8081)).isInstanceOf(IOException.class);
                for (Fd pod : List.of(a, b)) {
                    assertThat(Host.in(pod, () -> Host.call("192.0.2.1", 8080))).startsWith("a ");
                    assertThat(Host.in(pod, () -> Host.call("10.89.0.1", 8080))).startsWith("a ");
                    assertThat(Host.in(pod, () -> Host.call("2001:db8::1", 8080)))
                            .startsWith("a ");
                }
                PortMapping late = PortMapping.parse("9090:80").getFirst();
                assertThat(networks.publish("n", "a", late, Spawner.NONE).ports())
                        .hasSize(4)
                        .contains(late);
                assertThat(Host.call("127.0.0.1", 9090)).startsWith("a ");
                assertThat(networks.unpublish("n", "a", late, Spawner.NONE).ports())
                        .hasSize(3);
                assertThatThrownBy(() -> Host.callInVain("127.0.0.1", 9090)).isInstanceOf(IOException.class);
                networks.detach("n", "a");
                assertThatThrownBy(() -> Host.callInVain("127.0.0.1", 8080)).isInstanceOf(IOException.class);
                networks.detach("n", "b");
                Host.sh("ip link del lan0");
            }
            assertNothingIsLeft();
        });
    }

    @Test
    void aPodReachesTheWorldByTheAddressOfTheHost() throws Exception {
        Host.with(() -> {
            Network network = dual("n");
            try (Fd world = Host.namespace();
                    Fd a = Host.namespace()) {
                lan(world);
                networks.attach(network, a, "eth0", publishing("a", "80"));
                int port = networks.leases("n")
                        .getFirst()
                        .attachment()
                        .ports()
                        .getFirst()
                        .hostPort();
                try (var out = Host.in(world, () -> Host.serve("world", 80));
                        var in = Host.in(a, () -> Host.serve("a", 80))) {
                    assertThat(out.isBound() && in.isBound()).isTrue();
                    assertThat(Host.in(a, () -> Host.call("192.0.2.2", 80))).isEqualTo("world 192.0.2.1");
                    assertThat(Host.in(a, () -> Host.call("2001:db8::2", 80))).isEqualTo("world 2001:db8:0:0:0:0:0:1");
                    assertThat(Host.in(world, () -> Host.call("192.0.2.1", port)))
                            .isEqualTo("a 192.0.2.2");
                }
                networks.detach("n", "a");
            }
        });
    }

    /** As a machine on the host's network may do, with a route to the pods, or with loopback's own addresses. */
    @Test
    void aNeighbourOfTheHostReachesPublishedPortsAlone() throws Exception {
        Host.with(() -> {
            try (Fd world = Host.namespace();
                    Fd a = Host.namespace();
                    DatagramSocket inside = Host.in(a, () -> new DatagramSocket(53));
                    var server = Host.in(a, () -> Host.serve("a", 80))) {
                lan(world);
                AttachRequest request = publishing("a", "8080:80", "127.0.0.1:8081:53/udp", "192.0.2.1:8082:53/udp");
                networks.attach(networks.defaultNetwork(), a, "eth0", request);
                assertThat(server.isBound()).isTrue();
                Host.in(world, () -> Host.sh("ip route add 10.89.0.0/24 via 192.0.2.1"));
                assertThat(Host.in(world, () -> Host.call("192.0.2.1", 8080))).startsWith("a ");
                assertThatThrownBy(() -> Host.in(world, () -> Host.callInVain("10.89.0.2", 80)))
                        .hasMessageContaining("timed out");
                Host.in(world, () -> Host.sh(loopbackBy("lan0", "192.0.2.1")));
                send(world, "192.0.2.1", 8082, "one");
                send(world, "127.0.0.1", 8081, "two");
                send(world, "192.0.2.1", 8082, "three");
                assertThat(List.of(heard(inside), heard(inside))).containsExactly("one", "three");
                networks.detach(Networks.DEFAULT, "a");
            }
        });
    }

    /** A neighbour of the host. */
    private static void lan(Fd neighbour) throws IOException {
        Host.sh(
                "ip link add lan0 type veth peer name lan0 netns /proc/$PPID/fd/" + neighbour.number()
                        + "; ip addr add 192.0.2.1/24 dev lan0; ip addr add 2001:db8::1/64 dev lan0 nodad; ip link set lan0 up");
        Host.in(
                neighbour,
                () -> Host.sh("ip addr add 192.0.2.2/24 dev lan0; ip addr add 2001:db8::2/64 dev lan0 nodad;"
                        + "ip link set lan0 up"));
    }

    @Test
    void anInternalNetworkLeadsNowhere() throws Exception {
        Host.with(() -> {
            networks.create(
                    new NewNetwork("in", List.of(), List.of(), false, true, false, true, 0, Map.of()), Spawner.NONE);
            Network open = networks.defaultNetwork();
            try (Fd world = Host.namespace();
                    Fd a = Host.namespace();
                    Fd b = Host.namespace();
                    Fd c = Host.namespace()) {
                lan(world);
                Attachment first = networks.attach(networks.get("in"), a, "eth0", AttachRequest.of("a"));
                networks.attach(networks.get("in"), b, "eth0", AttachRequest.of("b"));
                networks.attach(open, c, "eth0", AttachRequest.of("c"));
                try (var inside = Host.in(a, () -> Host.serve("a", 80));
                        var outside = Host.in(world, () -> Host.serve("world", 80))) {
                    assertThat(inside.isBound() && outside.isBound()).isTrue();
                    assertThat(Host.in(b, () -> Host.call(address(first, 0), 80)))
                            .startsWith("a ");
                    assertThat(Host.in(c, () -> Host.call("192.0.2.2", 80))).startsWith("world ");
                    assertThatThrownBy(() -> Host.in(c, () -> Host.callInVain(address(first, 0), 80)))
                            .hasMessageContaining("timed out");
                    assertThatThrownBy(() -> Host.in(a, () -> Host.callInVain("192.0.2.2", 80)))
                            .hasMessageContaining("unreachable");
                    Host.in(a, () -> Host.sh("ip route add default via 10.89.0.1"));
                    assertThatThrownBy(() -> Host.in(a, () -> Host.callInVain("192.0.2.2", 80)))
                            .hasMessageContaining("timed out");
                }
                assertThatThrownBy(() -> networks.publish(
                                "in", "a", PortMapping.parse("80").getFirst(), Spawner.NONE))
                        .hasMessage("network in is internal: it cannot publish ports");
                List.of("a", "b").forEach(pod -> networks.detach("in", pod));
                networks.detach(Networks.DEFAULT, "c");
            }
        });
    }

    @Test
    void isolatedNetworksDoNotMeet() throws Exception {
        Host.with(() -> {
            List<Fd> pods = new ArrayList<>();
            List<String> addresses = new ArrayList<>();
            for (String name : List.of("x", "y", "z")) {
                Network network = networks.create(
                        new NewNetwork(name, List.of(), List.of(), false, false, !name.equals("z"), true, 0, Map.of()),
                        Spawner.NONE);
                Fd pod = Host.namespace();
                pods.add(pod);
                addresses.add(address(networks.attach(network, pod, "eth0", AttachRequest.of(name)), 0));
                Host.in(pod, () -> Host.serve(name, 80));
            }
            assertThat(Host.in(pods.get(0), () -> Host.call(addresses.get(2), 80)))
                    .startsWith("z ");
            assertThat(Host.in(pods.get(2), () -> Host.call(addresses.get(0), 80)))
                    .startsWith("x ");
            assertThatThrownBy(() -> Host.in(pods.get(0), () -> Host.callInVain(addresses.get(1), 80)))
                    .hasMessageContaining("timed out");
            assertThatThrownBy(() -> Host.in(pods.get(1), () -> Host.callInVain(addresses.get(0), 80)))
                    .hasMessageContaining("timed out");
            List.of("x", "y", "z").forEach(name -> networks.detach(name, name));
            pods.forEach(Fd::close);
            assertNothingIsLeft();
        });
    }

    /** CVE-2020-8558: route_localnet made services of the host's loopback visible to its neighbours. */
    @Test
    void cve_2020_8558_aPodDoesNotReachTheLoopbackOfTheHost() throws Exception {
        Host.with(() -> {
            try (Fd a = Host.namespace();
                    DatagramSocket secret = new DatagramSocket(7777)) {
                networks.attach(networks.defaultNetwork(), a, "eth0", AttachRequest.of("a"));
                assertReaches(a, "10.89.0.1");
                Host.in(a, () -> Host.sh(loopbackBy("eth0", "10.89.0.1")));
                send(a, "10.89.0.1", 7777, "one");
                send(a, "127.0.0.1", 7777, "two");
                send(a, "10.89.0.1", 7777, "three");
                assertThat(List.of(heard(secret), heard(secret))).containsExactly("one", "three");
                networks.detach(Networks.DEFAULT, "a");
            }
        });
    }

    /** Makes a namespace send packets for loopback to a neighbour. */
    private static String loopbackBy(String link, String gateway) {
        return "ip route del table local 127.0.0.0/8; ip route del table local 127.0.0.1;"
                + "echo 1 > /proc/sys/net/ipv4/conf/%1$s/route_localnet; ip route add 127.0.0.0/8 via %2$s dev %1$s"
                        .formatted(link, gateway);
    }

    private static void send(Fd from, String address, int port, String word) {
        byte[] bytes = word.getBytes(StandardCharsets.UTF_8);
        Host.in(from, () -> {
            try (DatagramSocket socket = new DatagramSocket()) {
                socket.send(new DatagramPacket(bytes, bytes.length, InetAddress.getByName(address), port));
            }
            return null;
        });
    }

    private static String heard(DatagramSocket socket) throws IOException {
        DatagramPacket packet = new DatagramPacket(new byte[100], 100);
        socket.receive(packet);
        return new String(packet.getData(), 0, packet.getLength(), StandardCharsets.UTF_8);
    }

    @Test
    void whatACrashLeavesIsFoundAndRemoved() throws Exception {
        Host.with(() -> {
            Network network = networks.defaultNetwork();
            try (Fd a = Host.namespace()) {
                networks.attach(network, a, "eth0", publishing("a", "8080:80"));
            }
            assertThat(leftovers(networks, "a")).isEmpty();
            assertThat(leftovers(networks)).containsExactly(new Leftover.Place(Networks.DEFAULT, "a"));
            leftovers(networks).forEach(networks.cleanup()::remove);
            assertNothingIsLeft();

            // The record is gone, the links and the table are not.
            try (Fd a = Host.namespace()) {
                networks.attach(network, a, "eth0", publishing("a", "8080:80"));
                Files.delete(root.resolve("networks/jpod.members"));
                Networks others = new Networks(root.resolve("other"), root.resolve("other"));
                assertThat(leftovers(others)).isEmpty();
                assertThat(leftovers(networks)).hasSize(3);
                leftovers(networks).forEach(networks.cleanup()::remove);
            }
            assertNothingIsLeft();

            // Only the record was written.
            try (Fd a = Host.namespace()) {
                networks.attach(network, a, "eth0", publishing("a", "8080:80"));
                byte[] record = Files.readAllBytes(root.resolve("networks/jpod.members"));
                networks.detach(Networks.DEFAULT, "a");
                Files.write(root.resolve("networks/jpod.members"), record);
                networks.detach(Networks.DEFAULT, "a");
                networks.detach(Networks.DEFAULT, "a");
            }
            assertNothingIsLeft();
        });
    }

    @Test
    void aHalfMadeBridgeIsMadeAgain() throws Exception {
        Host.with(() -> {
            Network network = networks.defaultNetwork();
            try (Netlink host = Netlink.open();
                    Fd a = Host.namespace();
                    Fd b = Host.namespace()) {
                networks.attach(network, a, "eth0", AttachRequest.of("a"));
                host.deleteLink("jpod0");
                host.createBridge("jpod0", Owner.of(root).bridgeMac("jpod"), 0, 0);
                networks.attach(network, b, "eth0", AttachRequest.of("b"));
                assertThat(host.link("jpod0").orElseThrow().isUp()).isTrue();
                assertReaches(b, "10.89.0.1");
                List.of("a", "b").forEach(pod -> networks.detach("jpod", pod));
            }
            assertNothingIsLeft();
        });
    }

    @Test
    void whatIsSomebodyElsesStays() throws Exception {
        Host.with(() -> {
            Network network = networks.create(
                    new NewNetwork(
                            "n", List.of(Cidr.parse("10.7.0.0/24")), List.of(), false, false, false, true, 0, Map.of()),
                    Spawner.NONE);
            Host.sh("ip link add jpod0 type bridge; ip link set jpod0 up");
            Nftables.run("add table inet jpod-jpod0");
            try (Fd a = Host.namespace()) {
                assertThatThrownBy(() -> networks.attach(network, a, "eth0", AttachRequest.of("a")))
                        .isInstanceOf(NetworkFailed.class)
                        .hasMessage("network n: a link jpod0 is on this host already, and not this network's");
                Host.sh("ip link del jpod0; ip link add other type bridge; ip addr add 10.7.0.9/8 dev other;"
                        + "ip link set other up");
                assertThatThrownBy(() -> networks.attach(network, a, "eth0", AttachRequest.of("a")))
                        .isInstanceOf(NetworkFailed.class)
                        .hasMessage("network n: this host has a route to 10.0.0.0/8, which overlaps its subnet");
            }
            assertThat(networks.leases("n")).isEmpty();
            assertThat(Host.sh("ip link")).contains("other");
        });
    }

    @Test
    void theRootsOfAHostDoNotTakeEachOthersAddresses() throws Exception {
        Host.with(() -> {
            Networks others = new Networks(root.resolve("other"), root.resolve("other"));
            Network mine = networks.defaultNetwork();
            Network theirs = others.defaultNetwork();
            assertThat(theirs.subnets()).isEqualTo(mine.subnets());
            try (Fd a = Host.namespace();
                    Fd b = Host.namespace()) {
                Attachment first = networks.attach(mine, a, "eth0", AttachRequest.of("web"));
                Attachment second = others.attach(theirs, b, "eth0", AttachRequest.of("web"));
                assertThat(first.addresses().getFirst()).hasToString("10.89.0.2/24");
                assertThat(second.addresses().getFirst()).hasToString("10.89.1.2/24");
                assertThat(others.get("jpod").bridge()).isEqualTo("jpod1");
                assertThat(leftovers(networks, "web")).isEmpty();
                assertThat(leftovers(others, "web")).isEmpty();
                networks.detach("jpod", "web");
                assertReaches(b, "10.89.1.1");
                others.detach("jpod", "web");
            }
            assertNothingIsLeft();
        });
    }

    @Test
    void whatCannotBeIsRefusedAndChangesNothing() throws Exception {
        Host.with(() -> {
            Network network = networks.create(
                    new NewNetwork(
                            "tiny",
                            List.of(Cidr.parse("10.7.0.0/29")),
                            List.of(),
                            false,
                            false,
                            false,
                            true,
                            0,
                            Map.of()),
                    Spawner.NONE);
            List<Fd> pods = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                pods.add(Host.namespace());
            }
            networks.attach(network, pods.get(0), "eth0", publishing("p0", "8080:80", "127.0.0.1:81:81"));
            refused(network, pods.get(1), publishing("p1", "8080:80"), "port 8080/tcp is published by pod p0 already");
            refused(network, pods.get(1), publishing("p1", "81:81"), "port 81/tcp is published by pod p0 already");
            refused(
                    network,
                    pods.get(1),
                    publishing("p1", "82:81", "82:83"),
                    "port 82/tcp is published by pod itself already");
            refused(
                    network,
                    pods.get(1),
                    publishing("p1", "9.9.9.9:82:81"),
                    "cannot publish 9.9.9.9:82/tcp: EADDRNOTAVAIL (cannot assign requested address)");
            try (var listening = Host.serve("host", 7000)) {
                refused(
                        network,
                        pods.get(1),
                        publishing("p1", listening.getLocalPort() + ":80"),
                        "port 7000/tcp is in use on this host");
            }
            refused(network, pods.get(1), at("p1", "10.7.0.2"), "10.7.0.2 is taken by pod p0");
            refused(network, pods.get(1), at("p1", "10.7.0.1"), "10.7.0.1 is not an address for pods in 10.7.0.0/29");
            refused(network, pods.get(1), at("p1", "10.8.0.1"), "10.8.0.1 is not an address for pods in 10.7.0.0/29");
            refused(network, pods.get(1), AttachRequest.of("p0"), "pod p0 is attached to network tiny already");
            for (int i = 1; i < 5; i++) {
                networks.attach(network, pods.get(i), "eth0", AttachRequest.of("p" + i));
            }
            refused(
                    network,
                    pods.get(5),
                    AttachRequest.of("p5"),
                    "network tiny: all addresses of 10.7.0.0/29 are taken");
            networks.detach("tiny", "p2");
            assertThat(networks.attach(network, pods.get(5), "eth0", AttachRequest.of("p5"))
                            .addresses())
                    .containsExactly(Cidr.parse("10.7.0.4/29"));
            assertThatThrownBy(() -> networks.remove("tiny", false, Spawner.NONE))
                    .isInstanceOf(NetworkFailed.class)
                    .hasMessageStartingWith("network tiny is in use by pod p0, p1,");
            networks.remove("tiny", true, Spawner.NONE);
            pods.forEach(Fd::close);
            assertNothingIsLeft();
            assertThat(networks.list()).isEmpty();
        });
    }

    private static AttachRequest at(String pod, String ip) {
        return new AttachRequest(pod, List.of(), Ip.parse(ip), null, null, List.of());
    }

    private void refused(Network network, Fd netns, AttachRequest request, String message) {
        List<Lease> before = networks.leases(network.name());
        assertThatThrownBy(() -> networks.attach(network, netns, "eth0", request))
                .isInstanceOf(NetworkFailed.class)
                .hasMessage(message);
        assertThat(networks.leases(network.name())).isEqualTo(before);
    }

    @Test
    void aHundredPodsLeaveNothing() throws Exception {
        Host.with(() -> {
            Network network = dual("n");
            for (int i = 0; i < 100; i++) {
                try (Fd pod = Host.namespace()) {
                    networks.attach(network, pod, "eth0", publishing("p" + i, (1000 + i) + ":80"));
                }
            }
            assertThat(networks.names("n")).hasSize(200);
            assertThat(networks.leases("n"))
                    .extracting(lease -> lease.attachment().addresses())
                    .doesNotHaveDuplicates();
            for (int i = 0; i < 100; i++) {
                networks.detach("n", "p" + i);
            }
            assertNothingIsLeft();
        });
    }

    @Test
    void subnetsAndBridgesOfTheHostAreNotChosen() throws Exception {
        Host.with(() -> {
            Host.sh("ip link add jpod0 type bridge; ip addr add 10.89.0.7/23 dev jpod0; ip link set jpod0 up");
            Network first = networks.create(NewNetwork.named("first"), Spawner.NONE);
            assertThat(first.bridge()).isEqualTo("jpod1");
            assertThat(first.subnets().getFirst().cidr()).hasToString("10.89.2.0/24");
            Network second = dual("second");
            assertThat(second.bridge()).isEqualTo("jpod2");
            assertThat(second.subnets()).hasSize(2);
            assertThat(networks.get("second")).isEqualTo(second);
            assertThatThrownBy(() -> networks.create(NewNetwork.named("second"), Spawner.NONE))
                    .hasMessage("network second exists already");
            for (String taken : List.of("10.89.1.0/24", "10.89.0.0/16", "10.89.2.128/25")) {
                assertThatThrownBy(() -> networks.create(
                                new NewNetwork(
                                        "third",
                                        List.of(Cidr.parse(taken)),
                                        List.of(),
                                        false,
                                        false,
                                        false,
                                        true,
                                        0,
                                        Map.of()),
                                Spawner.NONE))
                        .isInstanceOf(NetworkFailed.class)
                        .hasMessageContaining("overlaps");
            }
            assertThat(networks.find("third")).isEmpty();
        });
    }
}
