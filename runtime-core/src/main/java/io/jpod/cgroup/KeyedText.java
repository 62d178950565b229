package io.jpod.cgroup;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The text forms of cgroup files (cgroup-v2.rst, "Format"). Numbers are unsigned; "max" is the largest one. */
final class KeyedText {
    static final long MAX = -1;

    private KeyedText() {}

    /** A file of one number; {@code otherwise} if it is not there or not a number. */
    static long number(@Nullable String text, long otherwise) {
        if (text == null) {
            return otherwise;
        }
        String value = text.strip();
        if (value.equals("max")) {
            return MAX;
        }
        try {
            return Long.parseUnsignedLong(value);
        } catch (NumberFormatException e) {
            return otherwise;
        }
    }

    /** "Flat keyed": a key and a number on each line. */
    static Map<String, Long> flat(@Nullable String text) {
        Map<String, Long> numbers = new LinkedHashMap<>();
        lines(text).forEach((key, value) -> numbers.put(key, number(value, 0)));
        return numbers;
    }

    /** "Nested keyed": a key, and names with values on each line. */
    static Map<String, Map<String, String>> nested(@Nullable String text) {
        Map<String, Map<String, String>> lines = new LinkedHashMap<>();
        lines(text).forEach((key, values) -> {
            Map<String, String> named = new LinkedHashMap<>();
            for (String value : values.split(" ")) {
                int equals = value.indexOf('=');
                if (equals > 0) {
                    named.put(value.substring(0, equals), value.substring(equals + 1));
                }
            }
            lines.put(key, named);
        });
        return lines;
    }

    static @Nullable String value(String text, String key) {
        return lines(text).get(key);
    }

    private static Map<String, String> lines(@Nullable String text) {
        Map<String, String> lines = new LinkedHashMap<>();
        if (text != null) {
            text.lines().forEach(line -> {
                int space = line.indexOf(' ');
                if (space > 0) {
                    lines.put(line.substring(0, space), line.substring(space + 1));
                }
            });
        }
        return lines;
    }
}
