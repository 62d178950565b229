package io.jpod.container;

import io.jpod.json.InvalidJson;
import io.jpod.json.Json;
import io.jpod.json.JsonWriter;
import io.jpod.json.Times;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What jpod keeps of a container, in {@code state.json}. It is written before the first side effect, with all that set-up
 * is about to leave on the host, and again when the container's process is there: pid 0 means that it never got so far.
 *
 * @param pid in the runtime's pid namespace; 0: none yet
 * @param startTime clock ticks since boot, so that a pid used again is somebody else
 * @param bootId of the host at that time: after a reboot nothing of it exists any more
 * @param cgroup path below the cgroup2 mount; null: none
 * @param cgroupDirectories those that set-up makes, parents first
 * @param annotations as they are shown, which says nothing of whose it is
 * @param wishes of its maker, for when it is made again
 * @param poststop whether hooks have to run when it is deleted, whatever becomes of its config
 */
record StoredState(
        String id,
        String ociVersion,
        int pid,
        long startTime,
        String bootId,
        String bundle,
        String rootfs,
        Instant created,
        int owner,
        @Nullable String cgroup,
        List<String> cgroupDirectories,
        Map<String, String> annotations,
        Belonging belonging,
        Wishes wishes,
        Poststop poststop) {

    enum Poststop {
        NONE,
        DUE,
        DONE
    }

    /**
     * What stands in no spec. See {@link CreateOptions}.
     *
     * @param preserve descriptors of its maker that it got, from 3 on
     */
    record Wishes(boolean pivot, boolean keyring, int preserve) {}

    StoredState {
        cgroupDirectories = List.copyOf(cgroupDirectories);
    }

    /** Otherwise nothing of it exists any more but this: its pid and its cgroup are another's by now. */
    boolean isOfThisBoot() {
        return bootId.equals(Containers.bootId());
    }

    StoredState withProcess(int newPid, long newStartTime) {
        return with(newPid, newStartTime, poststop);
    }

    StoredState withPoststop(Poststop now) {
        return with(pid, startTime, now);
    }

    private StoredState with(int newPid, long newStartTime, Poststop newPoststop) {
        return new StoredState(
                id,
                ociVersion,
                newPid,
                newStartTime,
                bootId,
                bundle,
                rootfs,
                created,
                owner,
                cgroup,
                cgroupDirectories,
                annotations,
                belonging,
                wishes,
                newPoststop);
    }

    String toJson() {
        return JsonWriter.object(
                "  ",
                json -> json.text("id", id)
                        .text("ociVersion", ociVersion)
                        .number("pid", pid)
                        .number("startTime", startTime)
                        .text("bootId", bootId)
                        .text("bundle", bundle)
                        .text("rootfs", rootfs)
                        .text("created", Times.text(created))
                        .number("owner", owner)
                        .text("cgroup", cgroup)
                        .texts("cgroupDirectories", cgroupDirectories)
                        .texts("annotations", annotations)
                        .object("belonging", belonging, (inner, its) -> its.write(inner))
                        .ifTrue("noPivot", !wishes.pivot())
                        .ifTrue("noNewKeyring", !wishes.keyring())
                        .number("preserveFds", wishes.preserve() == 0 ? null : wishes.preserve())
                        .ifTrue("poststopDue", poststop == Poststop.DUE)
                        .ifTrue("poststopDone", poststop == Poststop.DONE));
    }

    /** @throws InvalidJson if these are not the bytes that {@link #toJson} wrote */
    static StoredState read(byte[] bytes, String file) {
        Json json = Json.parse(bytes, file);
        Map<String, String> annotations = json.map("annotations", Json::string);
        Json belonging = json.get("belonging");
        return new StoredState(
                json.need("id").nonEmptyString(),
                json.need("ociVersion").nonEmptyString(),
                (int) json.needNumber("pid", 0, Integer.MAX_VALUE),
                json.needNumber("startTime", 0, Long.MAX_VALUE),
                json.need("bootId").string(),
                json.need("bundle").nonEmptyString(),
                json.need("rootfs").nonEmptyString(),
                json.need("created").time(),
                (int) json.needNumber("owner", 0, Integer.MAX_VALUE),
                json.text("cgroup"),
                json.strings("cgroupDirectories"),
                annotations,
                belonging == null ? Belonging.ofOld(annotations, json.text("cgroup")) : Belonging.read(belonging),
                new Wishes(
                        !json.flag("noPivot"),
                        !json.flag("noNewKeyring"),
                        Objects.requireNonNullElse(json.smallNumber("preserveFds", 0, Integer.MAX_VALUE), 0)),
                json.flag("poststopDone") ? Poststop.DONE : json.flag("poststopDue") ? Poststop.DUE : Poststop.NONE);
    }
}
