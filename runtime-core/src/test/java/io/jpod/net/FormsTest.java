package io.jpod.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jpod.json.Json;
import io.jpod.json.JsonWriter;
import io.jpod.linux.Cidr;
import io.jpod.linux.Ip;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Ports, subnets, names and JSON: nothing here needs a network. */
class FormsTest {
    @ParameterizedTest
    @CsvSource({
        "80, 0.0.0.0:0->80/tcp",
        "8080:80, 0.0.0.0:8080->80/tcp",
        "8080:80/udp, 0.0.0.0:8080->80/udp",
        "8080:80/TCP, 0.0.0.0:8080->80/tcp",
        "127.0.0.1:8080:80, 127.0.0.1:8080->80/tcp",
        "127.0.0.1::80, 127.0.0.1:0->80/tcp",
        "0.0.0.0:8080:80, 0.0.0.0:8080->80/tcp",
        ":80, 0.0.0.0:0->80/tcp",
        "[::1]:8080:80, [::1]:8080->80/tcp",
        "65535:1, 0.0.0.0:65535->1/tcp"
    })
    void aPortIsWrittenAsForDocker(String text, String meaning) {
        assertThat(PortMapping.parse(text)).hasToString("[" + meaning + "]");
    }

    @Test
    void aRangeIsManyPorts() {
        assertThat(PortMapping.parse("8000-8002:80-82/udp"))
                .extracting(PortMapping::toString)
                .containsExactly("0.0.0.0:8000->80/udp", "0.0.0.0:8001->81/udp", "0.0.0.0:8002->82/udp");
        assertThat(PortMapping.parse("80-81")).extracting(PortMapping::hostPort).containsExactly(0, 0);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "x",
                "0",
                "65536",
                "80:",
                "8080:0",
                "1.2.3:80:80",
                "1.2.3.256:80:80",
                "80:80:80:80",
                "[::g]:80:80",
                "[]:80:80",
                "80/sctp",
                "80/",
                "80-81:80",
                "81-80:80-81",
                "80-",
                "-80",
                "1.2.3.4:80",
                "99999999999",
                "[127.0.0.1]:1:1:1",
                "80 ",
                "8\u0660:80"
            })
    void whatIsNoPortIsRefused(String text) {
        assertThatThrownBy(() -> PortMapping.parse(text)).isInstanceOf(NetworkFailed.class);
    }

    @Test
    void portsClashOnTheSameAddressOnly() {
        PortMapping all = PortMapping.parse("80:1").getFirst();
        PortMapping local = PortMapping.parse("127.0.0.1:80:2").getFirst();
        PortMapping other = PortMapping.parse("127.0.0.2:80:2").getFirst();
        assertThat(all.clashesWith(local)).isTrue();
        assertThat(local.clashesWith(all)).isTrue();
        assertThat(local.clashesWith(other)).isFalse();
        assertThat(all.clashesWith(PortMapping.parse("80:1/udp").getFirst())).isFalse();
        assertThat(all.clashesWith(PortMapping.parse("81:1").getFirst())).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "10.0.0.1, 10.0.0.1",
        "255.255.255.255, 255.255.255.255",
        "0.0.0.0, 0.0.0.0",
        "::, ::",
        "::1, ::1",
        "FD00::0001, fd00::1",
        "1:0:0:2:0:0:0:3, 1:0:0:2::3",
        "1:0:2:3:4:5:6:7, 1:0:2:3:4:5:6:7",
        "1:0:0:2:3:0:0:4, 1::2:3:0:0:4",
        "1::, 1::",
        "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff, ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"
    })
    void anAddressHasOneText(String text, String canonical) {
        assertThat(Ip.parse(text)).hasToString(canonical);
        assertThat(Ip.parse(canonical)).isEqualTo(Ip.parse(text));
        assertThat(Ip.of(Ip.parse(text).bytes())).isEqualTo(Ip.parse(text));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "1.2.3",
                "1.2.3.4.5",
                "01.2.3.4",
                "1.2.3.256",
                "a.b.c.d",
                ":",
                ":::",
                "1::2::3",
                "1:2:3:4:5:6:7",
                "1:2:3:4:5:6:7:8:9",
                "fe80::1%eth0",
                "::ffff:1.2.3.4",
                "12345::",
                "1:2:3:4:5:6:7::8",
                " 1.2.3.4"
            })
    void whatIsNoAddressIsRefused(String text) {
        assertThatThrownBy(() -> Ip.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aSubnetGivesOutEachOfItsAddressesOnce() {
        Subnet subnet = new Subnet(Cidr.parse("10.0.0.0/29"), Ip.parse("10.0.0.3"));
        Set<Ip> taken = new HashSet<>();
        while (subnet.firstFree(taken).isPresent()) {
            taken.add(subnet.firstFree(taken).get());
        }
        assertThat(taken)
                .extracting(Ip::toString)
                .containsExactlyInAnyOrder("10.0.0.1", "10.0.0.2", "10.0.0.4", "10.0.0.5", "10.0.0.6");
        assertThat(Subnet.of(Cidr.parse("fd00::/126")).firstFree(Set.of())).contains(Ip.parse("fd00::2"));
        assertThat(Subnet.of(Cidr.parse("fd00::/126")).firstFree(Set.of(Ip.parse("fd00::2"))))
                .contains(Ip.parse("fd00::3"));
    }

    @Test
    void subnetsOverlapIfOneHoldsTheOther() {
        Cidr wide = Cidr.parse("10.0.0.0/8");
        assertThat(wide.overlaps(Cidr.parse("10.89.0.0/24"))).isTrue();
        assertThat(Cidr.parse("10.89.0.0/24").overlaps(wide)).isTrue();
        assertThat(wide.overlaps(Cidr.parse("11.0.0.0/24"))).isFalse();
        assertThat(wide.overlaps(Cidr.parse("::/0"))).isFalse();
        assertThat(Cidr.parse("10.89.0.7/23").network()).hasToString("10.89.0.0/23");
        assertThat(Cidr.parse("10.89.0.7/23").last()).hasToString("10.89.1.255");
    }

    @ParameterizedTest
    @ValueSource(strings = {"10.0.0.0/31", "10.0.0.0/32", "fd00::/127"})
    void aSubnetHasRoomForAPod(String cidr) {
        assertThatThrownBy(() -> Subnet.of(Cidr.parse(cidr))).isInstanceOf(NetworkFailed.class);
    }

    @Test
    void whatIsWrittenIsRead() {
        Network network = new Network(
                "n",
                "jpod0",
                List.of(Subnet.of(Cidr.parse("10.0.0.0/24")), Subnet.of(Cidr.parse("fd00::/64"))),
                false,
                true,
                true,
                1400,
                true,
                Map.of("a", "b \"c\""),
                Instant.parse("2026-01-02T03:04:05.678Z"));
        assertThat(Network.read(parse(network.toJson()))).isEqualTo(network);
        Attachment attachment = new Attachment(
                "n",
                "eth0",
                "jp0123456789ab",
                "6a:70:0a:00:00:02",
                List.of(Cidr.parse("10.0.0.2/24"), Cidr.parse("fd00::2/64")),
                List.of(Ip.parse("10.0.0.1")),
                PortMapping.parse("[::1]:80-81:80-81/udp"));
        assertThat(Attachment.read(parse(JsonWriter.object(null, attachment::write))))
                .isEqualTo(attachment);
        Members members = new Members(network, List.of(new Lease("p", List.of("x"), attachment)));
        assertThat(Members.read(parse(members.toJson()))).isEqualTo(members);
    }

    private static Json parse(String text) {
        return Json.parse(text.getBytes(StandardCharsets.UTF_8), "test");
    }

    @Test
    void theMarkOfARootFitsIntoALinkAndATable() {
        Owner odd = Owner.of(Path.of("/tmp/" + "x".repeat(300) + "/\"quoted\""));
        assertThat(odd.ofNetwork("n".repeat(63))).hasSizeLessThan(128).matches("[A-Za-z0-9# ]+");
        assertThat(Owner.of(Path.of("/run/jpod")).ofPod("web")).isEqualTo("jpod /run/jpod pod web");
        assertThat(odd.hostInterface("n", "p", "eth0"))
                .hasSize(14)
                .isNotEqualTo(odd.hostInterface("n", "p", "eth1"))
                .isNotEqualTo(Owner.of(Path.of("/run/jpod")).hostInterface("n", "p", "eth0"));
    }
}
