package io.jpod.linux;

import io.jpod.abi.Flags;
import io.jpod.abi.Sys;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.Supplier;

/**
 * Work inside a network namespace, on a thread that is thrown away: sockets belong to the namespace where they were made, and
 * /proc/sys/net shows that of the thread that looks.
 */
public final class NetworkNamespace {
    private NetworkNamespace() {}

    /**
     * Runs something there, and returns or throws what it does.
     *
     * @param namespace stays the caller's
     */
    public static <T> T call(Fd namespace, Supplier<T> work) {
        FutureTask<T> task = new FutureTask<>(() -> {
            Linux.retry(Sys.SETNS, "net " + namespace, namespace.number(), Flags.CLONE_NEWNET, 0, 0);
            return work.get();
        });
        Thread.ofPlatform().name("netns").start(task);
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return task.get();
                } catch (InterruptedException e) {
                    // What has begun is finished: half of it would be nobody's.
                    interrupted = true;
                }
            }
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case RuntimeException failure -> throw failure;
                case Error failure -> throw failure;
                case null, default -> throw new IllegalStateException(e);
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
