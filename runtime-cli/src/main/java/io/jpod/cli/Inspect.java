package io.jpod.cli;

import io.jpod.container.Container;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

@Command(
        name = "inspect",
        description = "Print what is known of containers: state, config, namespaces, cgroup, log.",
        footer = {
            "",
            "A template is printed once for each container. It reads the fields that the JSON has: {{.State.Pid}}, {{json"
                    + " .Namespaces}}, {{range .Config.mounts}}{{.destination}}\\n{{end}}, {{len .X}}, {{index .X \"name\"}}, {{if"
                    + " .X}}...{{else}}...{{end}}, or a path such as {.State.Pid}.",
            "",
            "Examples:",
            "  jpod inspect web",
            "  jpod inspect -f '{{.State.Pid}}' web",
            "  jpod inspect -f '{{.Id}} has {{.Namespaces.net.Inode}}' web db"
        })
final class Inspect implements Callable<Integer> {
    @ParentCommand
    private Jpod jpod;

    @Option(
            names = {"-f", "--format"},
            paramLabel = "FORMAT",
            description = "json (default) or a template.")
    private @Nullable String format;

    @Parameters(paramLabel = "ID", arity = "1..*", description = "The container.")
    private List<String> ids;

    @Override
    public Integer call() {
        List<Container> containers =
                ids.stream().map(id -> jpod.containers().get(id)).toList();
        print(
                jpod,
                format,
                containers.stream()
                        .map(container -> ContainerFacts.of(jpod, container))
                        .toList());
        return ExitCode.OK.number();
    }

    /** @param format null: JSON */
    static void print(Jpod jpod, @Nullable String format, List<Map<String, @Nullable Object>> facts) {
        if (format == null || format.equals("json")) {
            jpod.caller().out().println(Values.text(facts));
            return;
        }
        Template template = Template.of(format);
        List<String> lines = facts.stream().map(template::render).toList();
        lines.forEach(jpod.caller().out()::println);
    }
}
