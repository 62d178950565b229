package io.jpod.json;

import java.math.BigInteger;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A JSON value that knows its place in the file, so that whoever finds it wrong can say where.
 *
 * <p>An absent property and one that is null are the same to the readers by name: peers treat them so, and tools that
 * write null for an empty slice are common.
 */
public final class Json {
    private static final Pattern PLAIN_KEY = Pattern.compile("[A-Za-z_][A-Za-z0-9_]{0,59}");
    private static final BigInteger TWO_TO_64 = BigInteger.ONE.shiftLeft(64);
    private static final int SHOWN_CHARS = 60;

    /** A number with a fraction or an exponent; kept as text since no field wants one. */
    record OtherNumber(String text) {
        @Override
        public String toString() {
            return text;
        }
    }

    private final String file;
    private final @Nullable Json parent;
    private final Object step;
    private final @Nullable Object value;

    /**
     * @param step the key (String) or index (Integer) in the parent
     * @param value Map of String to Json, List of Json, String, Long, BigInteger, OtherNumber, Boolean or null
     */
    Json(String file, @Nullable Json parent, Object step, @Nullable Object value) {
        this.file = file;
        this.parent = parent;
        this.step = step;
        this.value = value;
    }

    @Nullable Object value() {
        return value;
    }

    /** @param file what errors call it */
    public static Json parse(byte[] bytes, String file) {
        return JsonParsing.parse(bytes, file);
    }

    public String path() {
        StringBuilder path = new StringBuilder();
        appendPath(path);
        return path.toString();
    }

    private void appendPath(StringBuilder path) {
        if (parent == null) {
            return;
        }
        parent.appendPath(path);
        if (step instanceof Integer) {
            path.append('[').append(step).append(']');
        } else if (PLAIN_KEY.matcher((String) step).matches()) {
            path.append(path.isEmpty() ? "" : ".").append(step);
        } else {
            path.append('[').append(quote((String) step)).append(']');
        }
    }

    public InvalidJson wrong(String reason) {
        return new InvalidJson(file, path(), reason);
    }

    /** The same for a property that is not there. */
    public InvalidJson wrong(String name, String reason) {
        return new Json(file, this, name, null).wrong(reason);
    }

    /** "", {}, [] or null. */
    public boolean isEmpty() {
        return value == null
                || value instanceof String string && string.isEmpty()
                || value instanceof Map<?, ?> map && map.isEmpty()
                || value instanceof List<?> list && list.isEmpty();
    }

    // What a value is.

    public Map<String, Json> entries() {
        if (value instanceof Map<?, ?> map) {
            @SuppressWarnings("unchecked")
            Map<String, Json> entries = (Map<String, Json>) map;
            return entries;
        }
        throw notA("an object");
    }

    public List<Json> items() {
        if (value instanceof List<?> list) {
            @SuppressWarnings("unchecked")
            List<Json> items = (List<Json>) list;
            return items;
        }
        throw notA("an array");
    }

    public String string() {
        if (value instanceof String string) {
            return string;
        }
        throw notA("a string");
    }

    public String nonEmptyString() {
        String string = string();
        if (string.isEmpty()) {
            throw wrong("must not be empty");
        }
        return string;
    }

    /** See {@link Times}. */
    public Instant time() {
        try {
            return Times.parse(string());
        } catch (DateTimeException e) {
            throw wrong("is not a time");
        }
    }

    public boolean bool() {
        if (value instanceof Boolean bool) {
            return bool;
        }
        throw notA("true or false");
    }

    public long integer(long min, long max) {
        if (value instanceof Long number && number >= min && number <= max) {
            return number;
        }
        if (value instanceof Long || value instanceof BigInteger) {
            throw wrong("must be from " + min + " to " + max + ", is " + shorten(value.toString()));
        }
        throw notA("an integer");
    }

    /** An integer from 0 to 2^64-1, as the bit pattern of a long. */
    public long unsigned() {
        if (value instanceof Long number && number >= 0) {
            return number;
        }
        if (value instanceof BigInteger number && number.signum() > 0 && number.compareTo(TWO_TO_64) < 0) {
            return number.longValue();
        }
        if (value instanceof Long || value instanceof BigInteger) {
            throw wrong("must be from 0 to 18446744073709551615, is " + shorten(value.toString()));
        }
        throw notA("an integer");
    }

    /** The one of these words. */
    public <E> E oneOf(E[] known) {
        return oneOf(known, Object::toString);
    }

