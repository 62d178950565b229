package io.jpod.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.DateTimeException;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TimesTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "1970-01-01T00:00:00Z",
                "2026-11-23T03:41:00Z",
                "2026-11-23T03:00:00.5Z",
                "2026-11-23T03:41:00.000000001Z",
                "2026-11-23T03:41:59.123Z",
                "2026-11-23T03:41:59.123456Z",
                "2024-02-29T23:59:59.999999999Z",
                "0001-01-01T00:00:00Z",
                "9999-12-31T23:59:59Z"
            })
    void areReadAndWrittenAsInstantDoes(String text) {
        Instant time = Instant.parse(text);
        assertThat(Times.parse(text)).isEqualTo(time);
        assertThat(Times.text(time)).isEqualTo(time.toString());
    }

    @Test
    void thisMomentSurvives() {
        Instant now = Instant.now();
        assertThat(Times.parse(Times.text(now))).isEqualTo(now);
        assertThat(Times.text(now)).isEqualTo(now.toString());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "Z",
                "2026-11-23",
                "2026-11-23T03:41:59",
                "2026-11-23T03:41:59+01:00",
                "2026-11-23 03:41:59Z",
                "2026-13-23T03:41:59Z",
                "2026-02-30T03:41:59Z",
                "2026-11-23T24:41:59Z",
                "2026-11-23T03:41:59.Z",
                "2026-11-23T03:41:59.1234567890Z",
                "2026-11-23T03:41:59,5Z",
                "2026-11-23T03:41:59.+Z",
                "+026-11-23T03:41:59Z",
                "2026-11-23T03:41:59.5ZZ"
            })
    void nothingElseIsATime(String text) {
        assertThatThrownBy(() -> Times.parse(text)).isInstanceOf(DateTimeException.class);
    }
}
