package io.jpod.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What is printed as JSON, or by a template: trees of Map, List, String, Long, Double, Boolean and null. */
final class Values {
    private static final String INDENT = "  ";

    private Values() {}

    /** A map that keeps its order and may hold null. */
    static Map<String, @Nullable Object> map() {
        return new LinkedHashMap<>();
    }

    /** The tree of a JSON text of our own. */
    static @Nullable Object parse(String json) {
        try (JsonParser parser = new JsonFactory().createParser(json)) {
            return parse(parser, parser.nextToken());
        } catch (IOException e) {
            throw new UncheckedIOException("not JSON: " + e.getMessage(), e);
        }
    }

    private static @Nullable Object parse(JsonParser parser, @Nullable JsonToken token) throws IOException {
        if (token == JsonToken.START_OBJECT) {
            Map<String, @Nullable Object> map = map();
            for (String key = parser.nextFieldName(); key != null; key = parser.nextFieldName()) {
                map.put(key, parse(parser, parser.nextToken()));
            }
            return map;
        }
        if (token == JsonToken.START_ARRAY) {
            List<@Nullable Object> list = new ArrayList<>();
            for (JsonToken next = parser.nextToken(); next != JsonToken.END_ARRAY; next = parser.nextToken()) {
                list.add(parse(parser, next));
            }
            return list;
        }
        if (token == JsonToken.VALUE_NUMBER_INT) {
            return parser.getNumberValue();
        }
        if (token == JsonToken.VALUE_NUMBER_FLOAT) {
            return parser.getDoubleValue();
        }
        if (token == JsonToken.VALUE_TRUE || token == JsonToken.VALUE_FALSE) {
            return token == JsonToken.VALUE_TRUE;
        }
        return token == JsonToken.VALUE_NULL ? null : parser.getText();
    }

    /** On one line. */
    static String line(@Nullable Object value) {
        StringBuilder out = new StringBuilder();
        write(out, value, null, 0);
        return out.toString();
    }

    /** Indented. */
    static String text(@Nullable Object value) {
        StringBuilder out = new StringBuilder();
        write(out, value, INDENT, 0);
        return out.toString();
    }

    private static void write(StringBuilder out, @Nullable Object value, @Nullable String indent, int depth) {
        switch (value) {
            case String string -> quote(out, string);
            case Map<?, ?> map -> {
                out.append('{');
                String separator = "";
                for (Map.Entry<?, ?> entry : map.entrySet()) {
                    next(out.append(separator), indent, depth + 1);
                    quote(out, String.valueOf(entry.getKey()));
                    out.append(indent == null ? ":" : ": ");
                    write(out, entry.getValue(), indent, depth + 1);
                    separator = ",";
                }
                close(out, '}', map.isEmpty(), indent, depth);
            }
            case List<?> list -> {
                out.append('[');
                String separator = "";
                for (Object item : list) {
                    next(out.append(separator), indent, depth + 1);
                    write(out, item, indent, depth + 1);
                    separator = ",";
                }
                close(out, ']', list.isEmpty(), indent, depth);
            }
            case null -> out.append("null");
            default -> out.append(value);
        }
    }

    private static void quote(StringBuilder out, String text) {
        out.append('"')
                .append(JsonStringEncoder.getInstance().quoteAsString(text))
                .append('"');
    }

    private static void next(StringBuilder out, @Nullable String indent, int depth) {
        if (indent != null) {
            out.append('\n').repeat(indent, depth);
        }
    }

    private static void close(StringBuilder out, char bracket, boolean isEmpty, @Nullable String indent, int depth) {
        if (!isEmpty) {
            next(out, indent, depth);
        }
        out.append(bracket);
    }
}
