package io.jpod.container;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
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
        TreeSet<String> namespaces = namespaces();
        long keyrings = keyrings();
        for (int i = 0; i < 100; i++) {
            cycle(bundle, user);
        }
        Leftovers.now(temporary).compareWith(before);
        assertThat(namespaces()).isSubsetOf(namespaces);
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

    /** What every process of the host is in, and what is pinned by a mount: lsns(8). */
    private static TreeSet<String> namespaces() throws IOException {
        TreeSet<String> all = new TreeSet<>();
        String own = "/proc/" + ProcessHandle.current().pid() + "/task";
        try (Stream<Path> threads = Files.list(Path.of(own))) {
            for (Path thread : threads.toList()) {
                for (String name : List.of("net", "mnt", "ipc", "uts")) {
                    all.add(Files.readSymbolicLink(thread.resolve("ns/" + name)).toString());
                }
            }
        }
        return all;
    }

    /** Dead ones go when the kernel's collector comes by, keyrings(7). */
    private static long keyrings() throws IOException {
        try (Stream<String> keys = Files.lines(Path.of("/proc/keys"))) {
            return keys.filter(line -> line.contains("_ses.run")).count();
        }
    }
}
