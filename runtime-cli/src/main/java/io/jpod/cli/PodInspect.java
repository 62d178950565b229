package io.jpod.cli;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

@Command(
        name = "inspect",
        description = "Print what is known of pods: containers, namespaces, limits, networks, files.",
        footer = {
            "",
            "A template is printed once for each pod. It reads the fields that the JSON has: {{.State}}, {{json .Namespaces}},"
                    + " {{range .Containers}}{{.Name}} {{end}}, {{len .Containers}}, {{index .Labels \"tier\"}}, {{if"
                    + " .InitPid}}...{{else}}...{{end}}, or a path such as {.Containers[0].Name}.",
            "",
            "Examples:",
            "  jpod pod inspect web",
            "  jpod pod inspect -f '{{.Namespaces.net.Path}}' web",
            "  jpod pod inspect -f '{{range .Containers}}{{.Name}} is {{.State}}\\n{{end}}' web"
        })
final class PodInspect implements Callable<Integer> {
    @ParentCommand
    private PodCommand parent;

    @Option(
            names = {"-f", "--format"},
            paramLabel = "FORMAT",
            description = "json (default) or a template.")
    private @Nullable String format;

    @Mixin
    private final PodArguments pods = new PodArguments();

    @Override
    public Integer call() {
        Jpod jpod = parent.jpod();
        Inspect.print(
                jpod,
                format,
                pods.find(jpod).stream().map(pod -> PodFacts.of(jpod, pod)).toList());
        return ExitCode.OK.number();
    }
}
