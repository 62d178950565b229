package io.jpod.cli;

import io.jpod.linux.Processes;
import io.jpod.server.Listener;
import io.jpod.server.Server;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

final class Serve implements Verb {
    /** Longer than {@link Server} drains. */
    private static final Duration END = Duration.ofSeconds(10);

    private final Jpod jpod;
    private @Nullable String socket;
    private @Nullable Integer idleTimeout;

    Serve(Jpod jpod) {
        this.jpod = jpod;
    }

    @Override
    public void define(Definition d) {
        d.value(
                "--socket=PATH",
                "Where to listen (default: $JPOD_SOCKET, or brain.sock in /run/jpod, or in $XDG_RUNTIME_DIR/jpod"
                        + " for others than root). Not used when systemd passes a socket (LISTEN_FDS).",
                v -> socket = v);
        d.value(
                "--idle-timeout=SECONDS",
                "End when nobody has called for so long (default: never).",
                Integer.class,
                null,
                v -> idleTimeout = v);
    }

    @Override
    public Integer call() {
        Caller caller = jpod.caller();
        // Containers are children of their callers' hands, and have their limits.
        Processes.raiseOpenFiles();
        Duration idle = idleTimeout == null ? null : Duration.ofSeconds(idleTimeout);
        Listener listener = Listener.passedBy(caller).orElseGet(() -> Listener.at(path()));
        try (Server server = new Server(listener, Jpod::run, Jpod::rest, jpod::warn)) {
            Thread stop = stopping(server, Thread.currentThread());
            Runtime.getRuntime().addShutdownHook(stop);
            server.serve(caller.connection(), idle);
            remove(stop);
        }
        return ExitCode.OK.number();
    }

    /** SIGTERM runs this. The JVM stays until this command has told its own caller how it ended, and its thread has too. */
    private static Thread stopping(Server server, Thread serving) {
        return new Thread(() -> {
            server.stop();
            try {
                serving.join(END);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    private static void remove(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // The JVM is ending: the hook runs already, and waits for us.
        }
    }

    private Path path() {
        String given = socket != null ? socket : jpod.caller().environment().get("JPOD_SOCKET");
        return given == null || given.isEmpty() ? jpod.runtimeDirectory().resolve("brain.sock") : jpod.path(given);
    }
}
