package io.jpod.cli.show;

import io.jpod.cli.command.Jpod;
import io.jpod.oci.NamespaceType;
import io.jpod.pod.NamespaceMatrix;
import io.jpod.pod.NamespaceMatrix.Kind;
import io.jpod.pod.NamespaceMatrix.Row;
import io.jpod.pod.NamespaceMatrix.Whose;
import io.jpod.pod.PodView;
import io.jpod.pod.PodView.Interface;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * A pod as one page of HTML that needs nothing else: a house, whose walls are the namespaces that all share, whose rooms are
 * the containers, and that stands on the host; below it the figures.
 */
public final class ViewPage {
    /** From the outermost wall inwards: the user namespace owns the others, user_namespaces(7). */
    private static final List<NamespaceType> WALLS = List.of(
            NamespaceType.USER,
            NamespaceType.PID,
            NamespaceType.CGROUP,
            NamespaceType.NETWORK,
            NamespaceType.IPC,
            NamespaceType.UTS);

    private static final String STYLE = resource("pod-view.css");

    private final PodView pod;
    private final Html html = new Html();

    private ViewPage(PodView pod) {
        this.pod = pod;
    }

    public static String of(PodView pod) {
        return new ViewPage(pod).page();
    }

    private static String resource(String name) {
        try (InputStream in = ViewPage.class.getResourceAsStream(name)) {
            return new String(Objects.requireNonNull(in, name).readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String page() {
        html.raw("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n")
                .raw("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n")
                .raw("<meta name=\"color-scheme\" content=\"light dark\">\n")
                // It asks nobody for anything, and what is in it cannot make it do so.
                .raw("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src"
                        + " 'unsafe-inline'\">\n")
                .leaf("title", "", "pod " + pod.name())
                .raw("<style>\n" + STYLE + "</style>\n</head>\n<body>\n<main>\n");
        house();
        new ViewTables(pod, html).write();
        html.leaf(
                "footer",
                "seen",
                "pod %s, as jpod %s saw it at %s"
                        .formatted(pod.id(), Jpod.VERSION, pod.taken().truncatedTo(ChronoUnit.SECONDS)));
        return html.raw("</main>\n</body>\n</html>\n").toString();
    }

    // ---- the house

    private void house() {
        html.open("section", "house");
        roof();
        List<NamespaceType> walls =
                WALLS.stream().filter(type -> isWall(pod, type)).toList();
        walls.forEach(this::openWall);
        if (walls.isEmpty()) {
            html.open("div", "wall none");
        }
        ViewRooms rooms = new ViewRooms(pod, html, this::isGround);
        rooms.write();
        html.raw("</div>\n".repeat(Math.max(1, walls.size())));
        ground();
        html.close("section");
    }

    private void roof() {
        String facts = pod.status().title() + (pod.hostname() == null ? "" : ", host name " + pod.hostname());
        html.open("header", "roof")
                .raw("<svg viewBox=\"0 0 100 100\" preserveAspectRatio=\"none\" aria-hidden=\"true\">"
                        + "<path class=\"chimney\" d=\"M78 8h5v60h-5z\"/><path d=\"M50 0 100 100H0z\"/></svg>\n")
                .open("div", "name")
                .leaf("h1", pod.name().length() > 24 ? "long" : "", pod.name())
                .leaf("p", "", "pod: " + facts)
                .close("div")
                .close("header");
    }

    private void openWall(NamespaceType type) {
        String title = type.procName();
        html.open("div", "wall ns-" + title)
                .open("p", "label")
                .leaf("b", "", title)
                .leaf("code", "", inode(type))
                .leaf("span", "", meaning(type));
        if (type == NamespaceType.NETWORK && !pod.interfaces().isEmpty()) {
            html.open("span", "plates");
            pod.interfaces().forEach(this::plate);
            html.close("span");
        }
        html.close("p");
    }

    /** The number on the house. */
    private void plate(Interface link) {
        html.open("span", "plate").leaf("b", "", link.name()).text(" ");
        link.addresses().forEach(address -> html.leaf("code", "", address));
        if (!link.isUp()) {
            html.leaf("em", "", "down");
        } else if (link.addresses().isEmpty()) {
            html.leaf("em", "", "no address");
        }
        if (link.network() != null) {
            html.leaf("em", "", "network " + link.network());
        }
        link.ports().forEach(port -> html.leaf("span", "port", "port " + port));
        html.close("span");
    }

    private String inode(NamespaceType type) {
        return pod.namespaces().rows().stream()
                .filter(row -> row.kind() == Kind.POD)
                .flatMap(row -> row.inode(type).stream())
                .map(Object::toString)
                .findFirst()
                .orElse("");
    }

    /** What it means to share it. */
    private String meaning(NamespaceType type) {
        return switch (type) {
            case NETWORK -> "one network: the same addresses, ports and localhost";
            case IPC -> "one shared memory, one set of semaphores and queues";
            case UTS -> "one host name" + (pod.hostname() == null ? "" : ": " + pod.hostname());
            case PID -> "one list of processes: all see all";
            case USER ->
                "one set of users"
                        + (pod.mappings().isEmpty()
                                ? ""
                                : ": root is user %d of the host"
                                        .formatted(pod.mappings().getFirst().hostID()));
            case CGROUP -> "one view of the cgroups";
            case MOUNT, TIME -> "";
        };
    }

    // ---- what it stands on

    private void ground() {
        html.open("footer", "ground").leaf("b", "", "the host");
        String types = NamespaceMatrix.COLUMNS.stream()
                .filter(this::isGround)
                .map(NamespaceType::procName)
                .collect(Collectors.joining(", "));
        html.leaf(
                "span",
                "",
                types.isEmpty() ? "nobody is in its namespaces" : "everybody is in its namespaces " + types);
        String visitors = pod.namespaces().visitors().entrySet().stream()
                .map(visited -> visited.getKey().procName() + ": "
                        + visited.getValue().stream().map(MatrixText::who).collect(Collectors.joining(", ")))
                .collect(Collectors.joining("; "));
        if (!visitors.isEmpty()) {
            html.leaf("span", "visitors", "visitors from outside in " + visitors);
        }
        html.close("footer");
    }

    /** Whether this is the host's for everybody of the pod. */
    private boolean isGround(NamespaceType type) {
        List<Row> known = pod.namespaces().rows().stream()
                .filter(row -> row.kind() != Kind.HOST && row.inode(type).isPresent())
                .toList();
        return !known.isEmpty()
                && known.stream()
                        .allMatch(row -> pod.namespaces().whose(row, type).equals(Optional.of(Whose.HOST)));
    }

    /** Whether all share it. */
    static boolean isWall(PodView pod, NamespaceType type) {
        return pod.namespaces().rows().stream()
                .anyMatch(row -> row.kind() == Kind.POD
                        && pod.namespaces().whose(row, type).equals(Optional.of(Whose.SHARED)));
    }
}
