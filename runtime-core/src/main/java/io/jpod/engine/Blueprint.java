package io.jpod.engine;

import io.jpod.container.Belonging;
import io.jpod.oci.Spec;
import io.jpod.pod.Pod;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A container that is to be made.
 *
 * @param bundle where the spec's relative paths begin
 * @param belonging whose it is to be
 */
record Blueprint(String id, Path bundle, Spec spec, Belonging belonging) {
    /** @param pod that it becomes a member of; null: none */
    static Blueprint in(@Nullable Pod pod, String id, Path bundle, Spec alone) {
        return pod == null
                ? new Blueprint(id, bundle, alone, Belonging.NONE)
                : new Blueprint(id, bundle, pod.join(alone, id), pod.belonging());
    }
}
