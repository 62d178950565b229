package io.jpod.oci;

/** The kinds of hooks in the order in which a container's life reaches them. */
public enum HookKind {
    PRESTART("prestart"),
    CREATE_RUNTIME("createRuntime"),
    CREATE_CONTAINER("createContainer"),
    START_CONTAINER("startContainer"),
    POSTSTART("poststart"),
    POSTSTOP("poststop");

    private final String jsonName;

    HookKind(String jsonName) {
        this.jsonName = jsonName;
    }

    /** The property of {@code hooks}. */
    public String jsonName() {
        return jsonName;
    }
}
