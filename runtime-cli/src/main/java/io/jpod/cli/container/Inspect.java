package io.jpod.cli.container;

import io.jpod.cli.command.Definition;
import io.jpod.cli.command.Each;
import io.jpod.cli.command.Jpod;
import io.jpod.cli.command.Verb;
import io.jpod.cli.show.ContainerFacts;
import io.jpod.cli.show.Template;
import io.jpod.json.JsonText;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

public final class Inspect implements Verb {
    private @Nullable String format;
    private List<String> ids = List.of();

    @Override
    public void define(Definition d) {
        d.value("-f --format=FORMAT", "json (default) or a template.", v -> format = v);
        d.operands(1, "ID", "The container.", v -> ids = v);
        d.footer(
                "A template is printed once for each container. It reads the fields that the JSON has: {{.State.Pid}}, {{json"
                        + " .Namespaces}}, {{range .Config.mounts}}{{.destination}}\\n{{end}}, {{len .X}}, {{index .X \"name\"}}, {{if"
                        + " .X}}...{{else}}...{{end}}, or a path such as {.State.Pid}.");
        d.examples(
                "jpod inspect web",
                "jpod inspect -f '{{.State.Pid}}' web",
                "jpod inspect -f '{{.Id}} has {{.Namespaces.net.Inode}}' web db");
    }

    @Override
    public int call(Jpod jpod) {
        Each each = new Each(jpod);
        print(
                jpod,
                format,
                each.find(ids, id -> ContainerFacts.of(jpod, jpod.containers().get(id))));
        return each.exitCode();
    }

    /** @param format null: JSON */
    public static void print(Jpod jpod, @Nullable String format, List<Map<String, @Nullable Object>> facts) {
        if (format == null || format.equals("json")) {
            jpod.out().println(JsonText.of(facts, "  "));
            return;
        }
        Template template = Template.of(format);
        List<String> lines = facts.stream().map(template::render).toList();
        lines.forEach(jpod.out()::println);
    }
}
