package io.jpod.cli.pod;

import io.jpod.cli.command.Definition;
import io.jpod.cli.command.Each;
import io.jpod.cli.command.Jpod;
import io.jpod.cli.command.Verb;
import io.jpod.cli.container.Inspect;
import io.jpod.cli.show.PodFacts;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

final class PodInspect implements Verb {
    private @Nullable String format;
    private final PodArguments pods = new PodArguments();

    @Override
    public void define(Definition d) {
        d.value("-f --format=FORMAT", "json (default) or a template.", v -> format = v);
        pods.define(d);
        d.footer(
                "A template is printed once for each pod. It reads the fields that the JSON has: {{.State}}, {{json .Namespaces}},"
                        + " {{range .Containers}}{{.Name}} {{end}}, {{len .Containers}}, {{index .Labels \"tier\"}}, {{if"
                        + " .InitPid}}...{{else}}...{{end}}, or a path such as {.Containers[0].Name}.");
        d.examples(
                "jpod pod inspect web",
                "jpod pod inspect -f '{{.Namespaces.net.Path}}' web",
                "jpod pod inspect -f '{{range .Containers}}{{.Name}} is {{.State}}\\n{{end}}' web");
    }

    @Override
    public int call(Jpod jpod) {
        Each each = new Each(jpod);
        List<Map<String, @Nullable Object>> facts = new ArrayList<>();
        pods.find(jpod, each).forEach(pod -> each.run(pod.name(), () -> facts.add(PodFacts.of(jpod, pod))));
        Inspect.print(jpod, format, facts);
        return each.exitCode();
    }
}
