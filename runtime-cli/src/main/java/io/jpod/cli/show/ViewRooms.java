package io.jpod.cli.show;

import io.jpod.cgroup.CgroupStats;
import io.jpod.cgroup.CgroupUse;
import io.jpod.oci.NamespaceType;
import io.jpod.pod.CgroupNode;
import io.jpod.pod.NamespaceMatrix;
import io.jpod.pod.NamespaceMatrix.Kind;
import io.jpod.pod.NamespaceMatrix.Row;
import io.jpod.pod.NamespaceMatrix.Whose;
import io.jpod.pod.PodView;
import io.jpod.pod.PodView.Member;
import io.jpod.pod.PodView.Process;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The inside of the house of {@link ViewPage}: a room for each container, and the meters of all. */
final class ViewRooms {
    /** So that one busy container does not push the others off the screen. */
    private static final int MOST_PROCESSES = 8;

    private final PodView pod;
    private final Html html;
    private final Predicate<NamespaceType> isGround;

    /** @param isGround whether all have the host's, which is said once and not in each room */
    ViewRooms(PodView pod, Html html, Predicate<NamespaceType> isGround) {
        this.pod = pod;
        this.html = html;
        this.isGround = isGround;
    }

    void write() {
        html.open("div", "rooms");
        pod.containers().forEach(this::room);
        if (pod.containers().isEmpty()) {
            html.leaf(
                    "p",
                    "empty",
                    "No container yet. The walls stand without anybody in them: nothing but a file holds them.");
        }
        html.close("div");
        if (!pod.init().isEmpty()) {
            cellar();
        }
        pod.cgroups().pods().forEach(node -> {
            html.open("div", "box").leaf("b", "", "cgroup of all");
            meters(node.use());
            if (!pod.cgroups().missing().isEmpty()) {
                html.leaf(
                        "span",
                        "why",
                        String.join(", ", pod.cgroups().missing().keySet()) + ": this host does not say, see below");
            }
            html.close("div");
        });
    }

    private void room(Member container) {
        html.open("article", "room " + container.status())
                .open("header", "")
                .leaf("h2", container.id().length() > 20 ? "long" : "", container.id())
                .leaf("span", "status", container.status())
                .close("header");
        row(Kind.CONTAINER, container.id()).ifPresent(this::own);
        processes(container.processes());
        node(container.id()).ifPresent(node -> meters(node.use()));
        html.close("article");
    }

    /** The first process of a shared pid namespace: nobody's container, but there for all. */
    private void cellar() {
        html.open("div", "box").leaf("b", "", "init").leaf("span", "", "holds the pid namespace and reaps its orphans");
        pod.init()
                .forEach(process -> html.leaf(
                        "span", "", "PID %d inside, %d on the host".formatted(process.pidInside(), process.pid())));
        row(Kind.INIT, "init").ifPresent(this::own);
        html.close("div");
    }

    // ---- namespaces

    /** Those that are not a wall, and not the ground either. */
    private void own(Row row) {
        html.open("ul", "own");
        for (NamespaceType type : NamespaceMatrix.COLUMNS) {
            Optional<Whose> whose = pod.namespaces().whose(row, type);
            if (whose.isPresent() && !isGround.test(type) && !ViewPage.isWall(pod, type)) {
                html.open("li", "ns-" + type.procName() + " " + ViewTables.style(whose.get()))
                        .leaf("b", "", type.procName())
                        .leaf("code", "", row.inode(type).map(Object::toString).orElse(""))
                        .text(meaning(whose.get()))
                        .close("li");
            }
        }
        html.close("ul");
    }

    private static String meaning(Whose whose) {
        return switch (whose) {
            case SHARED -> " shared";
            case JOINED -> " with a visitor";
            case OWN -> " own";
            case HOST -> " the host's";
        };
    }

    private Optional<Row> row(Kind kind, String name) {
        return pod.namespaces().rows().stream()
                .filter(row -> row.kind() == kind && row.name().equals(name))
                .findFirst();
    }

    // ---- processes

    private void processes(List<Process> processes) {
        if (processes.isEmpty()) {
            html.leaf("p", "empty", "no process");
            return;
        }
        html.raw(
                "<table class=\"processes\"><thead><tr><th>PID</th><th>on host</th><th>process</th></tr></thead><tbody>\n");
        processes.stream()
                .limit(MOST_PROCESSES)
                .forEach(process -> html.open("tr", "")
                        .leaf("td", "number", Integer.toString(process.pidInside()))
                        .leaf("td", "number", Integer.toString(process.pid()))
                        .leaf("td", "command", process.command())
                        .close("tr"));
        html.raw("</tbody></table>\n");
        if (processes.size() > MOST_PROCESSES) {
            html.leaf("p", "empty", "and %d more".formatted(processes.size() - MOST_PROCESSES));
        }
    }

    // ---- meters

    private Optional<CgroupNode> node(String container) {
        List<CgroupNode> nodes = new ArrayList<>(pod.cgroups().pods());
        for (int i = 0; i < nodes.size(); i++) {
            CgroupNode node = nodes.get(i);
            if (node.kind() == CgroupNode.Kind.CONTAINER && node.name().equals(container)) {
                return Optional.of(node);
            }
            nodes.addAll(node.children());
        }
        return Optional.empty();
    }

    /** What is not known is left out here; the tables below have it. */
    private void meters(@Nullable CgroupUse use) {
        if (use == null) {
            return;
        }
        html.open("dl", "meters");
        if (use.memory() != null) {
            meter(
                    "memory",
                    Amounts.bytes(use.memory()),
                    Amounts.bytes(use.memoryLimit()),
                    share(use.memory(), use.memoryLimit()));
        }
        if (use.cpuQuota() != null && use.cpuQuota() != CgroupStats.UNLIMITED) {
            meter("CPUs", "up to " + Amounts.cpus(use.cpuQuota(), use.cpuPeriod()), "max", -1);
        }
        meter("CPU time", Amounts.seconds(use.cpuTime()), "max", -1);
        if (use.tasks() != null) {
            meter(
                    "tasks",
                    Amounts.count(use.tasks()),
                    Amounts.count(use.tasksLimit()),
                    share(use.tasks(), use.tasksLimit()));
        }
        html.close("dl");
    }

    /** @param share of the limit in per cent; -1: there is none */
    private void meter(String title, String use, String limit, int share) {
        html.open("div", "")
                .leaf("dt", "", title)
                .leaf("dd", "", share < 0 ? use : use + " of " + limit)
                .raw(
                        share < 0
                                ? ""
                                : "<svg viewBox=\"0 0 100 10\" preserveAspectRatio=\"none\" role=\"img\"><title>%d%%</title>"
                                                .formatted(share)
                                        + "<rect class=\"all\" width=\"100\" height=\"10\"/><rect class=\"%s\" width=\"%d\" height=\"10\"/></svg>"
                                                .formatted(share >= 90 ? "full" : "used", share))
                .close("div");
    }

    private static int share(long use, @Nullable Long limit) {
        if (limit == null || limit == CgroupStats.UNLIMITED || limit == 0) {
            return -1;
        }
        return (int) Math.clamp(100.0 * use / limit, 0, 100);
    }
}
