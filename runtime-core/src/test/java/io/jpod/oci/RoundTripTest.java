package io.jpod.oci;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is written is what was read. */
class RoundTripTest {
    @ParameterizedTest
    @ValueSource(strings = {"full.json", "minimal.json", "runc-spec.json", "runc-spec-rootless.json", "crun-spec.json"})
    void aConfigSurvives(String name) {
        Spec spec = SpecReader.read(Examples.resource(name), name);
        assertThat(Examples.read(SpecWriter.write(spec))).isEqualTo(spec);
    }

    @Test
    void theOutputOfRuncSpecSurvivesByteForByte() {
        String text = new String(Examples.resource("runc-spec.json"), StandardCharsets.UTF_8);
        assertThat(SpecWriter.write(Examples.read(text))).isEqualTo(text);
    }

    @Test
    void everyCharacterSurvives() {
        StringBuilder all = new StringBuilder();
        for (int c = 1; c < 0x300; c++) {
            all.append((char) c);
        }
        all.append("\u2028\u2029\ufeff\ufffe\uffff").appendCodePoint(0x1f600).appendCodePoint(0x10ffff);
        Spec spec = SpecTemplate.rootful().with(s -> s.annotations = Map.of(all.toString(), all.toString()));
        assertThat(Examples.read(SpecWriter.write(spec))).isEqualTo(spec);
    }

    @Test
    void orderOfMapsAndListsSurvives() {
        Spec spec = Examples.read(Examples.config("\"annotations\": {\"z\": \"1\", \"a\": \"2\", \"m\": \"3\"}"));
        assertThat(Examples.read(SpecWriter.write(spec)).annotations().keySet()).containsExactly("z", "a", "m");
    }

    @Test
    void templatesSurvive() {
        for (Spec template : List.of(SpecTemplate.rootful(), SpecTemplate.rootless(1000, 1000))) {
            assertThat(Examples.read(SpecWriter.write(template))).isEqualTo(template);
        }
    }

    @Test
    void emptyObjectsStayDifferentFromAbsentOnes() {
        Spec empty = Examples.read(Examples.linux("\"resources\": {\"memory\": {}}"));
        assertThat(SpecWriter.write(empty)).contains("\"memory\": {}");
        assertThat(Examples.read(SpecWriter.write(empty))).isEqualTo(empty);
    }
}
