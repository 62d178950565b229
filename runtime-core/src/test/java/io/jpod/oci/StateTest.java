package io.jpod.oci;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class StateTest {
    private static final State RUNNING = new State(
            "1.3.0",
            "box",
            State.Status.RUNNING,
            4422,
            "/bundles/box",
            Map.of("a", "b\n\"c\""),
            "/bundles/box/rootfs",
            Instant.parse("2026-02-03T04:05:06.789Z"),
            "root");

    private static final State CREATING =
            new State("1.0.2", "new", State.Status.CREATING, 0, "/b", Map.of(), null, null, "");

    @Test
    void hasTheShapeOfRunc() {
        assertThat(RUNNING.toJson()).isEqualTo("""
                {
                  "ociVersion": "1.3.0",
                  "id": "box",
                  "pid": 4422,
                  "status": "running",
                  "bundle": "/bundles/box",
                  "rootfs": "/bundles/box/rootfs",
                  "created": "2026-02-03T04:05:06.789Z",
                  "annotations": {
                    "a": "b\\n\\"c\\""
                  },
                  "owner": "root"
                }""");
    }

    @Test
    void hooksGetThePropertiesOfTheSpecAlone() {
        assertThat(RUNNING.toHookJson())
                .isEqualTo("{\"ociVersion\":\"1.3.0\",\"id\":\"box\",\"status\":\"running\",\"pid\":4422,"
                        + "\"bundle\":\"/bundles/box\",\"annotations\":{\"a\":\"b\\n\\\"c\\\"\"}}");
        assertThat(CREATING.toHookJson())
                .isEqualTo("{\"ociVersion\":\"1.0.2\",\"id\":\"new\",\"status\":\"creating\",\"bundle\":\"/b\"}");
    }

    @Test
    void listsAreOneLine() {
        assertThat(State.toJson(List.of())).isEqualTo("null");
        assertThat(State.toJson(List.of(CREATING, CREATING)))
                .startsWith("[{\"ociVersion\":\"1.0.2\",\"id\":\"new\",\"pid\":0,")
                .contains("},{")
                .endsWith("\"owner\":\"\"}]");
    }
}
