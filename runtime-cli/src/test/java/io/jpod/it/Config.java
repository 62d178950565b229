package io.jpod.it;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** JSON as maps, lists, strings, numbers, booleans and null, to be changed and looked into by paths like {@code mounts[0].type}. */
final class Config {
    private static final JsonFactory JSON = new JsonFactory();

    private final Object root;

    private Config(Object root) {
        this.root = root;
    }

    static Config parse(String json) {
        try (JsonParser in = JSON.createParser(json)) {
            in.nextToken();
            Config config = new Config(Objects.requireNonNull(value(in)));
            if (in.nextToken() != null) {
                throw new IllegalArgumentException("more than one value: " + json);
            }
            return config;
        } catch (IOException e) {
            throw new IllegalArgumentException(e.getMessage() + ": " + json, e);
        }
    }

    static Config of(Object root) {
        return new Config(root);
    }

    private static @Nullable Object value(JsonParser in) throws IOException {
        return switch (in.currentToken()) {
            case START_OBJECT -> {
                Map<String, @Nullable Object> map = new LinkedHashMap<>();
                while (in.nextToken() != JsonToken.END_OBJECT) {
                    String name = in.currentName();
                    in.nextToken();
                    map.put(name, value(in));
                }
                yield map;
            }
            case START_ARRAY -> {
                List<@Nullable Object> list = new ArrayList<>();
                while (in.nextToken() != JsonToken.END_ARRAY) {
                    list.add(value(in));
                }
                yield list;
            }
            case VALUE_STRING -> in.getText();
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> in.getNumberValue();
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            case VALUE_NULL -> null;
            default -> throw new IllegalArgumentException("unexpected " + in.currentToken());
        };
    }

    /** Null if there is nothing of that name. */
    @Nullable Object get(String path) {
        Object at = root;
        for (String step : steps(path)) {
            at = at instanceof List<?> list
                    ? (Integer.parseInt(step) < list.size() ? list.get(Integer.parseInt(step)) : null)
                    : at instanceof Map<?, ?> map ? map.get(step) : null;
        }
        return at;
    }

    String text(String path) {
        return String.valueOf(get(path));
    }

    /** Sets a member, or an element; the index behind the last one adds one. Objects on the way are made. */
    @SuppressWarnings("unchecked")
    Config set(String path, @Nullable Object value) {
        List<String> steps = steps(path);
        Object at = root;
        for (int i = 0; i < steps.size(); i++) {
            String step = steps.get(i);
            boolean isLast = i == steps.size() - 1;
            if (at instanceof List<?>) {
                List<@Nullable Object> list = (List<@Nullable Object>) at;
                int index = step.equals("+") ? list.size() : Integer.parseInt(step);
                if (index == list.size()) {
                    list.add(new LinkedHashMap<>());
                }
                if (isLast) {
                    list.set(index, value);
                }
                at = list.get(index);
            } else {
                Map<String, @Nullable Object> map = (Map<String, @Nullable Object>) at;
                if (isLast) {
                    map.put(step, value);
                } else {
                    boolean wantsList = steps.get(i + 1).equals("+");
                    map.computeIfAbsent(step, _ -> wantsList ? new ArrayList<>() : new LinkedHashMap<>());
                }
                at = map.get(step);
            }
        }
        return this;
    }

    Config remove(String path) {
        List<String> steps = steps(path);
        String last = steps.removeLast();
        Object at = steps.isEmpty() ? root : get(String.join(".", steps));
        if (at instanceof Map<?, ?> map) {
            map.remove(last);
        } else if (at instanceof List<?> list) {
            list.remove(Integer.parseInt(last));
        }
        return this;
    }

    private static List<String> steps(String path) {
        return new ArrayList<>(List.of(path.replace("[", ".").replace("]", "").split("\\.")));
    }

    Object root() {
        return root;
    }

    @Override
    public String toString() {
        StringWriter text = new StringWriter();
        try (JsonGenerator out = JSON.createGenerator(text)) {
            write(out, root);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toString();
    }

    private static void write(JsonGenerator out, @Nullable Object value) throws IOException {
        switch (value) {
            case null -> out.writeNull();
            case Map<?, ?> map -> {
                out.writeStartObject();
                for (Map.Entry<?, ?> entry : map.entrySet()) {
                    out.writeFieldName((String) entry.getKey());
                    write(out, entry.getValue());
                }
                out.writeEndObject();
            }
            case List<?> list -> {
                out.writeStartArray();
                for (Object element : list) {
                    write(out, element);
                }
                out.writeEndArray();
            }
            case String text -> out.writeString(text);
            case Boolean truth -> out.writeBoolean(truth);
            case Number number -> out.writeNumber(number.toString());
            default -> throw new IllegalArgumentException("no JSON: " + value.getClass());
        }
    }
}
