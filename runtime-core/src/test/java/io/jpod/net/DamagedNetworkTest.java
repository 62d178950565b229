package io.jpod.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jpod.container.Damage;
import io.jpod.exec.Spawner;
import io.jpod.json.InvalidJson;
import io.jpod.linux.Fd;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** One bad file is one damaged network: the others are as they were, and its pods can leave. */
@Tag("root")
class DamagedNetworkTest extends NetworkTests {
    private Network make(String name) {
        return networks.create(
                new NewNetwork(name, List.of(), List.of(), false, false, false, true, 0, Map.of()), Spawner.NONE);
    }

    private Path file(String name) {
        return root.resolve("networks").resolve(name);
    }

    /** Who has what of the network is lost: a directory with something in it is nobody's to remove. */
    @ParameterizedTest
    @EnumSource(
            names = {"LOST", "FULL_DIRECTORY"},
            mode = EnumSource.Mode.EXCLUDE)
    void badLeasesAreOneNetworks(Damage damage) throws Exception {
        Host.with(() -> {
            Network bad = make("bad");
            Network good = make("good");
            try (Fd a = Host.namespace();
                    Fd b = Host.namespace();
                    Fd c = Host.namespace()) {
                networks.attach(bad, a, "eth0", publishing("a", "8080:80"));
                networks.attach(bad, b, "eth0", AttachRequest.of("b"));
                damage.doTo(file("bad.members"));

                networks.attach(good, c, "eth0", AttachRequest.of("c"));
                assertThat(networks.list()).extracting(Network::name).containsExactly("bad", "good");
                assertThat(networks.damage()).extracting(Leftover::name).containsExactly("bad");
                assertThat(networks.names("bad")).isEmpty();
                assertThatThrownBy(() -> networks.attach(bad, c, "eth1", AttachRequest.of("c")))
                        .isInstanceOf(InvalidJson.class)
                        .hasMessageContaining("bad.members");
                assertThatThrownBy(() -> networks.remove("bad", false, Spawner.NONE))
                        .hasMessageContaining("bad.members");

                // Doctor takes nothing from those who live.
                List<Leftover> leftovers = leftovers(networks, "a", "b", "c");
                assertThat(leftovers).hasSize(1).allMatch(Leftover.Damaged.class::isInstance);
                assertThatThrownBy(() -> networks.cleanup().remove(leftovers.getFirst()))
                        .hasMessageContaining("has pods");
                assertThat(Host.in(a, () -> Host.sh("ip -br link"))).contains("eth0");

                networks.detach("bad", "a");
                assertThat(Host.in(a, () -> Host.sh("ip -br link"))).doesNotContain("eth0");
                assertThat(Host.in(b, () -> Host.sh("ip -br link"))).contains("eth0");
                networks.detach("bad", "b");
                assertThat(networks.damage()).isEmpty();
                networks.attach(bad, a, "eth0", publishing("a", "8080:80"));
                networks.detach("bad", "a");
                networks.detach("good", "c");
            }
            assertNothingIsLeft();
        });
    }

    @ParameterizedTest
    @EnumSource(
            names = {"LOST", "FULL_DIRECTORY"},
            mode = EnumSource.Mode.EXCLUDE)
    void aNetworkWithBadLeasesGoesByForce(Damage damage) throws Exception {
        Host.with(() -> {
            Network bad = make("bad");
            try (Fd a = Host.namespace()) {
                networks.attach(bad, a, "eth0", publishing("a", "8080:80"));
                damage.doTo(file("bad.members"));
                networks.remove("bad", true, Spawner.NONE);
            }
            assertThat(networks.list()).isEmpty();
            assertNothingIsLeft();
        });
    }

    /** Who is attached has a copy of it. */
    @ParameterizedTest
    @EnumSource(
            names = {"LOST", "FULL_DIRECTORY"},
            mode = EnumSource.Mode.EXCLUDE)
    void aBadDefinitionIsOneNetworks(Damage damage) throws Exception {
        Host.with(() -> {
            Network bad = make("bad");
            Network good = make("good");
            try (Fd a = Host.namespace();
                    Fd c = Host.namespace()) {
                networks.attach(bad, a, "eth0", AttachRequest.of("a"));
                damage.doTo(file("bad.json"));
                networks.attach(good, c, "eth0", AttachRequest.of("c"));
                assertThat(networks.list()).extracting(Network::name).containsExactly("good");
                assertThat(networks.leases("bad")).isEmpty();
                List<Leftover> leftovers = leftovers(networks, "a", "c");
                assertThat(leftovers).hasSize(1);
                networks.cleanup().remove(leftovers.getFirst());
                assertThat(networks.get("bad")).isEqualTo(bad);
                networks.detach("bad", "a");
                damage.doTo(file("bad.json"));
                networks.remove("bad", false, Spawner.NONE);
                networks.detach("good", "c");
            }
            assertThat(networks.list()).extracting(Network::name).containsExactly("good");
            assertThat(Files.exists(file("bad.json"))).isFalse();
            assertNothingIsLeft();
        });
    }
}
