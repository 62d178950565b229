package io.jpod.oci;

import io.jpod.json.Json;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;

/** The state of a container. */
final class StateReader {
    private StateReader() {}

    static State read(Json state) {
        Integer pid = state.smallNumber("pid", 0, Integer.MAX_VALUE);
        String owner = state.text("owner");
        return new State(
                state.need("ociVersion").nonEmptyString(),
                state.need("id").nonEmptyString(),
                state.need("status").oneOf(State.Status.values(), State.Status::jsonName),
                pid == null ? 0 : pid,
                Check.absolute(state.need("bundle")),
                state.map("annotations", Json::string),
                state.text("rootfs"),
                state.optional("created", StateReader::time),
                owner == null ? "" : owner);
    }

    private static Instant time(Json time) {
        try {
            return OffsetDateTime.parse(time.string()).toInstant();
        } catch (DateTimeParseException e) {
            throw time.wrong("must be a time such as 2026-01-31T12:00:00.5Z, is " + Json.quote(time.string()));
        }
    }
}
