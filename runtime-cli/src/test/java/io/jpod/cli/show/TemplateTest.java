package io.jpod.cli.show;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jpod.json.JsonWriter;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TemplateTest {
    private static final Object VALUE = JsonWriter.tree(json -> json.text("Id", "abc")
            .value(
                    "State",
                    JsonWriter.tree(state ->
                            state.number("Pid", 7).flag("Running", true).value("Code", null)))
            .value("Labels", Map.of("b", "2", "a-b", "1"))
            .value("Empty", List.of())
            .value("Containers", List.of(Map.of("Name", "app", "Up", true), Map.of("Name", "db", "Up", false))));

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            quoteCharacter = '\0',
            value = {
                "{{.Id}} ~ abc",
                "{{ .ID }}! ~ abc!",
                "{{.State.Pid}}-{{.State.Running}} ~ 7-true",
                "{{json .State}} ~ {\"Pid\":7,\"Running\":true,\"Code\":null}",
                "{{.State | json}} ~ {\"Pid\":7,\"Running\":true,\"Code\":null}",
                "{{len .Containers}} {{len .Id}} {{len .Labels}} ~ 2 3 2",
                "{{index .Labels \"a-b\"}}{{index .Labels \"no\"}}. ~ 1.",
                "{{(index .Containers 1).Name}} ~ db",
                "{{range .Containers}}<{{.Name}}>{{end}} ~ <app><db>",
                "{{range .Empty}}x{{else}}none{{end}} ~ none",
                "{{range .Labels}}{{.}}{{end}} ~ 12",
                "{{range .Containers}}{{if .Up}}{{.Name}}{{else}}-{{end}}{{end}} ~ app-",
                "{{range .Containers}}{{$.Id}}{{end}} ~ abcabc",
                "{{if eq .State.Pid 7}}seven{{end}} ~ seven",
                "{{if and .Id (not .Empty)}}y{{end}}{{if or .Empty .State.Code}}n{{end}} ~ y",
                "{{upper .Id}} {{join .Empty \",\"}}. ~ ABC .",
                "a {{- .Id -}} b ~ aabcb",
                "{{.Labels}} {{.Empty}} ~ map[a-b:1 b:2] []",
                "{.State.Pid} ~ 7",
                "{.Containers[1].Name} ~ db",
                "{{\"x\"}}\\t{{`y`}} ~ x\ty",
            })
    void says(String template, String text) {
        assertThat(Template.of(template.strip()).render(VALUE)).isEqualTo(text.strip());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            quoteCharacter = '\0',
            value = {
                "{{.Nope}} ~ column 3: there is no .Nope (there are .Id .State",
                "{{.Id.X}} ~ column 6: .X: abc has no fields",
                "{{printf .Id}} ~ column 3: printf is not supported; functions are json, len",
                "{{range $i, $x := .Containers}}{{end}} ~ not supported",
                "{{template \"x\"}} ~ template is not supported",
                "{{.Id | .State}} ~ a function must follow",
                "{{range .Containers}} ~ range is not closed by {{end}}",
                "{{end}} ~ end without a beginning",
                "x{{.Id ~ column 4: {{ is not closed",
                "{{len}} ~ len takes 1 values, not 0",
                "{{index .Containers 5}} ~ index 5 of a list of 2",
                "{{.Id .State}} ~ \".State\" is not supported here",
                "{{with .State}}{{end}} ~ with is not supported",
                "{{if .Id}}a{{else if .X}}b{{end}} ~ else if is not supported",
            })
    void refuses(String template, String problem) {
        assertThatThrownBy(() -> Template.of(template.strip()).render(VALUE))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("--format")
                .hasMessageContaining(problem.strip());
    }

    @Test
    void aTableHasTitlesAndColumns() {
        List<Map<String, Object>> rows = List.of(Map.of("Name", "web", "NumberOfContainers", 2L, "Tags", List.of("a")));
        assertThat(Listing.of("table {{.Name}}\\t{{.NumberOfContainers}}\\t{{join .Tags \",\"}}", "")
                        .render(rows, Map.of("NumberOfContainers", "# OF CONTAINERS")))
                .isEqualTo("""
                        NAME        # OF CONTAINERS   TAGS
                        web         2                 a
                        """);
        assertThat(Listing.of("{{.Name}}", "").render(rows, Map.of())).isEqualTo("web\n");
        assertThat(Listing.of("json", "").render(List.of(), Map.of())).isEqualTo("[]\n");
        assertThat(Listing.of(null, "{{.Name}}").render(List.of(), Map.of())).isEqualTo("NAME\n");
    }

    @Test
    void filtersOfOneKindAreAlternativesButLabelsAreNot() {
        Map<String, Object> row = Map.of(
                "Id",
                "abcdef",
                "Name",
                "web",
                "Status",
                "Running",
                "NumberOfContainers",
                2L,
                "ContainerNames",
                "app,db",
                "ContainerStatuses",
                "running,stopped",
                "Networks",
                List.of("jpod"),
                "Labels",
                Map.of("tier", "front", "x", ""));
        for (List<String> fits : List.of(
                List.of("name=we", "status=running"),
                List.of("name=no", "name=web"),
                List.of("id=abc", "ctr-number=2", "ctr-names=db", "ctr-status=stopped", "network=jpod"),
                List.of("label=tier=front", "label=x"))) {
            assertThat(PodFilter.of(fits).test(row)).as(fits.toString()).isTrue();
        }
        for (List<String> not : List.of(
                List.of("name=we", "status=exited"),
                List.of("id=bc"),
                List.of("label=tier=front", "label=y"),
                List.of("network=jp"))) {
            assertThat(PodFilter.of(not).test(row)).as(not.toString()).isFalse();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "0, Less than a second", "1, 1 second", "59, 59 seconds", "60, About a minute", "180, 3 minutes",
        "3600, About an hour", "172799, 47 hours", "172800, 2 days", "1209600, 2 weeks", "63072000, 2 years"
    })
    void spansAreForPeople(long seconds, String text) {
        assertThat(Ago.span(java.time.Duration.ofSeconds(seconds))).isEqualTo(text);
    }
}
