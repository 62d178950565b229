package io.jpod.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The host, and the resident brain with its descriptors and threads, after much work is as it was before. */
@Tag("root")
class LeakTest extends JpodTests {
    private static final int CYCLES = 200;
    private static final int FAILURES = 50;

    private static void cycle(Bundle bundle) {
        String id = jpod.id();
        jpod.run("create", "-b", bundle.dir().toString(), id).ok();
        jpod.run("start", id).ok();
        jpod.run("exec", id, "/probe", "true").ok();
        jpod.run("kill", id, "KILL").ok();
        jpod.run("delete", "--force", id).ok();
    }

    private static void fail(Bundle bundle) {
        jpod.run("run", "-b", bundle.dir().toString(), jpod.id()).ended(1);
    }

    @Test
    void nothingStaysOfManyContainers() throws IOException {
        Bundle bundle = jpod.probe("sleep", "1000");
        for (int i = 0; i < 10; i++) {
            cycle(bundle);
        }
        HostState before = HostState.atRest(jpod);
        for (int i = 0; i < CYCLES; i++) {
            cycle(bundle);
        }
        assertThat(HostState.lastingChanges(jpod, before, true))
                .as("after %d containers", CYCLES)
                .isEmpty();
    }

    @Test
    void nothingStaysOfContainersThatCannotBeMade() throws IOException {
        Bundle late = jpod.probe("true").args("/no-such-program");
        Bundle early = jpod.probe()
                .change(config -> config.set(
                        "mounts.+",
                        java.util.Map.of(
                                "destination", "/x", "source", "/no/such", "options", java.util.List.of("bind"))));
        fail(late);
        fail(early);
        HostState before = HostState.atRest(jpod);
        for (int i = 0; i < FAILURES; i++) {
            fail(late);
            fail(early);
        }
        assertThat(HostState.lastingChanges(jpod, before, true))
                .as("after %d failures", 2 * FAILURES)
                .isEmpty();
    }
}
