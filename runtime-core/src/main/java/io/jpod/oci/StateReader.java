package io.jpod.oci;

import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** The state of a container. */
final class StateReader {
    private static final List<String> STATUSES =
            Arrays.stream(State.Status.values()).map(State.Status::jsonName).toList();

    private StateReader() {}

    static State read(Json state) {
        Integer pid = state.smallNumber("pid", 0, Integer.MAX_VALUE);
        String owner = state.text("owner");
        String status = state.need("status").oneOf(STATUSES).toUpperCase(Locale.ROOT);
        return new State(
                state.need("ociVersion").nonEmptyString(),
                state.need("id").nonEmptyString(),
                State.Status.valueOf(status),
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