    /** The one that is called so. */
    public <E> E oneOf(E[] known, Function<? super E, String> name) {
        String string = string();
        for (E each : known) {
            if (name.apply(each).equals(string)) {
                return each;
            }
        }
        String all = Arrays.stream(known).map(name).collect(Collectors.joining(", "));
        throw wrong("must be one of " + all + ", is " + quote(string));
    }

    private InvalidJson notA(String wanted) {
        return wrong("must be " + wanted + ", is " + kind());
    }

    private String kind() {
        return switch (value) {
            case null -> "null";
            case Map<?, ?> map -> "an object";
            case List<?> list -> "an array";
            case String string -> "a string";
            case Boolean bool -> bool.toString();
            case OtherNumber number -> shorten(number.text());
            default -> "a number";
        };
    }

    // Properties by name.

    /** Null if absent or null. */
    public @Nullable Json get(String name) {
        Json child = entries().get(name);
        return child == null || child.value == null ? null : child;
    }

    public Json need(String name) {
        Json child = get(name);
        if (child == null) {
            throw wrong(name, "is required");
        }
        return child;
    }

    public <T> @Nullable T optional(String name, Function<Json, T> read) {
        Json child = get(name);
        return child == null ? null : read.apply(child);
    }

    /** An optional string, where "" is what writers in Go leave for an absent one. */
    public @Nullable String text(String name) {
        Json child = get(name);
        return child == null || child.string().isEmpty() ? null : child.string();
    }

    /** As {@link #text}, for a string that has a form. */
    public @Nullable String text(String name, Function<Json, String> read) {
        return text(name) == null ? null : read.apply(need(name));
    }

    /** As {@link #text}, for one of those. */
    public <E> @Nullable E oneOf(String name, E[] known) {
        return text(name) == null ? null : need(name).oneOf(known);
    }

    /** False if absent. */
    public boolean flag(String name) {
        Json child = get(name);
        return child != null && child.bool();
    }

    public @Nullable Boolean optionalFlag(String name) {
        return optional(name, Json::bool);
    }

    public @Nullable Long number(String name, long min, long max) {
        return optional(name, child -> child.integer(min, max));
    }

    public @Nullable Integer smallNumber(String name, int min, int max) {
        return optional(name, child -> (int) child.integer(min, max));
    }

    public long needNumber(String name, long min, long max) {
        return need(name).integer(min, max);
    }

    /** Empty if absent. */
    public <T> List<T> list(String name, Function<Json, T> read) {
        Json child = get(name);
        if (child == null) {
            return List.of();
        }
        List<T> list = new ArrayList<>();
        for (Json item : child.items()) {
            list.add(read.apply(item));
        }
        return list;
    }

    /** The list under that name, in which no two items have the same key. */
    public <T> List<T> distinct(String name, Function<Json, T> read, Function<T, Object> key) {
        Set<Object> seen = new HashSet<>();
        return list(name, item -> {
            T value = read.apply(item);
            if (!seen.add(key.apply(value))) {
                throw item.wrong("sets " + key.apply(value) + " a second time");
            }
            return value;
        });
    }

    public List<String> strings(String name) {
        return list(name, Json::string);
    }

    /** Empty if absent. */
    public <T> Map<String, T> map(String name, Function<Json, T> read) {
        Json child = get(name);
        if (child == null) {
            return Map.of();
        }
        Map<String, T> map = new LinkedHashMap<>();
        child.entries().forEach((key, entry) -> map.put(key, read.apply(entry)));
        return map;
    }

    // Words of the file in a message of ours.

    /** In quotes, on one line, without control characters, and not longer than a message can bear. */
    public static String quote(String string) {
        String shown = printable(string.substring(0, Math.min(string.length(), SHOWN_CHARS)), true);
        return '"' + shown + (string.length() > SHOWN_CHARS ? "..." : "") + '"';
    }

    private static String shorten(String digits) {
        return digits.length() > SHOWN_CHARS ? digits.substring(0, SHOWN_CHARS) + "..." : digits;
    }

    /** Without line ends, control characters and what else would change how the rest of a message looks. */
    public static String printable(String text, boolean insideQuotes) {
        StringBuilder shown = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (insideQuotes && (c == '"' || c == '\\')) {
                shown.append('\\').append(c);
            } else if (Character.isISOControl(c) || Character.isSurrogate(c) || isFormat(c)) {
                shown.append(String.format("\\u%04x", (int) c));
            } else {
                shown.append(c);
            }
        }
        return shown.toString();
    }

    /** Line separators and the controls that reorder text on a terminal (CVE-2021-42574). */
    private static boolean isFormat(char c) {
        int type = Character.getType(c);
        return type == Character.FORMAT || type == Character.LINE_SEPARATOR || type == Character.PARAGRAPH_SEPARATOR;
    }
}
