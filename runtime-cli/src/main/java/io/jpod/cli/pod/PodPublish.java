package io.jpod.cli.pod;

import io.jpod.cli.command.Definition;
import io.jpod.cli.command.Each;
import io.jpod.cli.command.Jpod;
import io.jpod.cli.command.Verb;
import io.jpod.net.PortMapping;
import io.jpod.pod.Pod;
import java.util.List;

final class PodPublish implements Verb {
    private boolean remove;
    private String name = "";
    private List<String> ports = List.of();

    @Override
    public void define(Definition d) {
        d.flag("--remove", "Take them back.", on -> remove = on);
        d.operand("POD", "By name, ID or the beginning of an ID.", v -> name = v);
        d.operands(0, "[[IP:]PORT:]PORT[/PROTOCOL]", "As pod create --publish takes it.", v -> ports = v);
        d.footer("Without ports it lists those that are published.");
        d.examples("jpod pod publish web 8443:443", "jpod pod publish web", "jpod pod publish --remove web 8443:443");
    }

    @Override
    public int call(Jpod jpod) {
        Pod pod = jpod.pods().get(name);
        List<PortMapping> mappings =
                ports.stream().flatMap(port -> PortMapping.parse(port).stream()).toList();
        Each each = new Each(jpod);
        for (PortMapping mapping : mappings) {
            each.run(mapping.toString(), () -> {
                if (remove) {
                    pod.unpublish(mapping, jpod.caller());
                } else {
                    pod.publish(mapping, jpod.caller());
                }
            });
        }
        if (ports.isEmpty()) {
            pod.attachments().stream()
                    .flatMap(attachment -> attachment.ports().stream())
                    .forEach(jpod.out()::println);
        }
        return each.exitCode();
    }
}
