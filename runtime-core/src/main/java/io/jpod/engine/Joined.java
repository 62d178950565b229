package io.jpod.engine;

import io.jpod.linux.Fd;
import io.jpod.pod.Pod;
import org.jspecify.annotations.Nullable;

/**
 * The pod that a container is made in.
 *
 * @param pod null: none
 * @param hold keeps the pod from being removed in the meantime
 */
record Joined(@Nullable Pod pod, @Nullable Fd hold) implements AutoCloseable {
    static Joined of(Engine engine, @Nullable String name) {
        Pod pod = name == null ? null : engine.pods().get(name);
        return new Joined(pod, pod == null ? null : pod.hold(engine.parent()));
    }

    @Override
    public void close() {
        if (hold != null) {
            hold.close();
        }
    }
}
