package io.jpod.pod;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.jpod.abi.Flags;
import io.jpod.cgroup.Cgroup;
import io.jpod.container.Container;
import io.jpod.container.Containers;
import io.jpod.exec.Spawner;
import io.jpod.linux.Fd;
import io.jpod.linux.Linux;
import io.jpod.oci.State.Status;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** What is done to all containers of a pod at once. What holds the pod itself, its namespaces, stays as it is. */
final class PodProcesses {
    private static final Duration END = Duration.ofSeconds(10);

    private final Pod pod;

    PodProcesses(Pod pod) {
        this.pod = pod;
    }

    private List<Container> started() {
        return pod.containers().stream().filter(Container::isStarted).toList();
    }

    /** See {@link Pod#stop}. */
    void stop(int signal, Duration grace, Spawner caller) {
        List<Container> running = started();
        // Those that are frozen would not hear it.
        thaw(running.stream()
                .filter(container -> container.status() == Status.PAUSED)
                .toList());
        Containers.stop(running, signal, grace, caller);
    }

    /** See {@link Pod#kill}. */
    void kill(int signal, Spawner caller) {
        for (Container container : started()) {
            if (signal == Flags.SIGKILL) {
                container.killAll(signal, caller);
            } else {
                container.killIfRunning(signal, caller);
            }
        }
    }

    /** See {@link Pod#pause}. */
    void pause(Spawner caller) {
        List<Container> running = started();
        if (running.isEmpty()) {
            throw new PodException("pod %s has no running containers".formatted(pod.name()));
        }
        try (Cgroup cgroup = pod.cgroup().orElse(null)) {
            if (cgroup == null) {
                running.stream()
                        .filter(container -> container.status() == Status.RUNNING)
                        .forEach(container -> container.pause(caller));
            } else {
                cgroup.freeze(END);
            }
        }
    }

    /** See {@link Pod#unpause}. */
    void unpause() {
        List<Container> paused = pod.containers().stream()
                .filter(container -> container.status() == Status.PAUSED)
                .toList();
        if (paused.isEmpty()) {
            throw new PodException("pod %s is not paused".formatted(pod.name()));
        }
        thaw(paused);
    }

    /** Neither the pod's freezer nor a container's own opens while the other one is closed, so nobody waits in between. */
    private void thaw(List<Container> containers) {
        if (containers.isEmpty()) {
            return;
        }
        List<Cgroup> closed = new ArrayList<>();
        try {
            pod.cgroup().ifPresent(closed::add);
            containers.forEach(container -> container.cgroup().ifPresent(closed::add));
            closed.removeIf(cgroup -> !cgroup.isFrozen() && close(cgroup));
            closed.forEach(PodProcesses::open);
            closed.forEach(cgroup -> cgroup.thaw(END));
        } finally {
            closed.forEach(Cgroup::close);
        }
    }

    private static boolean close(Cgroup cgroup) {
        cgroup.close();
        return true;
    }

    private static void open(Cgroup cgroup) {
        try (Fd file = Linux.open(cgroup.path() + "/cgroup.freeze", Flags.O_WRONLY, 0)) {
            Linux.writeFully(file, ByteBuffer.wrap("0".getBytes(UTF_8)));
        }
    }
}
