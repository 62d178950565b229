package io.jpod.json;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class JsonTextTest {
    @Test
    void aTreeIsPrintedAsItIs() {
        Map<String, Object> tree = JsonWriter.tree(json -> json.text("text", "a")
                .text("absent", (String) null)
                .unsigned("most", -1)
                .texts("none", List.of())
                .allTexts("empty", List.of())
                .objectUnlessEmpty("nothing", 0, (_, _) -> {})
                .value("null", null)
                .value("load", 0.5));
        assertThat(JsonText.of(tree))
                .isEqualTo("{\"text\":\"a\",\"most\":18446744073709551615,\"empty\":[],\"null\":null,\"load\":0.5}");
        assertThat(JsonText.of(List.of(Map.of("a", List.of(1, true)), Map.of()), "  "))
                .isEqualTo("""
                [
                  {
                    "a": [
                      1,
                      true
                    ]
                  },
                  {}
                ]""");
    }

    @Test
    void whatWasReadIsWrittenAgain() {
        String text = "{\"a\":[1,2.50,18446744073709551616,null,{\"b\":\"\\u001b\\\"\"}],\"c\":{}}";
        assertThat(JsonText.of(Json.parse(text.getBytes(UTF_8), "test"))).isEqualTo(text);
    }

    /** In a text that is UTF-8 it would come out as a question mark. */
    @Test
    void aByteThatIsNoUtf8Survives() {
        assertThat(JsonText.of("a\udcffb\ud83d\ude00")).isEqualTo("\"a\\udcffb\ud83d\ude00\"");
    }
}
