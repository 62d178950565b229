package io.jpod.plan;

/**
 * One write to one file of a container's cgroup, and where in the configuration it comes from.
 *
 * @param file the file in the cgroup's directory, such as {@code memory.max}
 * @param value what to write, without the line feed
 * @param from the configuration's path, such as {@code linux.resources.memory.limit}
 * @param controller the controller that the file belongs to, or {@code cgroup} for a file that every cgroup has
 */
public record Limit(String file, String value, String from, String controller) {
    static final String CORE = "cgroup";

    static Limit of(String file, String value, String from) {
        return new Limit(file, value, from, file.substring(0, file.indexOf('.')));
    }

    /** Whether the file exists only while a controller is enabled for the cgroup. */
    public boolean needsController() {
        return !controller.equals(CORE);
    }

    /** As people read it: {@code linux.resources.memory.limit: memory.max = 1048576}. */
    @Override
    public String toString() {
        return from + ": " + file + " = " + value;
    }
}
