package io.jpod.cli;

import io.jpod.cli.command.Definition;
import io.jpod.cli.command.Jpod;
import io.jpod.cli.command.Verb;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

final class Serve implements Verb {
    private @Nullable String socket;
    private @Nullable Integer idleTimeout;

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
                v -> idleTimeout = v);
    }

    @Override
    public int call(Jpod jpod) {
        Duration idle = idleTimeout == null ? null : Duration.ofSeconds(idleTimeout);
        jpod.caller().serve(() -> path(jpod), idle, Cli::run, Cli::rest, jpod::warn);
        return OK;
    }

    private Path path(Jpod jpod) {
        String given = socket != null ? socket : jpod.caller().environment().get("JPOD_SOCKET");
        return given == null || given.isEmpty() ? jpod.places().runtime().resolve("brain.sock") : jpod.path(given);
    }
}
