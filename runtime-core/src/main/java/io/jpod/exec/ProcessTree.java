package io.jpod.exec;

import io.jpod.abi.Flags;
import io.jpod.linux.Fd;
import io.jpod.linux.ProcessStat;
import io.jpod.linux.Processes;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** A process of the host that was started with {@link io.jpod.plan.ProcessStep.AdoptOrphans}, and all that it has started. */
public final class ProcessTree {
    private static final long PATIENCE = Duration.ofSeconds(10).toMillis();

    private ProcessTree() {}

    /** Ends all of it, the root last, and waits for that. One that the kernel does not let go within 10 seconds stays. */
    public static void kill(Spawner.Child root) {
        kill(root, ProcessTree::kill);
    }

    /** @param end of one; whatever it throws keeps neither the others nor the root */
    static void kill(Spawner.Child root, Consumer<ProcessStat> end) {
        // Stopped it starts nothing new, and yet adopts what those that we kill leave.
        Processes.signalIfThere(root.pidfd(), (int) Flags.SIGSTOP);
        long deadline = System.nanoTime() + Duration.ofMillis(PATIENCE).toNanos();
        try {
            while (killDescendants(root.pid(), end) && System.nanoTime() < deadline) {}
        } finally {
            Processes.signalIfThere(root.pidfd(), (int) Flags.SIGKILL);
            if (Processes.awaitEnd(root.pidfd(), PATIENCE)) {
                root.await();
            }
        }
    }

    /** Whether there were any: those may have had more by the time that they were killed. */
    private static boolean killDescendants(int root, Consumer<ProcessStat> end) {
        Map<Integer, ProcessStat> all = new HashMap<>();
        ProcessHandle.allProcesses()
                .flatMap(process -> ProcessStat.of((int) process.pid()).stream())
                .forEach(process -> all.put(process.pid(), process));
        List<ProcessStat> found = all.values().stream()
                .filter(process -> !process.hasEnded() && descends(process, root, all))
                .toList();
        RuntimeException failed = null;
        for (ProcessStat process : found) {
            try {
                end.accept(process);
            } catch (RuntimeException e) {
                failed = e;
            }
        }
        if (failed != null) {
            throw failed;
        }
        return !found.isEmpty();
    }

    private static boolean descends(ProcessStat process, int root, Map<Integer, ProcessStat> all) {
        ProcessStat ancestor = process;
        // What was read while processes came and went may have a circle.
        for (int steps = 0; ancestor != null && steps <= all.size(); steps++) {
            if (ancestor.parent() == root) {
                return true;
            }
            ancestor = all.get(ancestor.parent());
        }
        return false;
    }

    private static void kill(ProcessStat process) {
        try (Fd pidfd =
                Processes.pidfdIfThere(process.pid(), process.startTime()).orElse(null)) {
            if (pidfd != null) {
                Processes.signalIfThere(pidfd, (int) Flags.SIGKILL);
                Processes.awaitEnd(pidfd, PATIENCE);
            }
        }
    }
}
