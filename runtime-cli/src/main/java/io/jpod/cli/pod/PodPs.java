package io.jpod.cli.pod;

import io.jpod.cli.command.Definition;
import io.jpod.cli.command.Jpod;
import io.jpod.cli.command.Verb;
import io.jpod.cli.show.Listing;
import io.jpod.cli.show.PodFacts;
import io.jpod.cli.show.PodFilter;
import io.jpod.container.Container;
import io.jpod.engine.PodContainers;
import io.jpod.pod.Pod;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

final class PodPs implements Verb {
    private static final Map<String, String> TITLES = Map.of(
            "Id", "POD ID",
            "ID", "POD ID",
            "CreatedHuman", "CREATED",
            "NumberOfContainers", "# OF CONTAINERS",
            "ContainerIds", "IDS",
            "ContainerNames", "NAMES",
            "ContainerStatuses", "STATUS");

    /** By what the list is ordered. */
    private enum Order {
        CREATED("Created"),
        ID("Id"),
        NAME("Name"),
        NUMBER("NumberOfContainers"),
        STATUS("Status");

        private final String field;

        Order(String field) {
            this.field = field;
        }
    }

    private @Nullable String format;
    private List<String> filters = List.of();
    private boolean quiet;
    private boolean whole;
    private boolean ids;
    private boolean names;
    private boolean statuses;
    private boolean namespaces;
    private boolean latest;
    private boolean bare;
    private Order order = Order.CREATED;

    @Override
    public void define(Definition d) {
        d.value("--format=FORMAT", "table (default), json, a template, or table and a template.", v -> format = v);
        d.values(
                "-f --filter=KEY=VALUE",
                "Only pods to which this applies; may be given more than once.",
                v -> filters = v);
        d.flag("-q --quiet", "Print the IDs alone.", on -> quiet = on);
        d.flag("--no-trunc", "Print whole IDs.", on -> whole = on);
        d.flag("--ctr-ids", "Show the IDs of containers, which are their names.", on -> ids = on);
        d.flag("--ctr-names", "Show the names of containers.", on -> names = on);
        d.flag("--ctr-status", "Show the states of containers.", on -> statuses = on);
        d.flag("--ns --namespace", "Show which namespaces are shared.", on -> namespaces = on);
        d.flag("-l --latest", "The pod that was made last alone.", on -> latest = on);
        d.flag("--noheading", "Leave the titles of the table away.", on -> bare = on);
        d.value(
                "--sort=ORDER",
                "created (default), id, name, number or status.",
                Order.class,
                Order.CREATED,
                v -> order = v);
        d.footer(
                "Fields for templates: .Id .Name .Status .Created .CreatedHuman .NumberOfContainers .ContainerNames"
                        + " .ContainerStatuses .Containers .Namespaces .Networks .Labels .Cgroup",
                "",
                "Filters: name, id, label=NAME[=VALUE], status, ctr-names, ctr-ids, ctr-number, ctr-status, network. One of"
                        + " several values of a filter must fit, of labels all.");
        d.examples(
                "jpod pod ps",
                "jpod pod ps --ctr-names --ctr-status --filter status=running",
                "jpod pod ps --format 'table {{.Name}}\\t{{.Status}}' --sort name",
                "jpod pod ps -q --no-trunc");
    }

    @Override
    public int call(Jpod jpod) {
        Listing listing = Listing.of(format, columns());
        PodFilter filter = PodFilter.of(filters);
        List<Map<String, @Nullable Object>> rows = new ArrayList<>();
        Map<String, List<Container>> containers = PodContainers.byPod(jpod.containers());
        for (Pod pod : jpod.pods().list()) {
            pod.damage()
                    .ifPresent(why -> jpod.warn("pod %s is damaged: %s (remove it with 'jpod pod rm --force %1$s')"
                            .formatted(pod.name(), why)));
            rows.add(PodFacts.row(pod, PodContainers.own(containers.getOrDefault(pod.name(), List.of()))));
        }
        rows.removeIf(filter.negate());
        rows.sort(comparator(latest ? Order.CREATED : order));
        List<Map<String, @Nullable Object>> shown =
                latest && !rows.isEmpty() ? List.of(rows.getLast()) : List.copyOf(rows);
        if (!whole && (quiet || listing.template() != null)) {
            shown.forEach(row -> row.put("Id", PodFacts.brief(String.valueOf(row.get("Id")))));
        }
        PrintStream out = jpod.out();
        if (quiet) {
            shown.forEach(row -> out.println(row.get("Id")));
        } else {
            String text = listing.render(shown, TITLES);
            out.print(bare && listing.isTable() ? text.substring(text.indexOf('\n') + 1) : text);
        }
        return OK;
    }

    private static Comparator<Map<String, @Nullable Object>> comparator(Order order) {
        Comparator<Map<String, @Nullable Object>> byName = Comparator.comparing(row -> String.valueOf(row.get("Name")));
        return order == Order.NUMBER
                ? Comparator.<Map<String, @Nullable Object>>comparingLong(
                                row -> row.get(order.field) instanceof Long number ? number : 0)
                        .thenComparing(byName)
                : Comparator.<Map<String, @Nullable Object>, String>comparing(
                                row -> String.valueOf(row.get(order.field)))
                        .thenComparing(byName);
    }

    private String columns() {
        return "{{.Id}}\t{{.Name}}\t{{.Status}}\t{{.CreatedHuman}}"
                + (ids ? "\t{{.ContainerIds}}" : "")
                + (names ? "\t{{.ContainerNames}}" : "")
                + (statuses ? "\t{{.ContainerStatuses}}" : "")
                + (namespaces ? "\t{{join .Namespaces \",\"}}" : "")
                + (ids || names || statuses ? "" : "\t{{.NumberOfContainers}}");
    }
}
