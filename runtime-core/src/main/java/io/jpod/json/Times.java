package io.jpod.json;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;

/**
 * Times as RFC 3339 writes them, in UTC: {@code 2026-01-31T08:09:10.123456789Z}. The same as {@link Instant#toString}, without
 * the formatters of java.time, which cost a JVM that lives for one command 2 ms to write and 4 to read.
 */
public final class Times {
    private static final String FORM = "0000-00-00T00:00:00.000000000";
    private static final int SECONDS = "0000-00-00T00:00:00".length();

    private Times() {}

    public static String text(Instant time) {
        LocalDateTime utc = LocalDateTime.ofInstant(time, ZoneOffset.UTC);
        boolean isShort = utc.getSecond() == 0 && utc.getNano() == 0;
        return utc + (isShort ? ":00Z" : "Z");
    }

    /** @throws DateTimeException if it is no such time */
    static Instant parse(String text) {
        if (!hasForm(text)) {
            throw new DateTimeException("not a time in UTC: " + text);
        }
        String digits = text.substring(0, text.length() - 1) + FORM.substring(text.length() - 1);
        return LocalDateTime.of(
                        number(digits, 0, 4),
                        number(digits, 5, 7),
                        number(digits, 8, 10),
                        number(digits, 11, 13),
                        number(digits, 14, 16),
                        number(digits, 17, 19),
                        number(digits, 20, 29))
                .toInstant(ZoneOffset.UTC);
    }

    /** Whole seconds, or with one to nine digits of the next. */
    private static boolean hasForm(String text) {
        int end = text.length() - 1;
        if (end < SECONDS || end == SECONDS + 1 || end > FORM.length() || text.charAt(end) != 'Z') {
            return false;
        }
        for (int i = 0; i < end; i++) {
            char c = text.charAt(i);
            if (FORM.charAt(i) == '0' ? c < '0' || c > '9' : c != FORM.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    private static int number(String digits, int from, int to) {
        return Integer.parseInt(digits, from, to, 10);
    }
}
