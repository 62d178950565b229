package io.jpod.cli.show;

import java.time.Duration;
import java.time.Instant;

/** Spans of time as tables show them to people. */
final class Ago {
    private Ago() {}

    /** Such as "3 minutes ago". */
    static String since(Instant then, Instant now) {
        return span(Duration.between(then, now)) + " ago";
    }

    static String span(Duration span) {
        long seconds = Math.max(0, span.toSeconds());
        if (seconds < 1) {
            return "Less than a second";
        }
        if (seconds < 60) {
            return count(seconds, "second");
        }
        long minutes = seconds / 60;
        if (minutes < 60) {
            return minutes == 1 ? "About a minute" : count(minutes, "minute");
        }
        long hours = minutes / 60;
        if (hours < 48) {
            return hours == 1 ? "About an hour" : count(hours, "hour");
        }
        long days = hours / 24;
        if (days < 14) {
            return count(days, "day");
        }
        if (days < 60) {
            return count(days / 7, "week");
        }
        return days < 730 ? count(days / 30, "month") : count(days / 365, "year");
    }

    private static String count(long number, String unit) {
        return number + " " + unit + (number == 1 ? "" : "s");
    }
}
