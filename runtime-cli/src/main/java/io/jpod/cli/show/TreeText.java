package io.jpod.cli.show;

import io.jpod.cgroup.CgroupStats;
import io.jpod.cgroup.CgroupUse;
import io.jpod.json.JsonWriter;
import io.jpod.pod.CgroupForest;
import io.jpod.pod.CgroupNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A {@link CgroupForest} for people and for programs. */
public final class TreeText {
    private final Table table = new Table(0, "CGROUP", "MEMORY", "CPU TIME", "CPUS", "PIDS", "PROCESSES");

    private TreeText() {}

    public static String text(CgroupForest forest, Screen screen) {
        TreeText text = new TreeText();
        forest.pods().forEach(pod -> text.add(pod, "", ""));
        String[] table = text.table.toString().split("\n", 2);
        return screen.title(table[0]) + "\n" + table[1] + reasons(forest.missing());
    }

    /**
     * @param before what stands before its name
     * @param below what stands before those of its children
     */
    private void add(CgroupNode node, String before, String below) {
        List<String> line = new ArrayList<>(List.of(before + label(node)));
        line.addAll(figures(node.use()));
        table.add(line.toArray(String[]::new));
        for (int i = 0; i < node.children().size(); i++) {
            boolean last = i == node.children().size() - 1;
            add(node.children().get(i), below + (last ? "└─ " : "├─ "), below + (last ? "   " : "│  "));
        }
    }

    public static String label(CgroupNode node) {
        return switch (node.kind()) {
            case POD -> "pod " + node.name();
            case OTHER -> node.name() + "/";
            case INIT, CONTAINER -> node.name();
        };
    }

    /** Memory, CPU time, the CPUs it may use, tasks, processes. */
    public static List<String> figures(@Nullable CgroupUse use) {
        if (use == null) {
            return List.of("-", "-", "-", "-", "-");
        }
        return List.of(
                ratio(Amounts.bytes(use.memory()), Amounts.bytes(use.memoryLimit())),
                Amounts.seconds(use.cpuTime()),
                Amounts.cpus(use.cpuQuota(), use.cpuPeriod()),
                ratio(Amounts.count(use.tasks()), Amounts.count(use.tasksLimit())),
                Integer.toString(use.processes().size()));
    }

    private static String ratio(String use, String limit) {
        return use.equals(limit) ? use : use + " / " + limit;
    }

    /** In one line; nothing if all is there. */
    public static String reasons(Map<String, String> missing) {
        return missing.isEmpty()
                ? ""
                : missing.entrySet().stream()
                        .map(controller -> controller.getKey() + " is " + controller.getValue())
                        .collect(Collectors.joining(", ", "- not known: ", "\n"));
    }

    // ---- for programs

    public static String json(CgroupForest forest, @Nullable String indent) {
        return JsonWriter.object(
                indent,
                json -> json.objects("pods", forest.pods(), TreeText::write).texts("missing", forest.missing()));
    }

    private static void write(JsonWriter json, CgroupNode node) {
        json.text("kind", node.kind().name().toLowerCase(Locale.ROOT))
                .text("name", node.name())
                .text("cgroup", node.path());
        CgroupUse use = node.use();
        if (use != null) {
            json.objectUnlessEmpty("memory", use, (j, u) -> pair(j, u.memory(), u.memoryLimit()));
            json.objectUnlessEmpty(
                    "cpu",
                    use,
                    (j, u) -> j.number("time", u.cpuTime())
                            .number("quota", limit(u.cpuQuota()))
                            .number("period", u.cpuPeriod()));
            json.objectUnlessEmpty("pids", use, (j, u) -> pair(j, u.tasks(), u.tasksLimit()));
            json.numbers(
                    "processes",
                    use.processes().stream().map(Integer::longValue).toList());
        }
        json.objects("children", node.children(), TreeText::write);
    }

    private static void pair(JsonWriter json, @Nullable Long current, @Nullable Long limit) {
        json.number("current", current).number("max", limit(limit));
    }

    /** What is not limited has no limit. */
    private static @Nullable Long limit(@Nullable Long limit) {
        return limit != null && limit == CgroupStats.UNLIMITED ? null : limit;
    }
}
