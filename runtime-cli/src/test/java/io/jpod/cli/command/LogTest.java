package io.jpod.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;

class LogTest {
    private static final Instant NOW = Instant.parse("2026-01-02T03:04:05.678Z");

    @Test
    void textIsWhatProgramsParse() {
        assertThat(Log.Format.TEXT.line(Log.Level.ERROR, "say \"no\"\nagain", NOW))
                .isEqualTo("time=\"2026-01-02T03:04:05Z\" level=error msg=\"say \\\"no\\\"\\nagain\"");
    }

    @Test
    void jsonHasOneObjectInALine() {
        assertThat(Log.Format.JSON.line(Log.Level.WARNING, "a\tb é", NOW))
                .isEqualTo("{\"level\":\"warning\",\"msg\":\"a\\tb é\",\"time\":\"2026-01-02T03:04:05Z\"}");
    }
}
