package io.jpod.container;

import static io.jpod.container.Bundle.map;
import static io.jpod.container.Bundle.mount;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jpod.abi.Flags;
import io.jpod.oci.State.Status;
import io.jpod.testing.Await;
import io.jpod.testing.Built;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The life of a container, runtime.md "Lifecycle". */
class ContainerTest extends ContainerTests {
    @Test
    void runsAProgramToItsEnd() {
        assertThat(run(bundle("echo", "hello"))).isEqualTo("hello\n");
        run(bundle("exit", "42"), 42);
    }

    @Test
    void waitsForStart() {
        Bundle bundle = bundle("echo", "started");
        Created created = create(bundle, "c");
        Container container = containers.get("c");
        assertThat(container.status()).isEqualTo(Status.CREATED);
        assertThat(container.pid()).isEqualTo(created.process().pid());
        assertThat(bundle.output()).isEmpty();
        container.start(spawner);
        assertThat(created.await()).isZero();
        assertThat(bundle.output()).isEqualTo("started\n");
        assertThat(container.status()).isEqualTo(Status.STOPPED);
        assertThatThrownBy(() -> container.start(spawner)).hasMessage("cannot start a container that has stopped");
        container.delete(false, spawner);
        assertThat(containers.list()).isEmpty();
    }

    @Test
    void aCreatedOneIsDeletedWithoutForce() {
        create(bundle("true"), "c").container().delete(false, spawner);
        assertThat(containers.find("c")).isEmpty();
    }

    @Test
    void livesUntilItIsKilled() {
        Created created = start(bundle("sleep", "1000"), "c");
        Container container = created.container();
        assertThat(container.status()).isEqualTo(Status.RUNNING);
        assertThatThrownBy(() -> container.start(spawner)).hasMessage("cannot start an already running container");
        assertThatThrownBy(() -> container.delete(false, spawner))
                .hasMessage("cannot delete container c that is not stopped: running");
        assertThatThrownBy(() -> create(bundle("true"), "c")).hasMessageContaining("already exists");
        assertThatThrownBy(() -> container.resume(spawner)).hasMessage("container not paused");
        container.pause(spawner);
        assertThat(container.status()).isEqualTo(Status.PAUSED);
        assertThatThrownBy(() -> exec(container, "true")).hasMessageContaining("paused");
        container.resume(spawner);
        assertThat(container.status()).isEqualTo(Status.RUNNING);
        container.kill((int) Flags.SIGKILL, spawner);
        assertThat(created.await()).isEqualTo(137);
        assertThatThrownBy(() -> container.kill((int) Flags.SIGKILL, spawner)).hasMessage("container not running");
        assertThatThrownBy(() -> exec(container, "true")).hasMessage("cannot exec in a stopped container");
    }

    @Test
    void aPausedOneCanBeDeletedByForce() {
        Container container = start(bundle("sleep", "1000"), "c").container();
        container.pause(spawner);
        container.delete(true, spawner);
        assertThat(containers.list()).isEmpty();
    }

    @Test
    void takesMoreProcesses() throws Exception {
        Bundle bundle = bundle("sleep", "1000");
        bundle.namespace("type", "cgroup").set("hostname", "inner");
        Container container = start(bundle, "c").container();
        Bundle other = bundle("pids", "+", "hostname", "+", "fds", "+", "caps", "+", "cwd", "+", "ns");
        other.set("process.noNewPrivileges", true).set("process.cwd", "/dev").set("process.user.uid", 1000);
        assertThat(exec(container, other).lines().toList())
                .startsWith("pid 2", "ppid 0", "pgid 2", "sid 2", "inner")
                .contains("CapEff 0000000000000000", "NoNewPrivs 1", "/dev")
                .containsAll(exec(container, "ns").lines().toList())
                .filteredOn(line -> line.matches("\\d+ .*"))
                .hasSize(3);
    }

