package io.jpod.cli.show;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpod.cgroup.CgroupStats;
import io.jpod.cgroup.CgroupUse;
import io.jpod.pod.CgroupForest;
import io.jpod.pod.CgroupNode;
import io.jpod.pod.CgroupNode.Kind;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TreeTextTest {
    private static final long MIB = 1 << 20;

    static final CgroupNode POD = new CgroupNode(
            Kind.POD,
            "web",
            "/sys/fs/cgroup/jpod/pods/web",
            new CgroupUse(90 * MIB, 256 * MIB, 1_230_000_000L, 50_000L, 100_000L, 7L, 100L, List.of(1, 2, 3)),
            List.of(
                    new CgroupNode(
                            Kind.CONTAINER,
                            "app",
                            "/sys/fs/cgroup/jpod/pods/web/app",
                            new CgroupUse(
                                    80 * MIB + 1,
                                    CgroupStats.UNLIMITED,
                                    1_200_000_000L,
                                    CgroupStats.UNLIMITED,
                                    100_000L,
                                    6L,
                                    CgroupStats.UNLIMITED,
                                    List.of(1, 2)),
                            List.of(new CgroupNode(
                                    Kind.OTHER,
                                    "inner",
                                    "/sys/fs/cgroup/jpod/pods/web/app/inner",
                                    new CgroupUse(null, null, 0L, null, null, null, null, List.of()),
                                    List.of()))),
                    new CgroupNode(Kind.CONTAINER, "side", null, null, List.of())));

    @Test
    void containersAreLeavesOfTheirPods() {
        assertThat(TreeText.text(new CgroupForest(List.of(POD), Map.of("cpu", "in cgroup v1 at /c")), Screen.NONE))
                .isEqualTo("""
                        CGROUP         MEMORY       CPU TIME   CPUS   PIDS      PROCESSES
                        pod web        90M / 256M   1.23s      0.5    7 / 100   3
                        ├─ app         80M / max    1.20s      max    6 / max   2
                        │  └─ inner/   -            0.00s      -      -         0
                        └─ side        -            -          -      -         -
                        - not known: cpu is in cgroup v1 at /c
                        """);
    }

    @Test
    void programsGetNumbersAndNoLimitWhereThereIsNone() {
        assertThat(TreeText.json(new CgroupForest(List.of(POD), Map.of()), null))
                .startsWith("{\"pods\":[{\"kind\":\"pod\",\"name\":\"web\",\"cgroup\":\"/sys/fs/cgroup/jpod/pods/web\","
                        + "\"memory\":{\"current\":94371840,\"max\":268435456},"
                        + "\"cpu\":{\"time\":1230000000,\"quota\":50000,\"period\":100000},"
                        + "\"pids\":{\"current\":7,\"max\":100},\"processes\":[1,2,3],\"children\":[")
                .contains(
                        "\"memory\":{\"current\":83886081},\"cpu\":{\"time\":1200000000,\"period\":100000},\"pids\":{\"current\":6}")
                .endsWith("{\"kind\":\"container\",\"name\":\"side\"}]}]}");
    }

    @ParameterizedTest
    @CsvSource({"0,0B", "1023,1023B", "1024,1K", "1536,1.5K", "1048575,1024K", "12900000,12.3M", "-1,max"})
    void sizesAreShort(long bytes, String text) {
        assertThat(Amounts.bytes(bytes)).isEqualTo(text);
    }
}
