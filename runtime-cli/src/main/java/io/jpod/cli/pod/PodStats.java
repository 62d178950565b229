package io.jpod.cli.pod;

import io.jpod.cli.command.Definition;
import io.jpod.cli.command.Each;
import io.jpod.cli.command.Jpod;
import io.jpod.cli.command.Verb;
import io.jpod.cli.show.Amounts;
import io.jpod.cli.show.ContainerFacts;
import io.jpod.cli.show.Listing;
import io.jpod.cli.show.PodFacts;
import io.jpod.cli.show.Watch;
import io.jpod.container.Container;
import io.jpod.engine.ContainerUse;
import io.jpod.engine.ContainerUse.Traffic;
import io.jpod.engine.PodContainers;
import io.jpod.json.JsonWriter;
import io.jpod.pod.Pod;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

final class PodStats implements Verb {
    private static final String UNKNOWN = "-";
    private static final String COLUMNS =
            "{{.Pod}}\t{{.Name}}\t{{.CPU}}\t{{.MemUsage}}\t{{.Mem}}\t{{.NetIO}}\t{{.BlockIO}}\t{{.PIDs}}";
    private static final Map<String, String> TITLES = Map.of(
            "CPU", "CPU %",
            "Mem", "MEM %",
            "MemUsage", "MEM USAGE / LIMIT",
            "NetIO", "NET IO",
            "BlockIO", "BLOCK IO",
            "PIDs", "PIDS");

    private boolean all;
    private boolean once;
    private @Nullable String format;
    private List<String> names = List.of();

    @Override
    public void define(Definition d) {
        d.flag("-a --all", "All pods, as without names.", on -> all = on);
        d.flag("--no-stream", "Print the figures once.", on -> once = on);
        d.value("--format=FORMAT", "table (default), json, a template, or table and a template.", v -> format = v);
        d.operands(0, "POD", "By name, ID or the beginning of an ID (default: all pods).", v -> names = v);
        d.footer(
                "CPU, in percent: 100 is one CPU; at first since the container was started, then since the line before. Memory: of"
                        + " the container's limit, else the pod's, else what the host has. NET IO: what all of its network namespace has"
                        + " received and sent, without loopback. \"-\" is what this host's controllers do not say.",
                "",
                "Fields for templates: .Pod .Name .CPU .MemUsage .Mem .NetIO .BlockIO .PIDs");
        d.examples("jpod pod stats", "jpod pod stats --no-stream --format 'table {{.Name}}\\t{{.MemUsage}}' web");
    }

    @Override
    public int call(Jpod jpod) {
        Listing listing = Listing.of(format, COLUMNS);
        Each each = new Each(jpod);
        List<String> wanted = PodNames.of(jpod, each, names, all || names.isEmpty(), false).stream()
                .map(Pod::name)
                .toList();
        if (once) {
            jpod.out().print(picture(jpod, listing, wanted, new HashMap<>()));
            return each.exitCode();
        }
        Map<String, ContainerUse> before = new HashMap<>();
        new Watch(jpod.caller(), listing.isTable())
                .draw(() ->
                        wanted.stream().allMatch(name -> jpod.pods().find(name).isEmpty()) && !names.isEmpty()
                                ? Optional.empty()
                                : Optional.of(picture(jpod, listing, wanted, before)));
        return each.exitCode(jpod.heardOut());
    }

    /** @param before what was there at the last look, by container; becomes what is there now */
    private String picture(Jpod jpod, Listing listing, List<String> wanted, Map<String, ContainerUse> before) {
        Map<String, ContainerUse> seen = new HashMap<>();
        List<Map<String, @Nullable Object>> rows = new ArrayList<>();
        Map<String, List<Container>> containers = PodContainers.byPod(jpod.containers());
        for (Pod pod : jpod.pods().list()) {
            if (names.isEmpty() || wanted.contains(pod.name())) {
                for (Container container : PodContainers.alive(containers.getOrDefault(pod.name(), List.of()))) {
                    ContainerUse.of(pod, container).ifPresent(use -> {
                        rows.add(row(use, pod, container, before.get(container.id())));
                        seen.put(container.id(), use);
                    });
                }
            }
        }
        before.clear();
        before.putAll(seen);
        return listing.render(rows, TITLES);
    }

    /** @param before an earlier look at the same; null: none */
    private static Map<String, @Nullable Object> row(
            ContainerUse use, Pod pod, Container container, @Nullable ContainerUse before) {
        Long memory = use.memory();
        Long limit = use.memoryLimit();
        return JsonWriter.tree(json -> json.text("Pod", PodFacts.brief(pod.id()))
                .text("Name", container.id())
                .text("CPU", before == null ? cpu(use, container) : percent(cpuSince(use, before)))
                .text("MemUsage", memory == null ? UNKNOWN : Amounts.bytes(memory) + " / " + Amounts.bytes(limit))
                .text("Mem", memory == null || limit == null ? UNKNOWN : percent(100.0 * memory / limit))
                .text("NetIO", text(use.net()))
                .text("BlockIO", text(use.block()))
                .number("PIDs", use.processes()));
    }

    private static String text(@Nullable Traffic traffic) {
        return traffic == null ? UNKNOWN : Amounts.bytes(traffic.in()) + " / " + Amounts.bytes(traffic.out());
    }

    private static String cpu(ContainerUse use, Container container) {
        Instant started = ContainerFacts.started(container).orElse(use.time());
        long lived = Duration.between(started, use.time()).toNanos();
        Long cpu = use.cpu();
        return cpu == null || lived <= 0 ? UNKNOWN : percent(100.0 * cpu / lived);
    }

    private static double cpuSince(ContainerUse use, ContainerUse before) {
        long passed = Duration.between(before.time(), use.time()).toNanos();
        Long cpu = use.cpu();
        Long earlier = before.cpu();
        return cpu == null || earlier == null || passed <= 0 ? -1 : 100.0 * Math.max(0, cpu - earlier) / passed;
    }

    private static String percent(double value) {
        return value < 0 ? UNKNOWN : String.format(Locale.ROOT, "%.2f%%", value);
    }
}