    /** What docker and podman look for, to make 126 and 127 of it, is the same whoever starts the program. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/interpreted|exec /interpreted: no such file or directory",
                "/garbage|exec /garbage: exec format error",
                "/directory|exec /directory: permission denied",
                "directory|exec: \"directory\": executable file not found in $PATH"
            })
    void aProgramThatTheKernelRefusesIsNamedInTheWordsOfRunc(String program, String words) throws Exception {
        Container container = start(programs("sleep", "1000"), "c").container();
        Bundle refused = bundle("x").set("process.args", List.of(program));
        assertThatThrownBy(() -> exec(container, refused)).hasMessageStartingWith("args: " + words);
        Bundle same = programs("x").set("process.args", List.of(program));
        assertThatThrownBy(() -> started(same.spec(), same.options("r"), spawner))
                .hasMessageStartingWith("process.args: " + words);
        Container waiting = create(same, "w").container();
        assertThatThrownBy(() -> waiting.start(spawner))
                .hasMessageStartingWith("config.json: process.args[0]: " + words);
    }

    private Bundle programs(String... args) throws IOException {
        Bundle bundle = bundle(args);
        Files.createDirectory(bundle.rootfs.resolve("directory"));
        for (String script : List.of("interpreted", "garbage")) {
            Path file = bundle.rootfs.resolve(script);
            write(file, script.equals("garbage") ? "nothing" : "#!/no/such/program\n");
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
        return bundle;
    }

    @Test
    void startWaitsForOneThatIsBeingMade() throws Exception {
        Path fifo = temporary.resolve("fifo");
        new ProcessBuilder("mkfifo", fifo.toString()).start().waitFor();
        Bundle slow = bundle("echo", "started");
        slow.set("hooks.createRuntime", List.of(map("path", "/bin/cat", "args", List.of("cat", fifo.toString()))));
        try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
            Future<Created> created = threads.submit(() -> create(slow, "c"));
            awaitCgroup("c");
            Container container = containers.get("c");
            assertThat(container.status()).isEqualTo(Status.CREATING);
            Future<?> started = threads.submit(() -> container.start(spawner));
            // The hook goes on once somebody has written.
            Files.writeString(fifo, "now");
            started.get();
            assertThat(created.get().await()).isZero();
            assertThat(slow.output()).isEqualTo("started\n");
        }
    }

    private void awaitCgroup(String id) {
        Await.until(
                () -> containers.find(id).flatMap(Container::cgroupPath).isPresent(), () -> id + " comes to no cgroup");
    }

    @Test
    void startOfOneThatCannotBeMadeSaysThatThereIsNone() throws Exception {
        Path fifo = temporary.resolve("fifo");
        new ProcessBuilder("mkfifo", fifo.toString()).start().waitFor();
        Bundle failing = bundle("true");
        String script = "cat " + fifo + "; exit 1";
        failing.set("hooks.createRuntime", List.of(map("path", "/bin/sh", "args", List.of("sh", "-c", script))));
        try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
            Future<Created> created = threads.submit(() -> create(failing, "c"));
            awaitCgroup("c");
            Container container = containers.get("c");
            Future<?> started = threads.submit(() -> container.start(spawner));
            Files.writeString(fifo, "now");
            assertThatThrownBy(started::get).hasMessageContaining("container does not exist");
            assertThatThrownBy(created::get).hasMessageContaining("error running hook #0");
        }
    }

    @Test
    void listSkipsOneThatVanishes() throws Exception {
        try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
            Future<?> coming = threads.submit(() -> {
                for (int i = 0; i < 40; i++) {
                    run(bundle("true"));
                }
            });
            while (!coming.isDone()) {
                containers.list().forEach(Container::state);
            }
            coming.get();
        }
        assertThat(containers.list()).isEmpty();
    }

    /** What init of a delegated cgroup does: it moves down, and hands controllers on. */
    @ParameterizedTest
    @ValueSource(strings = {"init", "a/b/c", "with space"})
    void anExecIsBornWhereTheFirstProcessIs(String below) throws Exception {
        Bundle bundle = bundle();
        Files.copy(Built.BUSYBOX.file(), bundle.rootfs.resolve("busybox"));
        String move = "cd /sys/fs/cgroup && /busybox mkdir -p '" + below + "' && echo 0 > '" + below
                + "/cgroup.procs' && echo +hugetlb > cgroup.subtree_control && exec /probe sleep 1000";
        bundle.set("process.args", List.of("/busybox", "sh", "-c", move));
        bundle.namespace("type", "cgroup")
                .mount(mount("/sys", "sysfs", "sysfs"))
                .mount(mount("/sys/fs/cgroup", "cgroup", "cgroup"));
        bundle.set("linux.resources.hugepageLimits", List.of(map("pageSize", "2MB", "limit", 1 << 22)));
        Container container = start(bundle, "c").container();
        Path comm = Path.of("/proc", Integer.toString(container.pid()), "comm");
        Await.until(() -> Files.readString(comm).startsWith("probe"), () -> "it has not moved");
        assertThat(exec(container, "cat", "/proc/self/cgroup").lines()).contains("0::/" + below);
        assertThat(container.processes()).hasSize(1);
    }

    @Test
    void anExecMakesNoWorkingDirectory() throws Exception {
        Bundle bundle = bundle("sleep", "1000");
        Files.createSymbolicLink(bundle.rootfs.resolve("dangling"), Path.of("/nowhere"));
        write(bundle.rootfs.resolve("file"), "");
        Container container = start(bundle, "c").container();
        for (String cwd : List.of("/missing", "/missing/below", "/dangling", "/dangling/below", "/file", "/file/x")) {
            Bundle other = bundle("true");
            other.set("process.cwd", cwd);
            assertThatThrownBy(() -> exec(container, other))
                    .hasMessageContaining("from cwd: change directory to " + cwd);
        }
        try (var left = Files.list(bundle.rootfs)) {
            assertThat(left.map(path -> path.getFileName().toString()))
                    .containsExactlyInAnyOrder("dangling", "dev", "file", "probe", "proc");
        }
    }

    @Test
    void anExecThatFailsLeavesTheContainerAlone() {
        Container container = start(bundle("sleep", "1000"), "c").container();
        Bundle missing = bundle("x");
        missing.set("process.args", List.of("nothing"));
        assertThatThrownBy(() -> exec(container, missing))
                .hasMessage("args[0]: exec: \"nothing\": executable file not found in $PATH");
        assertThat(container.processes()).containsExactly(container.pid());
    }
}
