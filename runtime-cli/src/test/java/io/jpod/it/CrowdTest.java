package io.jpod.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.jpod.testing.Await;
import io.jpod.testing.Built;
import io.jpod.testing.Needs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** More callers at a time than a resident brain has room for: each gets what it asked for, and nothing stays of any. */
@Tag("root")
@Needs({Built.JPOD, Built.PROBE, Built.BUSYBOX})
class CrowdTest {
    /** Starts so many containers at once, waits until all of them run, and ends them. */
    private static void storm(Jpod jpod, int callers) throws IOException {
        Bundle bundle = jpod.probe("sleep", "1000");
        // Some descriptors are kept from the first container on.
        jpod.run("run", "-b", jpod.probe("true").dir().toString(), jpod.id()).ok();
        HostState before = HostState.atRest(jpod);
        List<String> ids = new ArrayList<>();
        List<Jpod.Running> running = new ArrayList<>();
        for (int i = 0; i < callers; i++) {
            String id = jpod.id();
            ids.add(id);
            running.add(jpod.call("run", "-b", bundle.dir().toString(), id).start());
        }
        Await.until(
                () -> !running.stream().allMatch(each -> each.process().isAlive()) || alive(jpod) == callers,
                () -> alive(jpod) + " containers run, of " + callers);
        for (int i = 0; i < callers; i++) {
            if (running.get(i).process().isAlive()) {
                jpod.call("kill", ids.get(i), "KILL").run();
            }
            running.get(i).await().ended(137);
        }
        assertThat(HostState.lastingChanges(jpod, before, true)).isEmpty();
        jpod.run("run", "-b", jpod.probe("exit", "7").dir().toString(), jpod.id())
                .ended(7);
    }

    private static long alive(Jpod jpod) {
        return jpod.call("list")
                .run()
                .out()
                .lines()
                .filter(line -> line.contains(" running "))
                .count();
    }

    @Test
    void twoHundredCallersUnderTheUsualSoftLimit() throws IOException {
        try (Jpod jpod = Jpod.residentThrough("prlimit", "--nofile=1024:")) {
            storm(jpod, 200);
        }
    }

    @Test
    void moreCallersThanAHardLimitHasRoomFor() throws IOException {
        try (Jpod jpod = Jpod.residentThrough("prlimit", "--nofile=256:256")) {
            storm(jpod, 12);
        }
    }

    @Test
    void moreCallersThanThereCanBeThreadsFor() throws IOException {
        Path pids = Path.of("/sys/fs/cgroup/pids");
        assumeThat(pids.resolve("cgroup.procs")).exists();
        try (Jpod jpod = Jpod.resident()) {
            Path cgroup = Files.createDirectory(pids.resolve(jpod.token));
            try {
                Files.writeString(
                        cgroup.resolve("cgroup.procs"),
                        Long.toString(jpod.brain().pid()));
                int now = Integer.parseInt(
                        Files.readString(cgroup.resolve("pids.current")).strip());
                Files.writeString(cgroup.resolve("pids.max"), Integer.toString(now + 6));
                storm(jpod, 12);
            } finally {
                jpod.killBrain();
                Await.until(() -> cgroup.toFile().delete(), () -> cgroup + " cannot be removed");
            }
        }
    }

    /** The brain has raised its own. */
    @Test
    void aContainerHasTheLimitsOfItsCaller() throws IOException, InterruptedException {
        try (Jpod jpod = Jpod.residentThrough("prlimit", "--nofile=512:")) {
            Bundle bundle = Bundle.busybox(jpod.newDir("limits"));
            bundle.change(config -> {
                config.set("process.args", List.of("sh", "-c", "ulimit -Sn; ulimit -Hn"));
                config.remove("process.rlimits");
            });
            Result result = jpod.call("run", "-b", bundle.dir().toString(), jpod.id())
                    .through("prlimit", "--nofile=300:400")
                    .run();
            assertThat(result.ok().out()).isEqualTo("300\n400\n");
        }
    }
}
