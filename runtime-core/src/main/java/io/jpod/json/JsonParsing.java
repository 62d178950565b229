package io.jpod.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.io.JsonEOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * From bytes to {@link Json}, strictly: peers accept files with duplicate keys, text behind the end, or NUL inside
 * paths, and then two programs read two different containers out of one file. All of those are refused here, once for
 * every field.
 */
final class JsonParsing {
    /** A large seccomp profile and hundreds of mounts fit many times; a hostile file does not get to cost seconds. */
    static final int MAX_BYTES = 4 << 20;

    /** The deepest path of the spec has 6 levels; the rest is for properties that are to be ignored. */
    static final int MAX_DEPTH = 64;

    /** As {@code io.jpod.abi.NativeText} has them: what jpod writes of its own is read again. */
    private static final char FIRST_BYTE = '\udc80';

    private static final char LAST_BYTE = '\udcff';

    private static final int DIGITS_THAT_FIT = 18;

    private static final JsonFactory FACTORY = JsonFactory.builder()
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
            .build();

    private final String file;
    private final JsonParser parser;

    private JsonParsing(String file, JsonParser parser) {
        this.file = file;
        this.parser = parser;
    }

    /** The value that the bytes hold, at its root an object. */
    static Json parse(byte[] bytes, String file) {
        if (bytes.length > MAX_BYTES) {
            throw new InvalidJson(file, "", "is larger than " + (MAX_BYTES >> 20) + " MiB");
        }
        try (JsonParser parser = FACTORY.createParser(decode(bytes, file))) {
            JsonParsing parsing = new JsonParsing(file, parser);
            parser.nextToken();
            Json root = parsing.value(null, "", 1);
            root.entries();
            if (parser.nextToken() != null) {
                throw new InvalidJson(file, "", "has more text behind the end of the object, at " + parsing.position());
            }
            return root;
        } catch (JsonEOFException e) {
            throw new InvalidJson(file, "", "is not JSON: ends too early");
        } catch (JsonProcessingException e) {
            throw new InvalidJson(file, "", notJson(e));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** RFC 8259 section 8.1: UTF-8, nothing else. Jackson itself would guess among five encodings. */
    private static String decode(byte[] bytes, String file) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new InvalidJson(file, "", "is not UTF-8");
        }
    }

    private static String notJson(JsonProcessingException e) {
        String what = e.getOriginalMessage();
        int source = what.indexOf(" (start marker at");
        String reason = source < 0 ? what : what.substring(0, source);
        String where = e.getLocation() == null
                ? ""
                : " (line " + e.getLocation().getLineNr() + ", column "
                        + e.getLocation().getColumnNr() + ")";
        return "is not JSON: " + Json.printable(reason, false) + where;
    }

    private String position() {
        return "line " + parser.currentTokenLocation().getLineNr() + ", column "
                + parser.currentTokenLocation().getColumnNr();
    }

    private Json value(@Nullable Json parent, Object step, int depth) throws IOException {
        JsonToken token = parser.currentToken();
        if (token == null) {
            throw new InvalidJson(file, "", "is empty");
        }
        return switch (token) {
            case START_OBJECT -> object(parent, step, depth);
            case START_ARRAY -> array(parent, step, depth);
            case VALUE_STRING -> string(parent, step);
            case VALUE_NUMBER_INT -> new Json(file, parent, step, integer(parser.getText()));
            case VALUE_NUMBER_FLOAT -> new Json(file, parent, step, new Json.OtherNumber(parser.getText()));
            case VALUE_TRUE -> new Json(file, parent, step, true);
            case VALUE_FALSE -> new Json(file, parent, step, false);
            case VALUE_NULL -> new Json(file, parent, step, null);
            case NOT_AVAILABLE, END_OBJECT, END_ARRAY, FIELD_NAME, VALUE_EMBEDDED_OBJECT ->
                throw new IllegalStateException("token " + token + " where a value begins");
        };
    }

    private Json object(@Nullable Json parent, Object step, int depth) throws IOException {
        Map<String, Json> entries = new LinkedHashMap<>();
        Json object = new Json(file, parent, step, entries);
        checkDepth(object, depth);
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String name = parser.currentName();
            checkCharacters(object, "has a property whose name ", name);
            parser.nextToken();
            if (entries.put(name, value(object, name, depth + 1)) != null) {
                throw object.wrong(name, "is there twice");
            }
        }
        return object;
    }

    private Json array(@Nullable Json parent, Object step, int depth) throws IOException {
        List<Json> items = new ArrayList<>();
        Json array = new Json(file, parent, step, items);
        checkDepth(array, depth);
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            items.add(value(array, items.size(), depth + 1));
        }
        return array;
    }

    private Json string(@Nullable Json parent, Object step) throws IOException {
        String text = parser.getText();
        Json string = new Json(file, parent, step, text);
        checkCharacters(string, "", text);
        return string;
    }

    private static Object integer(String digits) {
        if (digits.length() <= DIGITS_THAT_FIT) {
            return Long.parseLong(digits);
        }
        BigInteger number = new BigInteger(digits);
        return number.bitLength() < Long.SIZE ? (Object) number.longValue() : number;
    }

    private static void checkDepth(Json place, int depth) {
        if (depth > MAX_DEPTH) {
            throw place.wrong("is nested more than " + MAX_DEPTH + " levels deep");
        }
    }

    /**
     * NUL ends a string for the kernel, so that a path with one means another path than it says; half of a surrogate
     * pair cannot be written as UTF-8 and would become a question mark. From U+DC80 to U+DCFF it stands for a byte.
     */
    private static void checkCharacters(Json place, String subject, String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == 0) {
                throw place.wrong(subject + "contains NUL (\\u0000)");
            }
            if (Character.isSurrogate(c)) {
                boolean pair = Character.isHighSurrogate(c)
                        && i + 1 < text.length()
                        && Character.isLowSurrogate(text.charAt(i + 1));
                if (!pair && (c < FIRST_BYTE || c > LAST_BYTE)) {
                    throw place.wrong(subject + "contains half of a surrogate pair");
                }
                i += pair ? 1 : 0;
            }
        }
    }
}
