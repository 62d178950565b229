package io.jpod.container;

import io.jpod.abi.Flags;
import io.jpod.cgroup.Cgroup;
import io.jpod.linux.Fd;
import io.jpod.linux.Poll;
import io.jpod.linux.ProcessStat;
import io.jpod.linux.Processes;
import io.jpod.oci.NamespaceType;
import io.jpod.oci.State.Status;
import java.nio.file.Files;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** What runs of a container: its first process, and what else is in its cgroup. */
final class RunningProcesses {
    private final Container container;

    /** Of the first one; null: there never was one. */
    private final @Nullable StoredState record;

    RunningProcesses(Container container) {
        this.container = container;
        this.record = container.stored() instanceof Stored.Whole whole
                        && whole.state().isOfThisBoot()
                ? whole.state()
                : null;
    }

    /** Whether the first one runs. */
    boolean isAlive() {
        return record != null && ProcessStat.isAlive(record.pid(), record.startTime());
    }

    /** The first one; 0 if it has ended. */
    int pid() {
        return record != null && isAlive() ? record.pid() : 0;
    }

    /** The first one; empty if it has ended and was waited for. */
    private Optional<Fd> first() {
        return record == null ? Optional.empty() : Processes.pidfdIfThere(record.pid(), record.startTime());
    }

    /** The same for something that cannot be done without. */
    Fd first(Verb verb) {
        return first().orElseThrow(() -> verb.refusal(container, Status.STOPPED));
    }

    /** @throws ContainerException if it cannot be done because the first one has just ended, by itself */
    void requireAlive(Verb verb) {
        if (!isAlive()) {
            throw verb.refusal(container, Status.STOPPED);
        }
    }

    List<Integer> all() {
        try (Cgroup cgroup = container.cgroup().orElse(null)) {
            return cgroup != null ? cgroup.pids() : isAlive() ? List.of(pid()) : List.of();
        }
    }

    /** See {@link Container#kill}. */
    void signal(int signal) {
        try (Fd process = first(Verb.KILL)) {
            Processes.signalIfThere(process, signal);
        }
        // A frozen process would not notice; and without a pid namespace of its own it is not the only one.
        if (signal == Flags.SIGKILL && container.spec().linux().namespace(NamespaceType.PID) == null) {
            killCgroup();
        }
    }

    /** See {@link Container#killAll}. */
    void signalAll(int signal) {
        if (container.cgroupPath().isEmpty()) {
            Verb.KILL.require(container);
        }
        if (signal == Flags.SIGKILL && killCgroup()) {
            return;
        }
        for (int pid : all()) {
            try (Fd process = Processes.pidfdIfThere(pid).orElse(null)) {
                if (process != null) {
                    Processes.signalIfThere(process, signal);
                }
            }
        }
    }

    /** Kills them all and waits until they are gone. */
    void end() {
        killCgroup();
        try (Fd process = first().orElse(null)) {
            if (process != null) {
                Processes.signalIfThere(process, (int) Flags.SIGKILL);
                if (!Processes.awaitEnd(process, Container.END.toMillis())) {
                    throw new ContainerException(
                            "container %s: process %d does not end".formatted(container.id(), pid()));
                }
            }
        }
    }

    /** False if it has none. */
    private boolean killCgroup() {
        try (Cgroup cgroup = container.cgroup().orElse(null)) {
            if (cgroup != null) {
                cgroup.kill(Container.END);
            }
            return cgroup != null;
        }
    }

    /** See {@link Container#await()}. */
    OptionalInt await() {
        OptionalInt fromKernel = OptionalInt.empty();
        try (Fd process = first().orElse(null)) {
            if (process != null) {
                Processes.awaitEnd(process, -1);
                if (!Files.exists(container.exitFile())) {
                    fromKernel = ExitCodes.fromKernel(process);
                }
            }
        }
        OptionalInt kept = ExitCodes.kept(container.dir());
        return kept.isPresent() ? kept : fromKernel;
    }

    /** See {@link Container#awaitEnd}. */
    boolean awaitEnd(@Nullable Fd caller, long milliseconds) {
        try (Fd process = first().orElse(null)) {
            if (process == null || caller == null) {
                return process == null || Processes.awaitEnd(process, milliseconds);
            }
            return Poll.poll(List.of(process, caller), Flags.POLLIN, milliseconds)[0] != 0;
        }
    }
}
