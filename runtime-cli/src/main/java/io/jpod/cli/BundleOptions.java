package io.jpod.cli;

import io.jpod.container.ContainerException;
import io.jpod.container.Containers;
import io.jpod.oci.Spec;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which bundle, and what of it to do otherwise. */
final class BundleOptions {
    @Option(
            names = {"-b", "--bundle"},
            paramLabel = "DIR",
            description = "The directory with config.json (default: the current directory).")
    private @Nullable String bundle;

    @Option(names = "--no-pivot", description = "Move the root instead of pivot_root, for a root that is a ramdisk.")
    private boolean noPivot;

    @Option(names = "--no-new-keyring", description = "Let the container share the session keyring of the caller.")
    private boolean noNewKeyring;

    /** Absolute, since the state of the container names it. */
    Path directory(Jpod jpod) {
        Path directory =
                bundle == null ? jpod.caller().directory() : jpod.path(bundle).normalize();
        if (!Files.isDirectory(directory)) {
            throw new ContainerException("bundle " + directory + ": no such directory");
        }
        return directory;
    }

    Spec spec(Jpod jpod) {
        return Containers.readBundle(directory(jpod));
    }

    boolean isGiven() {
        return bundle != null;
    }

    boolean pivots() {
        return !noPivot;
    }

    boolean makesKeyring() {
        return !noNewKeyring;
    }
}
