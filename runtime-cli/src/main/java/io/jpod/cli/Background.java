package io.jpod.cli;

import io.jpod.container.Container;
import io.jpod.container.CreateOptions;
import io.jpod.container.Created;
import io.jpod.container.LogDir;
import io.jpod.oci.Spec;
import io.jpod.oci.State.Status;
import java.nio.file.Path;
import java.util.Collection;

/**
 * Starts containers that nobody is attached to, any number of them in one command. The hands part from the caller and stay
 * behind as the monitor of them all: they keep the exit codes, and a terminal's output for the log.
 */
final class Background {
    private final Jpod jpod;
    private final Caller caller;

    private Background(Jpod jpod) {
        this.jpod = jpod;
        this.caller = jpod.caller();
    }

    /** To be called before anything else that makes a child of the hands. */
    static Background of(Jpod jpod) {
        jpod.caller().detach();
        return new Background(jpod);
    }

    /** The same for containers that are there: only those that have ended will be made. */
    static Background again(Jpod jpod, Collection<Container> containers) {
        return containers.stream().anyMatch(Background::isToBeMade) ? of(jpod) : new Background(jpod);
    }

    private static boolean isToBeMade(Container container) {
        return container.status() == Status.STOPPED || container.status() == Status.CREATING;
    }

    private static boolean hasTerminal(Spec spec) {
        return spec.process() != null && spec.process().terminal();
    }

    /** Starts one that was created, or has ended: then it is made again, and its log goes on. */
    void start(Container container) {
        if (!isToBeMade(container)) {
            container.start(caller);
            return;
        }
        try (Stdio stdio = new Stdio(container.spec(), LogDir.Bounds.DEFAULT);
                Created created =
                        container.recreate(stdio.pipe().stdio(), stdio.console().socket(), caller)) {
            handOver(created, stdio);
            created.start(caller);
        }
    }

    /**
     * Makes a new one and starts it.
     *
     * @param bundle where the spec's relative paths begin
     * @param bounds of its log
     */
    Container make(String id, Path bundle, Spec spec, LogDir.Bounds bounds) {
        try (Stdio stdio = new Stdio(spec, bounds)) {
            CreateOptions options = new CreateOptions(
                    id,
                    bundle,
                    caller.uid(),
                    stdio.pipe().stdio(),
                    stdio.console().socket(),
                    true,
                    true,
                    0);
            try (Created created = jpod.containers().prepare(spec, options, caller)) {
                handOver(created, stdio);
                created.start(caller);
                return created.container();
            }
        }
    }

    /** From here on the hands know what to do, whatever becomes of us. */
    private void handOver(Created created, Stdio stdio) {
        created.settle(caller, () -> {
            jpod.tell(created.process());
            created.process().warnings().forEach(jpod::warn);
            Launch.leave(jpod, created, stdio.console(), stdio.pipe());
        });
    }

    /** Nothing to read, a log to write to, and a terminal for us if the container is to have one. */
    private record Stdio(TerminalRoute console, LogPipe pipe) implements AutoCloseable {
        /** @param bounds of the log, if it has none yet */
        Stdio(Spec spec, LogDir.Bounds bounds) {
            this(hasTerminal(spec) ? TerminalRoute.own() : new TerminalRoute(null, null), LogPipe.open(bounds));
        }

        @Override
        public void close() {
            console.close();
            pipe.close();
        }
    }
}
