package io.jpod.cli;

import io.jpod.linux.Fd;
import io.jpod.oci.Spec;
import io.jpod.pod.Pod;
import org.jspecify.annotations.Nullable;

/**
 * The pod that a container is made in.
 *
 * @param pod null: none
 */
record Joined(Jpod jpod, @Nullable Pod pod) {
    private static final String NEW = "new:";

    /** For those who change nothing: the pod must be there. */
    static Joined existing(Jpod jpod, ContainerOptions options) {
        return new Joined(jpod, options.pod == null ? null : jpod.pods().get(options.pod));
    }

    /** Makes the pod if it is to be a new one. */
    static Joined of(Jpod jpod, @Nullable String wanted) {
        if (wanted == null) {
            return new Joined(jpod, null);
        }
        if (wanted.startsWith(NEW)) {
            PodOptions pod = new PodOptions();
            return new Joined(jpod, jpod.pods().create(pod.spec(jpod, wanted.substring(NEW.length())), jpod.caller()));
        }
        return new Joined(jpod, jpod.pods().get(wanted));
    }

    /** Keeps the pod from being removed in the meantime; the caller closes it. */
    @Nullable Fd hold() {
        return pod == null ? null : pod.hold(jpod.caller());
    }

    Spec apply(Spec spec, String id) {
        return pod == null ? spec : pod.join(spec, id);
    }
}
