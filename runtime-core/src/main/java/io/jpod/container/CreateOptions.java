package io.jpod.container;

import io.jpod.linux.Fd;
import io.jpod.oci.Spec;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What the caller of create or run says, beside the spec.
 *
 * @param bundle absolute
 * @param owner uid of the caller
 * @param stdio 0, 1 and 2 of the container; they stay the caller's
 * @param consoleSocket connected, for a process with a terminal; stays the caller's
 * @param preserve how many descriptors of the hands' caller the container keeps, from 3 on
 * @param belonging whose it is, which no config can say
 */
public record CreateOptions(
        String id,
        Path bundle,
        int owner,
        List<Fd> stdio,
        @Nullable Fd consoleSocket,
        boolean pivot,
        boolean keyring,
        int preserve,
        Belonging belonging) {

    public CreateOptions {
        stdio = List.copyOf(stdio);
    }

    /** As most callers want it. */
    public static CreateOptions of(String id, Path bundle, List<Fd> stdio) {
        return new CreateOptions(id, bundle, io.jpod.linux.Processes.uid(), stdio, null, true, true, 0, Belonging.NONE);
    }

    Path rootfs(Spec spec) {
        return bundle.resolve(Objects.requireNonNull(spec.root(), "root").path())
                .normalize();
    }
}
