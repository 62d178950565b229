package io.jpod.cli;

import io.jpod.container.Container;
import io.jpod.pod.Survey;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

@Command(
        name = "ns",
        description = "Show which namespaces containers live in, whose they are, and who else is in them.",
        footer = {
            "",
            "Numbers are those of 'ls -l /proc/PID/ns'. Who else: containers and pods below the same --root.",
            "",
            "Examples:",
            "  jpod ns web",
            "  jpod ns --all --watch"
        })
final class Ns implements Callable<Integer> {
    @ParentCommand
    private Jpod jpod;

    @picocli.CommandLine.Spec
    private picocli.CommandLine.Model.CommandSpec command;

    @Mixin
    private final ViewOptions options = new ViewOptions();

    @Option(
            names = {"-a", "--all"},
            description = "All containers.")
    private boolean all;

    @Parameters(paramLabel = "ID", arity = "0..*", description = "The containers.")
    private List<String> ids = List.of();

    @Override
    public Integer call() {
        if (all != ids.isEmpty()) {
            throw new picocli.CommandLine.ParameterException(
                    command.commandLine(),
                    all ? "--all and containers exclude each other" : "say which containers, or --all");
        }
        ids.forEach(id -> jpod.containers().get(id));
        Survey survey = new Survey(jpod.pods());
        options.show(
                jpod,
                () -> Optional.of(looked())
                        .filter(found -> all || !found.isEmpty())
                        .map(survey::namespaces),
                MatrixText::text,
                MatrixText::json);
        return ExitCode.OK.number();
    }

    /** Those that are there now. */
    private List<Container> looked() {
        return all
                ? jpod.containers().list()
                : ids.stream()
                        .flatMap(id -> jpod.containers().find(id).stream())
                        .toList();
    }
}
