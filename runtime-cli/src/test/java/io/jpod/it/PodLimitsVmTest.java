package io.jpod.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Limits of pods hold for all of their containers together, on a host with all controllers in cgroup v2. */
@Tag("vm")
class PodLimitsVmTest extends JpodTests {
    private static final Path CGROUPS = Path.of("/sys/fs/cgroup");

    private static String start(TestPod pod, List<String> options, String... words) {
        List<String> all = new ArrayList<>(options);
        all.addAll(List.of("--pod", pod.name()));
        return TestPod.start(jpod, all, words);
    }

    private static Path cgroup(TestPod pod) {
        return CGROUPS.resolve("jpod/pods").resolve(pod.name());
    }

    private static String read(Path file) throws IOException {
        return Files.readString(file).strip();
    }

    private static int exitCode(String id) {
        jpod.awaitStatus(id, "stopped");
        return Integer.parseInt(jpod.run("wait", id).ok().out().strip());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "+pid", "+cgroup", "+user", "+pid,cgroup,user"})
    void controllersReachTheContainersAndContainersAreLeaves(String share) throws IOException {
        TestPod pod = share.isEmpty()
                ? TestPod.create(jpod, "--memory", "256m")
                // The machine's file systems, overlayfs and virtiofs, cannot have owners mapped.
                : TestPod.create(
                        jpod,
                        "--memory",
                        "256m",
                        "--share",
                        share,
                        "--userns",
                        share.contains("user") ? "auto:unmapped" : "host");
        String id = start(pod, List.of("--memory", "64m"));
        Path cgroup = cgroup(pod);
        for (Path parent : List.of(CGROUPS, CGROUPS.resolve("jpod"), CGROUPS.resolve("jpod/pods"), cgroup)) {
            assertThat(read(parent.resolve("cgroup.subtree_control")).split(" "))
                    .as(parent.toString())
                    .contains("cpu", "memory", "pids");
        }
        assertThat(cgroup.resolve("cgroup.procs")).isEmptyFile();
        assertThat(cgroup.resolve("memory.max")).hasContent("268435456");
        assertThat(cgroup.resolve(id + "/memory.max")).hasContent("67108864");
        assertThat(cgroup.resolve(id + "/cgroup.procs")).hasContent(Long.toString(TestPod.pid(jpod, id)));
        assertThat(cgroup.resolve(id + "/cgroup.subtree_control")).isEmptyFile();
        if (share.contains("pid")) {
            assertThat(cgroup.resolve("init/cgroup.procs")).hasContent(Long.toString(pod.init()));
        }
        pod.remove().ok();
        assertThat(cgroup).doesNotExist();
    }

    @Test
    void allLimitsStandInTheFiles() throws IOException {
        TestPod pod =
                TestPod.create(jpod, "--memory", "128m", "--cpus", "0.5", "--pids-limit", "40", "--cpuset-cpus", "0");
        Path cgroup = cgroup(pod);
        assertThat(cgroup.resolve("memory.max")).hasContent("134217728");
        assertThat(cgroup.resolve("cpu.max")).hasContent("50000 100000");
        assertThat(cgroup.resolve("pids.max")).hasContent("40");
        assertThat(cgroup.resolve("cpuset.cpus")).hasContent("0");
        String id = start(pod, List.of());
        assertThat(read(Path.of("/proc/" + TestPod.pid(jpod, id) + "/status"))).contains("Cpus_allowed_list:\t0\n");
        pod.remove().ok();
    }

    @Test
    void thePodsMemoryLimitHoldsBelowTheSumOfItsContainers() {
        TestPod pod = TestPod.create(jpod, "--memory", "96m");
        String bystander = start(pod, List.of());
        String holds = start(pod, List.of("--memory", "80m"), "mem", "60", "1000");
        Jpod.awaitText(jpod.root.resolve(holds).resolve("log/log"), "touched 60");
        // Each alone is allowed what both together are not; the kernel chooses whom it kills.
        Result wants = TestPod.run(jpod, List.of("--pod", pod.name(), "--memory", "80m"), "mem", "60")
                .run();
        if (wants.code() == 0) {
            assertThat(exitCode(holds)).isEqualTo(137);
        } else {
            assertThat(wants.code()).isEqualTo(137);
            assertThat(jpod.status(holds)).isEqualTo("running");
        }
        assertThat(jpod.status(bystander)).isEqualTo("running");
        pod.remove().ok();
    }

    @Test
    void outOfMemoryInOneContainerIsItsOwn() throws IOException {
        TestPod pod = TestPod.create(jpod, "--memory", "256m");
        String lives = start(pod, List.of());
        Path fifo = jpod.dir.resolve("rootfs/fifo");
        jpod.program(List.of("mkfifo", fifo.toString())).run().ok();
        String dies = start(pod, List.of("--memory", "32m"), "cat", "/fifo", "+", "mem", "200");
        Jpod.Running events = jpod.call("events", "--interval", "1s", dies).start();
        Jpod.awaitText(events.out(), "\"type\":\"stats\"");
        // It goes on once somebody has opened the other end.
        Files.writeString(fifo, "");
        assertThat(exitCode(dies)).isEqualTo(137);
        assertThat(jpod.status(lives)).isEqualTo("running");
        assertThat(pod.status()).isEqualTo("Degraded");
        // Which one: its own cgroup counted it, the neighbour's did not.
        assertThat(read(cgroup(pod).resolve(dies + "/memory.events"))).contains("oom_kill 1");
        assertThat(read(cgroup(pod).resolve(lives + "/memory.events"))).contains("oom_kill 0");
        jpod.run("delete", "--force", dies).ok();
        events.await();
        assertThat(events.out()).content().contains("\"type\":\"oom\"").contains("\"id\":\"" + dies + "\"");
        pod.remove().ok();
    }

    @Test
    void shmCountsAgainstThePod() throws IOException, InterruptedException {
        TestPod pod = TestPod.create(jpod, "--memory", "48m", "--shm-size", "256m");
        Bundle busybox = Bundle.busybox(jpod.newDir("busybox"));
        Result result = jpod.call(
                        "run",
                        "--pod",
                        pod.name(),
                        "--rootfs",
                        busybox.rootfs().toString(),
                        "--",
                        "sh",
                        "-c",
                        "exec dd if=/dev/zero of=/dev/shm/x bs=1M count=200")
                .run();
        assertThat(result.code()).as("%s", result).isNotZero();
        assertThat(read(cgroup(pod).resolve("memory.events"))).doesNotContain("\noom 0");
        pod.remove().ok();
    }

    @Test
    void noMoreProcessesThanThePodMayHave() {
        TestPod pod = TestPod.create(jpod, "--pids-limit", "10");
        start(pod, List.of());
        String second = start(pod, List.of("--pids-limit", "100"));
        // Two that sleep, and the one that forks.
        assertThat(TestPod.exec(jpod, second, "fork", "20").ok().out()).isEqualTo("forked 7 EAGAIN\n");
        pod.remove().ok();
    }

    @Test
    void noMoreCpuThanThePodMayHave() {
        TestPod pod = TestPod.create(jpod, "--cpus", "0.2");
        start(pod, List.of(), "spin", "1000");
        start(pod, List.of(), "spin", "1000");
        Jpod.awaitText(cgroup(pod).resolve("cpu.stat"), Pattern.compile("nr_throttled [1-9]"));
        pod.remove().ok();
    }

    @Test
    void aPodsLimitsDoNotOutliveIt() {
        TestPod pod = TestPod.create(jpod, "--memory", "64m");
        pod.remove().ok();
        Result again = TestPod.creation(jpod, pod.name()).run().ok();
        assertThat(cgroup(pod).resolve("memory.max")).as("%s", again).hasContent("max");
        pod.remove().ok();
    }
}
