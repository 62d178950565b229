package io.jpod.cli.command;

import io.jpod.engine.Places;
import io.jpod.net.cni.CniPlaces;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Where the things of a caller lie. What is not asked for need not be known: not every user has all of them.
 *
 * @param given what --root says; null: nothing
 */
public record Directories(Caller caller, @Nullable String given) implements Places {
    private Path path(String path) {
        return CallerPath.lasting(path, caller);
    }

    @Override
    public Path root() {
        return given == null ? runtime() : path(given);
    }

    /** For what ends with the boot. */
    public Path runtime() {
        return caller.uid() == 0
                ? Path.of("/run/jpod")
                : own("XDG_RUNTIME_DIR", "state").resolve("jpod");
    }

    @Override
    public Path data() {
        if (given != null) {
            return path(given);
        }
        return caller.uid() == 0
                ? Path.of("/var/lib/jpod")
                : own("HOME", "data").resolve(".local/share/jpod");
    }

    private Path own(String variable, String what) {
        String directory = caller.environment().get(variable);
        if (directory == null || !directory.startsWith("/")) {
            throw new IllegalStateException(variable + " is not set: say where the " + what + " shall lie with --root");
        }
        return Path.of(directory);
    }

    /** With the state they would be in memory, unless --root says otherwise. */
    @Override
    public @Nullable Path logs() {
        return given == null ? data().resolve("logs") : null;
    }

    /** $NETCONFPATH and $CNI_PATH say otherwise, as for cnitool. */
    @Override
    public CniPlaces cni() {
        CniPlaces usual = CniPlaces.usual(root());
        String configurations = caller.environment().get("NETCONFPATH");
        String plugins = caller.environment().get("CNI_PATH");
        return new CniPlaces(
                configurations == null ? usual.configurations() : path(configurations),
                plugins == null
                        ? usual.plugins()
                        : Stream.of(plugins.split(":")).map(this::path).toList(),
                root());
    }
}
