package io.jpod.oci;

/** namespaces(7), with the spec's spelling. */
public enum NamespaceType {
    PID("pid"),
    NETWORK("network"),
    MOUNT("mount"),
    IPC("ipc"),
    UTS("uts"),
    USER("user"),
    CGROUP("cgroup"),
    TIME("time");

    private final String jsonName;

    NamespaceType(String jsonName) {
        this.jsonName = jsonName;
    }

    /** The value of {@code type}. */
    public String jsonName() {
        return jsonName;
    }

    /** What it is called below {@code /proc/PID/ns}. */
    public String procName() {
        return switch (this) {
            case NETWORK -> "net";
            case MOUNT -> "mnt";
            case PID, IPC, UTS, USER, CGROUP, TIME -> jsonName;
        };
    }
}
