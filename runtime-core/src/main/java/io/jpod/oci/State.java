package io.jpod.oci;

import io.jpod.json.JsonWriter;
import io.jpod.json.Times;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The state of a container as other programs see it: the runtime-spec's state with the three properties that runc adds
 * and that engines have come to rely on.
 *
 * @param ociVersion the runtime-spec version of the container's config.json
 * @param pid as the host sees it; 0 if there is no process
 * @param bundle absolute
 * @param rootfs absolute; null if it is not known
 * @param created null if it is not known
 * @param owner the name of the user who owns the container, "" where it is not asked for
 */
public record State(
        String ociVersion,
        String id,
        Status status,
        int pid,
        String bundle,
        Map<String, String> annotations,
        @Nullable String rootfs,
        @Nullable Instant created,
        String owner) {

    public State {
        // By name, as all that is written by Go.
        annotations = Collections.unmodifiableMap(new TreeMap<>(annotations));
    }

    /** The runtime-spec's states, "paused", which every runtime has, and "damaged": its record cannot be read. */
    public enum Status {
        CREATING,
        CREATED,
        RUNNING,
        PAUSED,
        STOPPED,
        DAMAGED;

        /** As it stands in the state, in lower case. */
        public String jsonName() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** As a hook sees it that runs where the process has this number. */
    public State withPid(int number) {
        return new State(ociVersion, id, status, number, bundle, annotations, rootfs, created, owner);
    }

    /** As {@code list} prints it: with the name of the user who owns it. */
    public State withOwner(String name) {
        return new State(ociVersion, id, status, pid, bundle, annotations, rootfs, created, name);
    }

    /** What {@code state} prints: indented by two spaces, without a newline at its end. */
    public String toJson() {
        return JsonWriter.object("  ", this::properties);
    }

    /** What {@code list -f json} prints: on one line; "null" for no container at all, as runc does. */
    public static String toJson(List<State> states) {
        return states.isEmpty() ? "null" : JsonWriter.array(null, states, (json, state) -> state.properties(json));
    }

    /** What a hook reads from its standard input: the runtime-spec's properties alone, on one line. */
    public String toHookJson() {
        return JsonWriter.object(
                null,
                json -> json.text("ociVersion", ociVersion)
                        .text("id", id)
                        .text("status", status.jsonName())
                        .number("pid", pid == 0 ? null : pid)
                        .text("bundle", bundle)
                        .texts("annotations", annotations));
    }

    private void properties(JsonWriter json) {
        json.text("ociVersion", ociVersion)
                .text("id", id)
                .number("pid", pid)
                .text("status", status.jsonName())
                .text("bundle", bundle)
                .text("rootfs", rootfs)
                .text("created", created == null ? null : Times.text(created))
                .texts("annotations", annotations)
                .text("owner", owner);
    }
}
