package io.jpod.container;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Nothing adds up: what is there after a few containers is there after many. */
class CyclesTest extends ContainerTests {
    @Test
    void leaveNothing() throws Exception {
        Bundle bundle = bundle("true").namespace("type", "cgroup");
        Bundle user = bundle("true").userNamespace();
        cycle(bundle, user);
        Leftovers before = Leftovers.now(temporary);
        long keyrings = keyrings();
        for (int i = 0; i < 100; i++) {
            cycle(bundle, user);
        }
        Leftovers.now(temporary).compareWith(before);
        assertThat(keyrings()).isLessThanOrEqualTo(keyrings + 10);
        try (Stream<Path> state = Files.list(containers.root())) {
            assertThat(state).isEmpty();
        }
    }

    private void cycle(Bundle... bundles) {
        for (Bundle bundle : bundles) {
            run(bundle);
        }
    }

    /** Dead ones go when the kernel's collector comes by, keyrings(7). */
    private static long keyrings() throws IOException {
        try (Stream<String> keys = Files.lines(Path.of("/proc/keys"))) {
            return keys.filter(line -> line.contains("_ses.run")).count();
        }
    }
}
