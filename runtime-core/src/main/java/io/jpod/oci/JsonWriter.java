package io.jpod.oci;

import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Writes JSON objects property by property, and leaves out what is null or an empty list or map. */
public final class JsonWriter {
    /** What comes before each level, or null to write everything on one line. */
    private final @Nullable String indent;

    private final StringBuilder out = new StringBuilder();
    private int depth;
    private boolean first = true;

    private JsonWriter(@Nullable String indent) {
        this.indent = indent;
    }

    public static String object(@Nullable String indent, Consumer<JsonWriter> properties) {
        JsonWriter writer = new JsonWriter(indent);
        writer.open('{');
        properties.accept(writer);
        writer.close('}');
        return writer.out.toString();
    }

    public static <T> String array(@Nullable String indent, List<T> items, BiConsumer<JsonWriter, T> properties) {
        JsonWriter writer = new JsonWriter(indent);
        writer.open('[');
        items.forEach(item -> writer.item(item, properties));
        writer.close(']');
        return writer.out.toString();
    }

    public JsonWriter text(String name, @Nullable String value) {
        if (value != null) {
            name(name);
            string(value);
        }
        return this;
    }

    public JsonWriter number(String name, @Nullable Number value) {
        if (value != null) {
            name(name);
            out.append(value.longValue());
        }
        return this;
    }

    /** @param bits an unsigned number */
    public JsonWriter unsigned(String name, long bits) {
        name(name);
        out.append(Long.toUnsignedString(bits));
        return this;
    }

    public JsonWriter flag(String name, @Nullable Boolean value) {
        if (value != null) {
            name(name);
            out.append(value.booleanValue());
        }
        return this;
    }

    /** A flag that is false when it is absent. */
    public JsonWriter ifTrue(String name, boolean value) {
        return value ? flag(name, true) : this;
    }

    public JsonWriter texts(String name, List<String> values) {
        return values.isEmpty() ? this : allTexts(name, values);
    }

    /** As {@link #texts(String, List)}, also if there are none. */
    public JsonWriter allTexts(String name, List<String> values) {
        name(name);
        open('[');
        for (String value : values) {
            next();
            string(value);
        }
        close(']');
        return this;
    }

    public JsonWriter numbers(String name, List<Long> values) {
        if (!values.isEmpty()) {
            name(name);
            open('[');
            for (long value : values) {
                next();
                out.append(value);
            }
            close(']');
        }
        return this;
    }

    public JsonWriter texts(String name, Map<String, String> values) {
        if (!values.isEmpty()) {
            name(name);
            open('{');
            values.forEach(this::text);
            close('}');
        }
        return this;
    }

    public <T> JsonWriter object(String name, @Nullable T value, BiConsumer<JsonWriter, T> properties) {
        if (value != null) {
            name(name);
            open('{');
            properties.accept(this, value);
            close('}');
        }
        return this;
    }

    /** As {@link #object}, but nothing at all if the object would have no properties. */
    public <T> JsonWriter objectUnlessEmpty(String name, T value, BiConsumer<JsonWriter, T> properties) {
        int start = out.length();
        boolean wasFirst = first;
        name(name);
        open('{');
        properties.accept(this, value);
        boolean empty = first;
        close('}');
        if (empty) {
            out.setLength(start);
            first = wasFirst;
        }
        return this;
    }

    public <T> JsonWriter objects(String name, List<T> values, BiConsumer<JsonWriter, T> properties) {
        if (!values.isEmpty()) {
            name(name);
            open('[');
            values.forEach(value -> item(value, properties));
            close(']');
        }
        return this;
    }

    public <T> JsonWriter objects(String name, Map<String, T> values, BiConsumer<JsonWriter, T> properties) {
        if (!values.isEmpty()) {
            name(name);
            open('{');
            values.forEach((key, value) -> object(key, value, properties));
            close('}');
        }
        return this;
    }

    /** A value as it was read. */
    public JsonWriter json(String name, @Nullable Json value) {
        if (value != null) {
            name(name);
            value.appendTo(out);
        }
        return this;
    }

    private <T> void item(T value, BiConsumer<JsonWriter, T> properties) {
        next();
        open('{');
        properties.accept(this, value);
        close('}');
    }

    private void open(char bracket) {
        out.append(bracket);
        depth++;
        first = true;
    }

    private void close(char bracket) {
        depth--;
        if (!first) {
            newLine();
        }
        out.append(bracket);
        first = false;
    }

    private void next() {
        if (!first) {
            out.append(',');
        }
        newLine();
        first = false;
    }

    private void newLine() {
        if (indent != null) {
            out.append('\n').repeat(indent, depth);
        }
    }

    private void name(String name) {
        next();
        string(name);
        out.append(indent == null ? ":" : ": ");
    }

    private void string(String value) {
        string(out, value);
    }

    static void string(StringBuilder out, String value) {
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
