package io.jpod.container;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Whose a container is stands in its record, and what a config claims stays what the config claims. */
class BelongingTest {
    private static final Belonging MEMBER = new Belonging("web", null, false);
    private static final Map<String, String> CLAIM =
            Map.of("io.jpod.pod", "web", "io.jpod.debug", "web", "io.jpod.rootfs.map-ids", "true");

    private static StoredState state(Belonging belonging, Map<String, String> annotations, @Nullable String cgroup) {
        return new StoredState(
                "c",
                "1.3.0",
                7,
                8,
                "boot",
                "/bundle",
                "/bundle/rootfs",
                Instant.EPOCH,
                0,
                cgroup,
                List.of(),
                annotations,
                belonging,
                new StoredState.Wishes(true, true, 0),
                StoredState.Poststop.NONE);
    }

    private static StoredState read(String json) {
        return StoredState.read(json.getBytes(UTF_8), "state.json");
    }

    @Test
    void theRecordKeepsIt() {
        for (Belonging belonging :
                List.of(MEMBER, new Belonging("web", "web", true), new Belonging(null, "c", false))) {
            StoredState state = state(belonging, Map.of(), null);
            assertThat(read(state.toJson())).isEqualTo(state);
            assertThat(state.withProcess(1, 2)
                            .withPoststop(StoredState.Poststop.DONE)
                            .belonging())
                    .isEqualTo(belonging);
        }
    }

    @Test
    void whatAConfigClaimsIsNotBelieved() {
        StoredState state = state(Belonging.NONE, CLAIM, "/sys/fs/cgroup/jpod/pods/web/c");
        assertThat(read(state.toJson())).isEqualTo(state);
    }

    @Test
    void itIsShownOverWhatTheConfigSays() {
        assertThat(Belonging.NONE.shownIn(CLAIM)).isEqualTo(CLAIM);
        assertThat(new Belonging("db", "app", true).shownIn(Map.of("a", "b", "io.jpod.pod", "web")))
                .isEqualTo(Map.of("a", "b", "io.jpod.pod", "db", "io.jpod.debug", "app"));
    }

    /** The version before wrote no more than annotations. */
    @Test
    void anOldRecordIsBelievedIfTheCgroupIsThePods() {
        assertThat(old(Map.of("io.jpod.pod", "web"), "/sys/fs/cgroup/jpod/pods/web/c"))
                .isEqualTo(MEMBER);
        assertThat(old(CLAIM, "/elsewhere/web/c")).isEqualTo(new Belonging("web", "web", true));
        assertThat(old(CLAIM, "/sys/fs/cgroup/jpod/c")).isEqualTo(Belonging.NONE);
        assertThat(old(CLAIM, "/web")).isEqualTo(Belonging.NONE);
        assertThat(old(CLAIM, null)).isEqualTo(Belonging.NONE);
        assertThat(old(Map.of("io.jpod.pod", "pods/web"), "/sys/fs/cgroup/jpod/pods/web/c"))
                .isEqualTo(Belonging.NONE);
        assertThat(old(Map.of(), "/sys/fs/cgroup/jpod/pods/web/c")).isEqualTo(Belonging.NONE);
    }

    private static Belonging old(Map<String, String> annotations, @Nullable String cgroup) {
        String json = state(Belonging.NONE, annotations, cgroup).toJson();
        assertThat(json).contains("\"belonging\": {}");
        return read(json.replaceAll(",\\s*\"belonging\": \\{}", "")).belonging();
    }
}
