package io.jpod.container;

/** The container is gone, but a poststop hook failed: to be reported, not to fail the command (runtime-spec, "Delete"). */
public final class PoststopFailed extends RuntimeException {
    private static final long serialVersionUID = 1L;

    PoststopFailed(RuntimeException hook) {
        super(hook.getMessage(), hook);
    }
}
