package io.jpod.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpod.exec.Spawner;
import io.jpod.linux.Netlink;
import io.jpod.linux.Nftables;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** Networks of one state root, for tests that look at them on a host of their own. */
abstract class NetworkTests {
    @TempDir
    Path root;

    Networks networks;

    @BeforeEach
    void open() {
        networks = new Networks(root, root);
    }

    /** One with IPv4 and IPv6. */
    Network dual(String name) {
        return networks.create(
                new NewNetwork(name, List.of(), List.of(), true, false, false, true, 0, Map.of()), Spawner.NONE);
    }

    static AttachRequest publishing(String pod, String... ports) {
        List<PortMapping> mappings = new ArrayList<>();
        for (String port : ports) {
            mappings.addAll(PortMapping.parse(port));
        }
        return new AttachRequest(pod, List.of(), null, null, null, mappings);
    }

    /** All that a network may leave: links, tables, files. */
    void assertNothingIsLeft() throws IOException {
        try (Netlink host = Netlink.open()) {
            assertThat(host.links()).extracting(Netlink.Link::name).containsExactly("lo");
        }
        assertThat(Nftables.run("list tables")).isEmpty();
        try (var files = Files.list(root.resolve("networks"))) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .allMatch(name -> name.equals(".lock") || name.endsWith(".json"));
        }
        assertThat(leftovers(networks)).isEmpty();
    }

    /** What nobody has if only these pods live. */
    static List<Leftover> leftovers(Networks networks, String... living) {
        return networks.cleanup().leftovers().stream()
                .filter(each -> !(each instanceof Leftover.Place place
                        && List.of(living).contains(place.pod())))
                .toList();
    }
}
