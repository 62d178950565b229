package io.jpod.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpod.testing.Await;
import io.jpod.testing.Built;
import io.jpod.testing.Needs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One record that is bad, or from elsewhere, is one container's matter, and "nothing is left" is true. */
@Tag("root")
@Needs({Built.JPOD, Built.PROBE, Built.BUSYBOX})
class RecordsTest {
    @AutoClose
    private final Jpod jpod = Jpod.resident();

    /** Whoever is its parent reaps it in its own time. */
    private static void awaitEnd(long pid) {
        Await.until(() -> !Files.exists(Path.of("/proc/" + pid)), () -> pid + " is not reaped");
    }

    /** Where cgroup2 is mounted for those who made it: DIR is the test's own directory. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "unshare -m; /sys/fs/cgroup",
                "unshare -m; DIR/cgroup",
                "unshare -C -m; /sys/fs/cgroup",
                "unshare -C -m; DIR/cgroup"
            })
    void aContainerThatWasMadeUnderAnotherCgroupMount(String where) throws IOException {
        String[] parts = where.replace("DIR", jpod.dir.toString()).split("; ");
        Path mount = Path.of(parts[1]);
        if (!Files.exists(mount)) {
            Files.createDirectory(mount);
        }
        String good = TestPod.start(jpod, List.of());
        String other = jpod.id();
        List<String> words = new java.util.ArrayList<>(List.of(parts[0].split(" ")));
        words.addAll(List.of(
                "--propagation",
                "private",
                "sh",
                "-ec",
                "umount -R /sys/fs/cgroup; mount -t cgroup2 none " + mount + "; exec \"$@\"",
                "sh"));
        TestPod.run(jpod, List.of("-d", "--name", other), "sleep", "1000")
                .through(words.toArray(String[]::new))
                .oneShot()
                .run()
                .ok();
        long pid = TestPod.pid(jpod, other);

        assertThat(jpod.run("list", "-q").ok().out().lines()).containsExactlyInAnyOrder(good, other);
        assertThat(jpod.status(other)).isEqualTo("running");
        assertThat(jpod.run("doctor").ok().out().strip()).isEqualTo("nothing is left over");
        assertThat(TestPod.exec(jpod, other, "echo", "inside").ok().out().strip())
                .isEqualTo("inside");
        jpod.run("pause", other).ok();
        assertThat(jpod.status(other)).isEqualTo("paused");
        jpod.run("resume", other).ok();
        jpod.run("delete", "--force", other).ok();
        awaitEnd(pid);
        assertThat(jpod.run("list", "-q").ok().out().strip()).isEqualTo(good);
        assertThat(jpod.status(good)).isEqualTo("running");
        assertThat(jpod.run("doctor").ok().out().strip()).isEqualTo("nothing is left over");
    }

    @Test
    void aDamagedContainerIsNamedAndTheOthersAreListed() throws Exception {
        String good = TestPod.start(jpod, List.of());
        String bad = TestPod.start(jpod, List.of());
        long pid = TestPod.pid(jpod, bad);
        Path state = jpod.root.resolve(bad).resolve("state.json");
        Files.delete(state);
        assertThat(new ProcessBuilder("mkfifo", state.toString()).start().waitFor())
                .isZero();

        Result list = jpod.run("list").ok();
        assertThat(list.out()).contains(good).containsPattern(bad + " +0 +damaged");
        assertThat(list.err()).contains("container " + bad + " is damaged: " + state + ": is not a regular file");
        assertThat(jpod.run("kill", bad, "KILL").err()).contains("is damaged");
        assertThat(jpod.run("doctor").out()).contains(bad, "is not a regular file");
        jpod.run("delete", "--force", bad).ok();
        awaitEnd(pid);
        assertThat(jpod.run("doctor").ok().out().strip()).isEqualTo("nothing is left over");
    }

    /** Nothing says any more that there is one but its cgroup. */
    @Test
    void aContainerWhoseDirectoryIsLostEndsWithItsName() throws Exception {
        String lost = TestPod.start(jpod, List.of());
        long pid = TestPod.pid(jpod, lost);
        assertThat(new ProcessBuilder("rm", "-rf", jpod.root.resolve(lost).toString())
                        .start()
                        .waitFor())
                .isZero();
        assertThat(jpod.run("doctor").out()).contains("cgroup", lost);
        jpod.run("delete", "--force", lost).ok();
        awaitEnd(pid);
        jpod.run("delete", "--force", lost).ok();
    }

    /** A container of the pod whose removal was cut off keeps nothing of it. */
    @Test
    void aPodGoesThoughAContainerHasLostItsConfig() throws IOException {
        TestPod pod = TestPod.create(jpod);
        String a = pod.start();
        String b = pod.start();
        jpod.run("pod", "stop", "--time", "0", pod.name()).ok();
        Files.delete(jpod.root.resolve(a).resolve("config.json"));
        Files.writeString(jpod.root.resolve(b).resolve("state.json"), "{");
        pod.remove().ok();
        assertThat(jpod.run("list", "-q").ok().out()).isEmpty();
        assertThat(jpod.run("doctor").ok().out().strip()).isEqualTo("nothing is left over");
    }
}
