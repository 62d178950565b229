package io.jpod.oci;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.jpod.json.InvalidJson;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Puts every odd value into every place of the full example in turn. Each config is either read, and then survives
 * being written, or refused by an InvalidJson that names that place, or one beside it that disagrees with it. Nothing
 * else is thrown.
 */
class WrongTypesTest {
    private static final List<String> ODD_VALUES = List.of(
            "null",
            "true",
            "-1",
            "0",
            "2147483648",
            "4294967295",
            "4294967296",
            "9223372036854775807",
            "9223372036854775808",
            "18446744073709551616",
            "1.5",
            "1e309",
            "\"\"",
            "\"/\"",
            "\"../x\"",
            "\"a\\nb\"",
            "\"\\u007f\\u202e\"",
            "[]",
            "[null]",
            "[[]]",
            "[\"\"]",
            "{}",
            "{\"\": null}",
            "{\"x\": {}}");

    private static final String EXAMPLE = new String(Examples.resource("full.json"), StandardCharsets.UTF_8);

    /** A value of the example: its path as errors spell it, and where its text begins and ends. */
    private record Place(String path, int start, int end, boolean scalar) {
        String with(String value) {
            return EXAMPLE.substring(0, start) + value + EXAMPLE.substring(end);
        }

        @Override
        public String toString() {
            return path;
        }
    }

    @ParameterizedTest
    @MethodSource("places")
    void oddValuesAreTakenOrNamed(Place place) {
        for (String odd : ODD_VALUES) {
            try {
                Spec spec = Examples.read(place.with(odd));
                assertThat(Examples.read(SpecWriter.write(spec))).as(odd).isEqualTo(spec);
            } catch (InvalidJson e) {
                assertThat(e.getMessage()).as(odd).matches("[\\x20-\\x7e]*").startsWith("config.json: ");
                assertThat(concerns(e.path(), place))
                        .as("%s: %s", odd, e.getMessage())
                        .isTrue();
            }
        }
    }

    @Test
    void theOtherShapeIsAlwaysRefused() throws IOException {
        List<String> taken = new ArrayList<>();
        for (Place place : places()) {
            try {
                Examples.read(place.with(place.scalar() ? "{\"x\": 1}" : "\"text\""));
                taken.add(place.path());
            } catch (InvalidJson e) {
                assertThat(e.path()).isEqualTo(place.path());
            }
        }
        taken.removeIf(path -> path.startsWith("unknownProperty") || path.startsWith("solaris"));
        assertThat(taken).isEmpty();
    }

    /** At the place or below it, or in the object that holds it; or what needs the namespace that is gone. */
    private static boolean concerns(String path, Place place) {
        int end = Math.max(place.path().lastIndexOf('.'), place.path().lastIndexOf('['));
        return path.startsWith(place.path().substring(0, Math.max(end, 0)))
                || place.path().startsWith("linux.namespaces");
    }

    static List<Place> places() throws IOException {
        List<Place> places = new ArrayList<>();
        try (JsonParser parser = new JsonFactory().createParser(EXAMPLE)) {
            parser.nextToken();
            collect(parser, "", places);
        }
        places.removeLast();
        return places;
    }

    private static void collect(JsonParser parser, String path, List<Place> places) throws IOException {
        int start = (int) parser.currentTokenLocation().getCharOffset();
        boolean scalar = parser.currentToken().isScalarValue();
        if (parser.currentToken() == JsonToken.START_OBJECT) {
            while (parser.nextToken() != JsonToken.END_OBJECT) {
                String name = parser.currentName();
                parser.nextToken();
                boolean plain = name.matches("\\w+");
                String dot = path.isEmpty() ? "" : ".";
                collect(parser, path + (plain ? dot + name : "[\"" + name + "\"]"), places);
            }
        } else if (parser.currentToken() == JsonToken.START_ARRAY) {
            for (int i = 0; parser.nextToken() != JsonToken.END_ARRAY; i++) {
                collect(parser, path + "[" + i + "]", places);
            }
        } else {
            parser.getText();
        }
        places.add(new Place(path, start, (int) parser.currentLocation().getCharOffset(), scalar));
    }
}
