package io.jpod.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.jpod.cgroup.CgroupFs;
import io.jpod.oci.State.Status;
import io.jpod.testing.Own;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** One bad record is one damaged container: the others are as they were, and it goes with all that it left. */
class DamagedRecordTest extends ContainerTests {
    @BeforeEach
    void requireCgroups() {
        assumeThat(CgroupFs.find()).as("cgroup2").isPresent();
    }

    private Path file(String id, String name) {
        return containers.root().resolve(id).resolve(name);
    }

    @ParameterizedTest
    @EnumSource
    void aBadStateIsOneDamagedContainer(Damage damage) throws IOException {
        Created bad = start(bundle("sleep", "1000").set("linux.cgroupsPath", Own.CGROUPS + "-bad/x"), "bad");
        start(bundle("sleep", "1000"), "good");
        damage.doTo(file("bad", "state.json"));
        assertThat(containers.list()).extracting(Container::id).containsExactly("bad", "good");
        assertThat(containers.list()).extracting(Container::status).containsExactly(Status.DAMAGED, Status.RUNNING);
        assertThat(containers.get("bad").damage()).get().asString().contains("state.json: ");
        assertThat(containers.get("bad").state().status()).isEqualTo(Status.DAMAGED);
        assertThatThrownBy(() -> containers.get("bad").kill(15, spawner)).hasMessageContaining("delete --force");
        assertThatThrownBy(() -> containers.get("bad").delete(false, spawner)).hasMessageContaining("state.json");
        containers.get("bad").delete(true, spawner);
        assertThat(bad.await()).isEqualTo(137);
        assertThat(containers.list()).extracting(Container::id).containsExactly("good");
        assertThat(Path.of(CgroupFs.find().orElseThrow().mount() + Own.CGROUPS + "-bad"))
                .doesNotExist();
    }

    /** The config is not needed to find its processes. */
    @ParameterizedTest
    @EnumSource
    void aBadConfigKeepsNobodyFromEndingIt(Damage damage) throws IOException {
        String cgroup = Own.CGROUPS + "-config";
        Created bad = start(bundle("sleep", "1000").set("linux.cgroupsPath", cgroup), "bad");
        damage.doTo(file("bad", "config.json"));
        assertThat(containers.get("bad").status()).isEqualTo(Status.RUNNING);
        assertThat(new Volumes(temporary.resolve("data")).users("v", containers).size())
                .isEqualTo(damage == Damage.LOST ? 0 : 1);
        Damage.NO_JSON.doTo(file("bad", "state.json"));
        deleteReporting("bad");
        assertThat(bad.await()).isEqualTo(137);
        assertThat(containers.list()).isEmpty();
        assertThat(Path.of(CgroupFs.find().orElseThrow().mount() + cgroup)).doesNotExist();
    }

    private void deleteReporting(String id) {
        try {
            containers.get(id).delete(true, spawner);
        } catch (PoststopFailed reported) {
            assertThat(reported).hasMessageContaining("config.json");
        }
    }

    @ParameterizedTest
    @EnumSource(
            names = {"LOST"},
            mode = EnumSource.Mode.EXCLUDE)
    void aBadExitFileIsNoExitCode(Damage damage) throws IOException {
        Created ended = start(bundle("true"), "c");
        ended.await();
        damage.doTo(file("c", "exit"));
        assertThat(containers.get("c").exitCode()).isEmpty();
        containers.get("c").delete(false, spawner);
    }

    /** What has a container's name and is no directory is none. */
    @ParameterizedTest
    @EnumSource(names = {"PIPE", "EMPTY", "LINK", "DANGLING_LINK", "DEVICE", "SOCKET"})
    void whatIsNoDirectoryIsNoContainer(Damage damage) throws IOException {
        start(bundle("sleep", "1000"), "good");
        damage.doTo(containers.root().resolve("odd"));
        assertThat(containers.list()).extracting(Container::id).containsExactly("good");
        assertThatThrownBy(() -> create(bundle("true"), "odd")).isInstanceOf(RuntimeException.class);
        assertThat(containers.list()).extracting(Container::id).containsExactly("good");
        Files.delete(containers.root().resolve("odd"));
    }

    /** As one that was made where cgroup2 is mounted elsewhere: only the path in the record is another. */
    static Stream<String> elsewhere() {
        return Stream.of("/sys/fs/other", "/mnt/cgroup2/system.slice", "/", "/sys/fs/cgroup/unified/not");
    }

