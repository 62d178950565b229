package io.jpod.cli;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

@Command(
        name = "ps",
        aliases = {"ls", "list"},
        description = "List the pods below --root.",
        footer = {
            "",
            "Fields for templates: .Id .Name .Status .Created .CreatedHuman .NumberOfContainers .ContainerNames"
                    + " .ContainerStatuses .Containers .Namespaces .Networks .Labels .Cgroup",
            "",
            "Filters: name, id, label=NAME[=VALUE], status, ctr-names, ctr-ids, ctr-number, ctr-status, network. One of"
                    + " several values of a filter must fit, of labels all.",
            "",
            "Examples:",
            "  jpod pod ps",
            "  jpod pod ps --ctr-names --ctr-status --filter status=running",
            "  jpod pod ps --format 'table {{.Name}}\\t{{.Status}}' --sort name",
            "  jpod pod ps -q --no-trunc"
        })
final class PodPs implements Callable<Integer> {
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

    @ParentCommand
    private PodCommand parent;

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            description = "table (default), json, a template, or table and a template.")
    private @Nullable String format;

    @Option(
            names = {"-f", "--filter"},
            paramLabel = "KEY=VALUE",
            description = "Only pods to which this applies; may be given more than once.")
    private List<String> filters = new ArrayList<>();

    @Option(
            names = {"-q", "--quiet"},
            description = "Print the IDs alone.")
    private boolean quiet;

    @Option(names = "--no-trunc", description = "Print whole IDs.")
    private boolean whole;

    @Option(names = "--ctr-ids", description = "Show the IDs of containers, which are their names.")
    private boolean ids;

    @Option(names = "--ctr-names", description = "Show the names of containers.")
    private boolean names;

    @Option(names = "--ctr-status", description = "Show the states of containers.")
    private boolean statuses;

    @Option(
            names = {"--ns", "--namespace"},
            description = "Show which namespaces are shared.")
    private boolean namespaces;

    @Option(
            names = {"-l", "--latest"},
            description = "The pod that was made last alone.")
    private boolean latest;

    @Option(names = "--noheading", description = "Leave the titles of the table away.")
    private boolean bare;

    @Option(names = "--sort", paramLabel = "ORDER", description = "created (default), id, name, number or status.")
    private Order order = Order.CREATED;

    @Override
    public Integer call() {
        Listing listing = Listing.of(format, columns());
        PodFilter filter = PodFilter.of(filters);
        List<Map<String, @Nullable Object>> rows = new ArrayList<>();
        parent.jpod().pods().list().forEach(pod -> rows.add(PodFacts.row(pod, false)));
        rows.removeIf(filter.negate());
        rows.sort(comparator(latest ? Order.CREATED : order));
        List<Map<String, @Nullable Object>> shown =
                latest && !rows.isEmpty() ? List.of(rows.getLast()) : List.copyOf(rows);
        if (!whole && (quiet || listing.template() != null)) {
            shown.forEach(row -> row.put("Id", PodFacts.brief(String.valueOf(row.get("Id")))));
        }
        PrintStream out = parent.jpod().caller().out();
        if (quiet) {
            shown.forEach(row -> out.println(row.get("Id")));
        } else {
            String text = listing.render(shown, TITLES);
            out.print(bare && listing.isTable() ? text.substring(text.indexOf('\n') + 1) : text);
        }
        return ExitCode.OK.number();
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
