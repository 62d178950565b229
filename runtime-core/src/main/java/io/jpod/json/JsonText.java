package io.jpod.json;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The text of a tree of Map, List, String, Long and other numbers, Boolean, null, and {@link Json} that was read. */
public final class JsonText {
    /** What comes before each level, or null to write everything on one line. */
    private final @Nullable String indent;

    private final StringBuilder out = new StringBuilder();
    private int depth;

    private JsonText(@Nullable String indent) {
        this.indent = indent;
    }

    /** On one line. */
    public static String of(@Nullable Object value) {
        return of(value, null);
    }

    /** Without a newline at its end. */
    public static String of(@Nullable Object value, @Nullable String indent) {
        JsonText text = new JsonText(indent);
        text.write(value);
        return text.out.toString();
    }

    private void write(@Nullable Object value) {
        switch (value) {
            case String string -> string(string);
            case Json json -> write(json.value());
            case Map<?, ?> map -> {
                open('{');
                String separator = "";
                for (Map.Entry<?, ?> entry : map.entrySet()) {
                    next(separator);
                    string(String.valueOf(entry.getKey()));
                    out.append(indent == null ? ":" : ": ");
                    write(entry.getValue());
                    separator = ",";
                }
                close('}', map.isEmpty());
            }
            case List<?> list -> {
                open('[');
                String separator = "";
                for (Object item : list) {
                    next(separator);
                    write(item);
                    separator = ",";
                }
                close(']', list.isEmpty());
            }
            case null, default -> out.append(value);
        }
    }

    private void open(char bracket) {
        out.append(bracket);
        depth++;
    }

    private void next(String separator) {
        out.append(separator);
        if (indent != null) {
            out.append('\n').repeat(indent, depth);
        }
    }

    private void close(char bracket, boolean isEmpty) {
        depth--;
        if (!isEmpty) {
            next("");
        }
        out.append(bracket);
    }

    private void string(String value) {
        out.append('"');
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            switch (c) {
                case '"', '\\' -> out.append('\\').append(c);
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                default -> {
                    if (c < 0x20 || Character.isSurrogate(c) && !isPaired(value, i)) {
                        out.append(String.format("\\u%04x", (int) c));
                    } else {
                        out.append(c);
                    }
                }
            }
        }
        out.append('"');
    }

    /** Half a pair is a byte that is not UTF-8, and would not survive as UTF-8. */
    private static boolean isPaired(String text, int i) {
        return Character.isHighSurrogate(text.charAt(i))
                ? i + 1 < text.length() && Character.isLowSurrogate(text.charAt(i + 1))
                : i > 0 && Character.isHighSurrogate(text.charAt(i - 1));
    }
}
