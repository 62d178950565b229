package io.jpod.cli.option;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Spans of time as Go programs take them: 5s, 500ms, 1m30s, 0.5h. */
public final class Durations {
    private static final Pattern DURATION = Pattern.compile("(?:\\d{1,9}(?:\\.\\d{1,9})?(?:ms|us|ns|h|m|s))+");
    private static final Pattern PART = Pattern.compile("(\\d+(?:\\.\\d+)?)(ms|us|ns|h|m|s)");
    private static final Map<String, Long> NANOSECONDS = Map.of(
            "ns",
            1L,
            "us",
            1_000L,
            "ms",
            1_000_000L,
            "s",
            1_000_000_000L,
            "m",
            60_000_000_000L,
            "h",
            3_600_000_000_000L);

    private Durations() {}

    /** @param option what to call it in an error */
    public static Duration parse(String option, String text) {
        BigDecimal sum = BigDecimal.ZERO;
        if (DURATION.matcher(text).matches()) {
            Matcher part = PART.matcher(text);
            while (part.find()) {
                BigDecimal unit = BigDecimal.valueOf(NANOSECONDS.getOrDefault(part.group(2), 0L));
                sum = sum.add(new BigDecimal(part.group(1)).multiply(unit));
            }
        }
        if (sum.signum() <= 0 || sum.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) > 0) {
            throw new IllegalArgumentException(
                    option + ": must be a span of time such as 5s or 1m30s, is \"" + text + "\"");
        }
        return Duration.ofNanos(sum.setScale(0, RoundingMode.DOWN).longValueExact());
    }
}
