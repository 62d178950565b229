package io.jpod.cli;

import io.jpod.net.PortMapping;
import io.jpod.pod.Pod;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

@Command(
        name = "publish",
        description = "Make more ports of the host lead to a pod that is there, or take them back.",
        footer = {
            "",
            "Without ports it lists those that are published.",
            "",
            "Examples:",
            "  jpod pod publish web 8443:443",
            "  jpod pod publish web",
            "  jpod pod publish --remove web 8443:443"
        })
final class PodPublish implements Callable<Integer> {
    @ParentCommand
    private PodCommand parent;

    @Option(names = "--remove", description = "Take them back.")
    private boolean remove;

    @Parameters(index = "0", paramLabel = "POD", description = "By name, ID or the beginning of an ID.")
    private String name;

    @Parameters(
            index = "1..*",
            arity = "0..*",
            paramLabel = "[[IP:]PORT:]PORT[/PROTOCOL]",
            description = "As pod create --publish takes it.")
    private List<String> ports = List.of();

    @Override
    public Integer call() {
        Pod pod = parent.jpod().pods().get(name);
        List<PortMapping> mappings =
                ports.stream().flatMap(port -> PortMapping.parse(port).stream()).toList();
        for (PortMapping mapping : mappings) {
            if (remove) {
                pod.unpublish(mapping);
            } else {
                pod.publish(mapping);
            }
        }
        if (ports.isEmpty()) {
            pod.attachments().stream()
                    .flatMap(attachment -> attachment.ports().stream())
                    .forEach(parent.jpod().caller().out()::println);
        }
        return ExitCode.OK.number();
    }
}
