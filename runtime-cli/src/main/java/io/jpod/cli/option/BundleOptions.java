package io.jpod.cli.option;

import io.jpod.cli.command.Definition;
import io.jpod.cli.command.Jpod;
import io.jpod.container.ContainerException;
import io.jpod.container.Containers;
import io.jpod.oci.Process;
import io.jpod.oci.Spec;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Which bundle, and what of it to do otherwise. */
public final class BundleOptions {
    private @Nullable String bundle;
    private boolean noPivot;
    private boolean noNewKeyring;

    public void define(Definition d) {
        d.value("-b --bundle=DIR", "The directory with config.json (default: the current directory).", v -> bundle = v);
        d.flag("--no-pivot", "Move the root instead of pivot_root, for a root that is a ramdisk.", on -> noPivot = on);
        d.flag(
                "--no-new-keyring",
                "Let the container share the session keyring of the caller.",
                on -> noNewKeyring = on);
    }

    /** Absolute, since the state of the container names it. */
    public Path directory(Jpod jpod) {
        Path directory =
                bundle == null ? jpod.caller().directory() : jpod.path(bundle).normalize();
        if (!Files.isDirectory(directory)) {
            throw new ContainerException("bundle " + directory + ": no such directory");
        }
        return directory;
    }

    /** Its spec, with what comes from the caller's environment. */
    public Spec spec(Jpod jpod) {
        Spec spec = Containers.readBundle(directory(jpod));
        Process process = spec.process();
        return process == null || ProcessOptions.passedBySystemd(jpod.caller()) == 0
                ? spec
                : spec.with(s -> s.process = ProcessOptions.withListenFds(process, jpod.caller()));
    }

    public boolean isGiven() {
        return bundle != null;
    }

    boolean pivots() {
        return !noPivot;
    }

    boolean makesKeyring() {
        return !noNewKeyring;
    }
}