    @ParameterizedTest
    @MethodSource("elsewhere")
    void aCgroupOfAnotherMountIsFoundByWhatTheKernelSays(String mount) throws IOException {
        CgroupFs fs = CgroupFs.find().orElseThrow();
        String cgroup = Own.CGROUPS + "-mount/below/c";
        Created made = start(bundle("sleep", "1000").set("linux.cgroupsPath", cgroup), "c");
        start(bundle("sleep", "1000"), "good");
        Path state = file("c", "state.json");
        Files.writeString(state, Files.readString(state).replace("\"" + fs.mount() + "/", "\"" + mount + "/"));
        Container container = containers.get("c");
        assertThat(containers.list()).extracting(Container::status).containsOnly(Status.RUNNING);
        assertThat(container.cgroupPath()).contains(fs.mount() + cgroup);
        container.pause(spawner);
        assertThat(containers.get("c").status()).isEqualTo(Status.PAUSED);
        container.resume(spawner);
        assertThat(container.processes()).hasSize(1);
        container.delete(true, spawner);
        assertThat(made.await()).isEqualTo(137);
        assertThat(Path.of(fs.mount() + Own.CGROUPS + "-mount")).doesNotExist();
    }

    /** Its cgroup is another's by now: of the same path, as a mark on it says. */
    @Test
    void aCgroupThatIsUsedAgainIsNotEndedForItsFormerOwner() {
        String cgroup = Own.CGROUPS + "-again";
        start(bundle("true").set("linux.cgroupsPath", cgroup), "first").await();
        start(bundle("sleep", "1000").set("linux.cgroupsPath", cgroup), "second");
        containers.get("first").delete(true, spawner);
        assertThat(containers.get("second").status()).isEqualTo(Status.RUNNING);
        assertThat(containers.get("second").processes()).hasSize(1);
        containers.get("second").delete(true, spawner);
        // It was there when the second came, which leaves it as it found it.
        CgroupFs fs = CgroupFs.find().orElseThrow();
        fs.killAndRemove(fs.mount() + cgroup, Container.END);
    }

    /** Whatever has a likely name: it has no mark of ours. */
    @Test
    void aCgroupOfTheSameNameIsNotOursForThat() throws IOException {
        Path victim = Path.of(CgroupFs.find().orElseThrow().mount() + Own.CGROUPS + "-likely");
        Files.createDirectories(victim);
        Process process = new ProcessBuilder("sleep", "1000").start();
        try {
            Files.writeString(victim.resolve("cgroup.procs"), Long.toString(process.pid()));
            Created made = start(bundle("sleep", "1000").set("linux.cgroupsPath", "/jpod/likely"), "c");
            Path config = file("c", "config.json");
            Files.writeString(config, Files.readString(config).replace("/jpod/likely", Own.CGROUPS + "-likely"));
            Damage.NO_JSON.doTo(file("c", "state.json"));
            containers.get("c").delete(true, spawner);
            assertThat(made.await()).isEqualTo(137);
            assertThat(process.isAlive()).isTrue();
        } finally {
            process.destroyForcibly().onExit().join();
            CgroupFs.find().orElseThrow().killAndRemove(victim.toString(), Container.END);
        }
    }

    @Test
    void aDirectoryThatIsLostLeavesNoProcess() throws IOException {
        Created made = start(bundle("sleep", "1000"), "c");
        Files.walkFileTree(file("c", "."), DELETE);
        assertThat(containers.find("c")).isEmpty();
        containers.removeLost("c", spawner);
        assertThat(made.await()).isEqualTo(137);
        containers.removeLost("c", spawner);
        containers.removeLost("other", spawner);
    }

    private static final SimpleFileVisitor<Path> DELETE = new SimpleFileVisitor<>() {
        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult postVisitDirectory(Path directory, IOException e) throws IOException {
            Files.delete(directory.normalize());
            return FileVisitResult.CONTINUE;
        }
    };

    @Test
    void aMonitorThatWaitsSaysThatSomethingRuns() throws IOException {
        StateDir dir = emptyDirectory("c");
        Damage.NO_JSON.doTo(dir.path().resolve("state.json"));
        Path exit = dir.exitFile();
        Process monitor = new ProcessBuilder("flock", exit.toString(), "sh", "-c", "echo; exec sleep 1000").start();
        try {
            assertThat(monitor.getInputStream().read()).isEqualTo('\n');
            assertThatThrownBy(() -> containers.get("c").delete(true, spawner)).hasMessageContaining("still runs");
            assertThat(containers.list()).hasSize(1);
        } finally {
            monitor.descendants().forEach(ProcessHandle::destroyForcibly);
            monitor.destroyForcibly().onExit().join();
        }
        containers.get("c").delete(true, spawner);
        assertThat(containers.list()).isEmpty();
    }
}
