package io.jpod.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpod.testing.Await;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Limits as users set them, and what comes of them, on a host with all controllers in cgroup v2. */
@Tag("vm")
class LimitsVmTest extends JpodTests {
    private static Jpod.Call friendly(List<String> options, String... words) throws IOException {
        List<String> arguments =
                new ArrayList<>(List.of("run", "--rootfs", jpod.probe().rootfs().toString()));
        arguments.addAll(options);
        arguments.add("--");
        arguments.add("/probe");
        arguments.addAll(List.of(words));
        return jpod.call(arguments.toArray(String[]::new));
    }

    private static String running(Consumer<Config> change, String... words) throws IOException {
        String id = jpod.id();
        List<String> args = new ArrayList<>(List.of(words));
        args.addFirst("/probe");
        Bundle bundle = jpod.probe().change(config -> change.accept(config.set("process.args", args)));
        jpod.run("run", "-d", "-b", bundle.dir().toString(), id).ok();
        return id;
    }

    private static Path cgroup(String id) throws IOException {
        String line = Files.readString(Path.of("/proc", jpod.state(id).text("pid"), "cgroup"))
                .strip();
        return Path.of("/sys/fs/cgroup" + line.substring("0::".length()));
    }

    private static long number(Config config, String path) {
        return ((Number) java.util.Objects.requireNonNull(config.get(path), () -> path + " in " + config)).longValue();
    }

    @Test
    void moreMemoryThanAllowedKills() throws IOException {
        friendly(List.of("--memory", "64m"), "mem", "20").run().ok();
        friendly(List.of("--memory", "32m"), "mem", "200").run().ended(137);
    }

    @Test
    void anOutOfMemoryKillCanBeSeen() throws IOException {
        String id = running(config -> config.set("linux.resources.memory.limit", 33554432), "sleep", "1000");
        Jpod.Running events = jpod.call("events", "--interval", "1s", id).start();
        Jpod.awaitText(events.out(), "\"type\":\"stats\"");
        jpod.run("exec", id, "/probe", "mem", "200").ended(137);
        Jpod.awaitText(events.out(), "\"type\":\"oom\"");
        jpod.run("delete", "--force", id).ok();
        events.await();
        assertThat(events.out()).content().contains("\"id\":\"" + id + "\"");
    }

    @Test
    void noMoreProcessesThanAllowed() throws IOException {
        Result result =
                friendly(List.of("--pids-limit", "5"), "fork", "20").run().ok();
        assertThat(result.out()).isEqualTo("forked 4 EAGAIN\n");
    }

    @Test
    void noMoreCpuThanAllowed() throws IOException {
        String id = jpod.id();
        friendly(List.of("-d", "--name", id, "--cpus", "0.2"), "spin", "1000")
                .run()
                .ok();
        Jpod.awaitText(cgroup(id).resolve("cpu.stat"), Pattern.compile("nr_throttled [1-9]"));
        jpod.run("delete", "--force", id).ok();
    }

    @Test
    void updateChangesLimitsOfARunningContainer() throws IOException {
        String id = running(
                config -> config.set("linux.resources.memory.limit", 67108864).set("linux.resources.pids.limit", 10),
                "sleep",
                "1000");
        Path cgroup = cgroup(id);
        assertThat(cgroup.resolve("memory.max")).hasContent("67108864");
        assertThat(cgroup.resolve("pids.max")).hasContent("10");
        jpod.run(
                        "update",
                        "--memory",
                        "128M",
                        "--pids-limit",
                        "20",
                        "--cpu-quota",
                        "50000",
                        "--cpu-period",
                        "100000",
                        id)
                .ok();
        assertThat(cgroup.resolve("memory.max")).hasContent("134217728");
        assertThat(cgroup.resolve("pids.max")).hasContent("20");
        assertThat(cgroup.resolve("cpu.max")).hasContent("50000 100000");
        jpod.run("delete", "--force", id).ok();
        assertThat(cgroup).doesNotExist();
    }

    @Test
    void statsAreTheCgroups() throws IOException {
        String id = running(
                config -> config.set("linux.resources.memory.limit", 67108864).set("linux.resources.pids.limit", 10),
                "sleep",
                "1000");
        Config stats = Config.parse(jpod.run("events", "--stats", id).ok().out());
        assertThat(number(stats, "data.memory.usage.limit")).isEqualTo(67108864);
        assertThat(number(stats, "data.memory.usage.usage")).isPositive();
        assertThat(number(stats, "data.pids.current")).isEqualTo(1);
        assertThat(number(stats, "data.pids.limit")).isEqualTo(10);
        assertThat(number(stats, "data.cpu.usage.total")).isPositive();
        jpod.run("delete", "--force", id).ok();
    }

    /** In microseconds. */
    private static long usage(String id) throws IOException {
        return Long.parseLong(
                Files.readAllLines(cgroup(id).resolve("cpu.stat")).getFirst().replace("usage_usec ", ""));
    }

    @Test
    void aFrozenContainerUsesNoCpu() throws IOException {
        String id = running(_ -> {}, "spin", "1000");
        jpod.run("pause", id).ok();
        long before = usage(id);
        // Whoever is not frozen gets its share meanwhile.
        String other = running(_ -> {}, "spin", "1000");
        Await.until(() -> usage(other) > 200_000, () -> "the other one stands still");
        assertThat(usage(id)).isEqualTo(before);
        jpod.run("resume", id).ok();
        Await.until(() -> usage(id) > before, () -> "it stands still");
        jpod.run("delete", "--force", id, other).ok();
    }

    @Test
    void theSameWithoutAResidentBrain() throws IOException {
        friendly(List.of("--memory", "32m"), "mem", "200").oneShot().run().ended(137);
    }
}
