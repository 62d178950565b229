package io.jpod.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What jpod shows of limits and use, on a host with all controllers in cgroup v2. */
@Tag("vm")
class SeeVmTest extends JpodTests {
    @AfterEach
    void remove() {
        jpod.run("pod", "rm", "--all", "--force").ok();
    }

    private static long number(Config config, String path) {
        return ((Number) Objects.requireNonNull(config.get(path), () -> path + " in " + config)).longValue();
    }

    @Test
    void theTreeAndThePageHaveLimitsAndUse() throws IOException {
        TestPod pod = TestPod.create(jpod, "--memory", "64m", "--cpus", "0.5", "--pids-limit", "50");
        String id = TestPod.start(jpod, List.of("--pod", pod.name(), "--memory", "32m"));

        Config tree = Config.parse(
                jpod.run("pod", "tree", "--format", "json", pod.name()).ok().out());

        assertThat(tree.get("missing")).isNull();
        assertThat(number(tree, "pods[0].memory.max")).isEqualTo(64 << 20);
        assertThat(number(tree, "pods[0].cpu.quota") * 2).isEqualTo(number(tree, "pods[0].cpu.period"));
        assertThat(number(tree, "pods[0].pids.max")).isEqualTo(50);
        assertThat(tree.text("pods[0].children[0].name")).isEqualTo(id);
        assertThat(number(tree, "pods[0].children[0].memory.max")).isEqualTo(32 << 20);
        assertThat(number(tree, "pods[0].children[0].memory.current")).isBetween(1L, 32L << 20);
        assertThat(jpod.run("pod", "tree", pod.name()).ok().out())
                .containsPattern("pod " + pod.name() + " .* / 64M .* 0\\.5 .* / 50 ")
                .doesNotContain("not known");

        jpod.run("pod", "view", "--html", "page.html", pod.name()).ok();

        assertThat(Files.readString(jpod.dir.resolve("page.html")))
                .contains(" of 64M", " of 32M", "up to 0.5", " of 50");
    }
}
