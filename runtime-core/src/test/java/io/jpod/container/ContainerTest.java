package io.jpod.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jpod.abi.Flags;
import io.jpod.oci.State.Status;
import org.junit.jupiter.api.Test;

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
        Created created = start(bundle("sleep", "100"), "c");
        Container container = created.container();
        assertThat(container.status()).isEqualTo(Status.RUNNING);
        assertThatThrownBy(() -> container.start(spawner)).hasMessage("cannot start an already running container");
        assertThatThrownBy(() -> container.delete(false, spawner))
                .hasMessage("cannot delete container c that is not stopped: running");
        assertThatThrownBy(() -> create(bundle("true"), "c")).hasMessageContaining("already exists");
        assertThatThrownBy(container::resume).hasMessage("container not paused");
        container.pause();
        assertThat(container.status()).isEqualTo(Status.PAUSED);
        assertThatThrownBy(() -> exec(container, "true")).hasMessageContaining("paused");
        container.resume();
        assertThat(container.status()).isEqualTo(Status.RUNNING);
        container.kill((int) Flags.SIGKILL);
        assertThat(created.await()).isEqualTo(137);
        assertThatThrownBy(() -> container.kill((int) Flags.SIGKILL)).hasMessage("container not running");
        assertThatThrownBy(() -> exec(container, "true")).hasMessage("cannot exec in a stopped container");
    }

    @Test
    void aPausedOneCanBeDeletedByForce() {
        Container container = start(bundle("sleep", "100"), "c").container();
        container.pause();
        container.delete(true, spawner);
        assertThat(containers.list()).isEmpty();
    }

    @Test
    void takesMoreProcesses() throws Exception {
        Bundle bundle = bundle("sleep", "100");
        bundle.namespace("type", "cgroup").set("hostname", "inner");
        Container container = start(bundle, "c").container();
        Bundle other = bundle("pids", "+", "hostname", "+", "fds", "+", "caps", "+", "cwd", "+", "ns");
        other.set("process.noNewPrivileges", true).set("process.cwd", "/made").set("process.user.uid", 1000);
        assertThat(exec(container, other).lines().toList())
                .startsWith("pid 2", "ppid 0", "pgid 2", "sid 2", "inner")
                .contains("CapEff 0000000000000000", "NoNewPrivs 1", "/made")
                .containsAll(exec(container, "ns").lines().toList())
                .filteredOn(line -> line.matches("\\d+ .*"))
                .hasSize(3);
    }

    @Test
    void anExecThatFailsLeavesTheContainerAlone() {
        Container container = start(bundle("sleep", "100"), "c").container();
        Bundle missing = bundle("x");
        missing.set("process.args", java.util.List.of("nothing"));
        assertThatThrownBy(() -> exec(container, missing))
                .hasMessage("args[0]: exec: \"nothing\": executable file not found in $PATH");
        assertThat(container.processes()).containsExactly(container.pid());
    }
}
