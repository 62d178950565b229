package io.jpod.oci;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;

/**
 * Times as RFC 3339 writes them, in UTC: {@code 2026-01-31T08:09:10.123456789Z}. The same as {@link Instant#toString}, without
 * the formatters of java.time, which cost a JVM that lives for one command 2 ms to write and 4 to read.
 */
public final class Times {
    private static final String FORM = "0000-00-00T00:00:00";

    private Times() {}

    public static String text(Instant time) {
        LocalDateTime utc = LocalDateTime.ofInstant(time, ZoneOffset.UTC);
        boolean isShort = utc.getSecond() == 0 && utc.getNano() == 0;
        return utc + (isShort ? ":00Z" : "Z");
    }

    /** @throws DateTimeException if it is no such time */
    static Instant parse(String text) {
        int end = text.length() - 1;
        if (end < FORM.length() || end > FORM.length() + 10 || text.charAt(end) != 'Z' || !hasForm(text)) {
            throw new DateTimeException("not a time in UTC: " + text);
        }
        return LocalDateTime.of(
                        number(text, 0, 4),
                        number(text, 5, 7),
                        number(text, 8, 10),
                        number(text, 11, 13),
                        number(text, 14, 16),
                        number(text, 17, 19),
                        nanos(text, end))
                .toInstant(ZoneOffset.UTC);
    }

    private static boolean hasForm(String text) {
        for (int i = 0; i < FORM.length(); i++) {
            char c = text.charAt(i);
            if (FORM.charAt(i) == '0' ? c < '0' || c > '9' : c != FORM.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    private static int nanos(String text, int end) {
        if (end == FORM.length()) {
            return 0;
        }
        int nanos = 0;
        for (int i = FORM.length() + 1, digit = 100_000_000; i < end; i++, digit /= 10) {
            nanos += digit * number(text, i, i + 1);
        }
        if (text.charAt(FORM.length()) != '.' || end == FORM.length() + 1) {
            throw new DateTimeException("not a fraction of a second: " + text);
        }
        return nanos;
    }

    private static int number(String text, int from, int to) {
        try {
            return Integer.parseInt(text, from, to, 10);
        } catch (NumberFormatException e) {
            throw new DateTimeException("not a time in UTC: " + text, e);
        }
    }
}
