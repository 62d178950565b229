package io.jpod.cli.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jpod.oci.State;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class OutputTest {
    private static final State STATE = new State(
            "1.3.0",
            "c1",
            State.Status.RUNNING,
            1234,
            "/bundles/a-longer-name",
            Map.of(),
            "/rootfs",
            Instant.parse("2026-11-22T19:54:19.435323503Z"),
            "root");

    @Test
    void listHasTheColumnsOfRunc() {
        assertThat(ListContainers.table(List.of()))
                .isEqualTo("ID          PID         STATUS      BUNDLE      CREATED     OWNER\n");
        assertThat(ListContainers.table(List.of(STATE))).isEqualTo("""
                        ID          PID         STATUS      BUNDLE                   CREATED                          OWNER
                        c1          1234        running     /bundles/a-longer-name   2026-11-22T19:54:19.435323503Z   root
                        """);
    }

    @Test
    void psShowsTheContainersLinesAlone() {
        List<String> lines = List.of(
                "UID        PID  PPID CMD",
                "root        11     1 init",
                "root        12    11 sh -c 'sleep 11'",
                "  and more");

        assertThat(Ps.filter(lines, Set.of(12))).containsExactly(lines.get(0), lines.get(2));
        assertThat(Ps.filter(lines, Set.of())).containsExactly(lines.getFirst());
        assertThatThrownBy(() -> Ps.filter(List.of("CMD", "init"), Set.of(1)))
                .hasMessage("couldn't find PID field in ps output");
    }
}
