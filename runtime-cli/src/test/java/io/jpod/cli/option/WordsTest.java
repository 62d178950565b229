package io.jpod.cli.option;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Signals, sizes and spans of time as people write them. */
class WordsTest {
    @ParameterizedTest
    @CsvSource({
        "9,9",
        "KILL,9",
        "SIGKILL,9",
        "kill,9",
        "sigterm,15",
        "HUP,1",
        "CLD,17",
        "0,0",
        "RTMIN,34",
        "SIGRTMIN+1,35",
        "RTMAX,64",
        "rtmax-1,63",
        "64,64"
    })
    void signals(String word, int number) {
        assertThat(Signals.number(word)).isEqualTo(number);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "65", "-9", "SIG", "SIG9", "FOO", "RTMIN+x", "RTMAX+1", "9 "})
    void refusesOtherSignals(String word) {
        assertThatThrownBy(() -> Signals.number(word)).hasMessage("unknown signal \"" + word + "\"");
    }

    @ParameterizedTest
    @CsvSource({
        "0,0",
        "65536,65536",
        "64k,65536",
        "64K,65536",
        "64m,67108864",
        "1.5g,1610612736",
        "64MiB,67108864",
        "64MB,67108864",
        "1 g,1073741824",
        "9223372036854775807,9223372036854775807"
    })
    void sizes(String text, long bytes) {
        assertThat(Sizes.bytes("--memory", text)).isEqualTo(bytes);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-1", "m", "64x", "1e9", "9223372036854775808", "9000p", "64 m b"})
    void refusesOtherSizes(String text) {
        assertThatThrownBy(() -> Sizes.bytes("--memory", text)).hasMessageStartingWith("--memory: ");
    }

    @ParameterizedTest
    @CsvSource({"5s,5000", "500ms,500", "1m30s,90000", "0.5h,1800000", "1.5s,1500"})
    void times(String text, long milliseconds) {
        assertThat(Durations.parse("--interval", text)).isEqualTo(Duration.ofMillis(milliseconds));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "5", "0s", "-5s", "5 s", "s", "999999999h999999999h999999999h"})
    void refusesOtherTimes(String text) {
        assertThatThrownBy(() -> Durations.parse("--interval", text)).hasMessageStartingWith("--interval: ");
    }
}
