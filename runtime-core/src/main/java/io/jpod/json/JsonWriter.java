package io.jpod.json;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Makes JSON objects property by property, and leaves out what is null or an empty list or map. */
public final class JsonWriter {
    private final Map<String, @Nullable Object> properties = new LinkedHashMap<>();

    private JsonWriter() {}

    /** The object as {@link JsonText} takes it. */
    public static Map<String, @Nullable Object> tree(Consumer<JsonWriter> properties) {
        JsonWriter writer = new JsonWriter();
        properties.accept(writer);
        return writer.properties;
    }

    private static <T> Map<String, @Nullable Object> tree(T value, BiConsumer<JsonWriter, T> properties) {
        return tree(json -> properties.accept(json, value));
    }

    private static <T> List<Object> trees(List<T> values, BiConsumer<JsonWriter, T> properties) {
        List<Object> trees = new ArrayList<>();
        values.forEach(value -> trees.add(tree(value, properties)));
        return trees;
    }

    /** Its text. */
    public static String object(@Nullable String indent, Consumer<JsonWriter> properties) {
        return JsonText.of(tree(properties), indent);
    }

    public static <T> String array(@Nullable String indent, List<T> items, BiConsumer<JsonWriter, T> properties) {
        return JsonText.of(trees(items, properties), indent);
    }

    /** As it is, even null. */
    public JsonWriter value(String name, @Nullable Object value) {
        properties.put(name, value);
        return this;
    }

    private JsonWriter unlessNull(String name, @Nullable Object value) {
        return value == null ? this : value(name, value);
    }

    public JsonWriter text(String name, @Nullable String value) {
        return unlessNull(name, value);
    }

    public JsonWriter text(String name, @Nullable Enum<?> value) {
        return unlessNull(name, value == null ? null : value.toString());
    }

    public JsonWriter number(String name, @Nullable Number value) {
        return unlessNull(name, value == null ? null : Long.valueOf(value.longValue()));
    }

    /** @param bits an unsigned number */
    public JsonWriter unsigned(String name, long bits) {
        return value(name, bits >= 0 ? (Object) bits : new BigInteger(Long.toUnsignedString(bits)));
    }

    public JsonWriter flag(String name, @Nullable Boolean value) {
        return unlessNull(name, value);
    }

    /** A flag that is false when it is absent. */
    public JsonWriter ifTrue(String name, boolean value) {
        return value ? value(name, true) : this;
    }

    public JsonWriter texts(String name, List<?> values) {
        return values.isEmpty() ? this : allTexts(name, values);
    }

    /** As {@link #texts(String, List)}, also if there are none. */
    public JsonWriter allTexts(String name, List<?> values) {
        return value(name, values.stream().map(Object::toString).toList());
    }

    public JsonWriter numbers(String name, List<Long> values) {
        return values.isEmpty() ? this : value(name, values);
    }

    public JsonWriter texts(String name, Map<String, String> values) {
        return values.isEmpty() ? this : value(name, values);
    }

    /** An object that is made of no value in particular. */
    public JsonWriter nested(String name, Consumer<JsonWriter> properties) {
        return value(name, tree(properties));
    }

    public <T> JsonWriter object(String name, @Nullable T value, BiConsumer<JsonWriter, T> properties) {
        return value == null ? this : value(name, tree(value, properties));
    }

    /** As {@link #object}, but nothing at all if the object would have no properties. */
    public <T> JsonWriter objectUnlessEmpty(String name, T value, BiConsumer<JsonWriter, T> properties) {
        Map<String, @Nullable Object> tree = tree(value, properties);
        return tree.isEmpty() ? this : value(name, tree);
    }

    public <T> JsonWriter objects(String name, List<T> values, BiConsumer<JsonWriter, T> properties) {
        return values.isEmpty() ? this : value(name, trees(values, properties));
    }

    public <T> JsonWriter objects(String name, Map<String, T> values, BiConsumer<JsonWriter, T> properties) {
        return values.isEmpty()
                ? this
                : value(name, tree(json -> values.forEach((key, value) -> json.object(key, value, properties))));
    }

    /** A value as it was read. */
    public JsonWriter json(String name, @Nullable Json value) {
        return unlessNull(name, value);
    }
}
