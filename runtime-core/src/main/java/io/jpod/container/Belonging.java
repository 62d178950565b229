package io.jpod.container;

import io.jpod.cgroup.OwnedCgroups;
import io.jpod.json.Json;
import io.jpod.json.JsonWriter;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Whose a container is, in the words of who made it: a fact of its record. Its annotations are its config's, and nothing
 * goes by them.
 *
 * @param pod that it is in, by name; null: none
 * @param debugs the pod or container that it looks into, which has not made it one of those that a pod is for; null: it
 *     does not
 * @param mapsOwners whether its files have the owners that they have on disk, seen from the pod's user namespace
 */
public record Belonging(@Nullable String pod, @Nullable String debugs, boolean mapsOwners) {
    /** Nobody's. */
    public static final Belonging NONE = new Belonging(null, null, false);

    private static final String POD = "io.jpod.pod";
    private static final String DEBUG = "io.jpod.debug";
    private static final String MAP_IDS = "io.jpod.rootfs.map-ids";

    /** The same of one that looks into something. */
    public Belonging debugging(String subject) {
        return new Belonging(pod, subject, mapsOwners);
    }

    /** Of one that has lost its record: what is noted on the cgroup in which its own was made. */
    static Belonging in(String cgroup, String mark) {
        return OwnedCgroups.ownerOf(cgroup.substring(0, cgroup.lastIndexOf('/')))
                .filter(owner -> owner.root().equals(mark) && owner.what().startsWith(Containers.POD_CGROUPS))
                .map(owner -> new Belonging(owner.what().substring(Containers.POD_CGROUPS.length()), null, false))
                .orElse(NONE);
    }

    /** What hooks and {@code state} are shown: the config's, and over them what we know. */
    Map<String, String> shownIn(Map<String, String> annotations) {
        if (pod == null && debugs == null) {
            return annotations;
        }
        Map<String, String> shown = new LinkedHashMap<>(annotations);
        if (pod != null) {
            shown.put(POD, pod);
        }
        if (debugs != null) {
            shown.put(DEBUG, debugs);
        }
        return shown;
    }

    void write(JsonWriter json) {
        json.text("pod", pod).text("debugs", debugs).ifTrue("mapsOwners", mapsOwners);
    }

    static Belonging read(Json json) {
        return new Belonging(json.text("pod"), json.text("debugs"), json.flag("mapsOwners"));
    }

    /**
     * Of a container that was recorded before records said so, when annotations did, whoever had written them. They are
     * believed of one whose cgroup was made in that of the pod: it goes with the pod anyway.
     */
    static Belonging ofOld(Map<String, String> annotations, @Nullable String cgroup) {
        String[] path = cgroup == null ? new String[0] : cgroup.split("/");
        String pod = annotations.get(POD);
        return path.length > 1 && path[path.length - 2].equals(pod)
                ? new Belonging(pod, annotations.get(DEBUG), Boolean.parseBoolean(annotations.get(MAP_IDS)))
                : NONE;
    }
}
