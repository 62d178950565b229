package io.jpod.cli.show;

import io.jpod.oci.NamespaceType;
import io.jpod.pod.CgroupNode;
import io.jpod.pod.NamespaceMatrix;
import io.jpod.pod.NamespaceMatrix.Kind;
import io.jpod.pod.NamespaceMatrix.Row;
import io.jpod.pod.NamespaceMatrix.Whose;
import io.jpod.pod.PodView;
import io.jpod.pod.PodView.Member;
import io.jpod.pod.PodView.SharedFile;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** What stands below the house of {@link ViewPage}: namespaces, files and cgroups, to look things up in. */
final class ViewTables {
    private final PodView pod;
    private final Html html;

    ViewTables(PodView pod, Html html) {
        this.pod = pod;
        this.html = html;
    }

    void write() {
        namespaces();
        files();
        cgroups();
        labels();
    }

    /** The class of a cell, in the style sheet. */
    static String style(Whose whose) {
        return switch (whose) {
            case SHARED -> "shared";
            case JOINED -> "joined";
            case OWN -> "private";
            case HOST -> "host";
        };
    }

    private void begin(String title) {
        html.open("section", "").leaf("h2", "", title).raw("<div class=\"wide\"><table>\n");
    }

    private void head(String... titles) {
        html.raw("<thead><tr>");
        for (String title : titles) {
            html.leaf("th", "", title);
        }
        html.raw("</tr></thead>\n<tbody>\n");
    }

    private void end() {
        html.raw("</tbody>\n</table></div>\n").close("section");
    }

    // ---- namespaces

    private void namespaces() {
        html.open("section", "")
                .leaf("h2", "", "Who lives in which namespace")
                .raw("<div class=\"wide\"><table class=\"matrix\">\n");
        html.raw("<thead><tr><th></th>");
        NamespaceMatrix.COLUMNS.forEach(type -> html.leaf("th", "", type.procName()));
        html.raw("</tr></thead>\n<tbody>\n");
        for (Row row : pod.namespaces().rows()) {
            html.open("tr", row.kind() == Kind.HOST ? "last" : "").leaf("th", "", label(row));
            NamespaceMatrix.COLUMNS.forEach(type -> cell(row, type));
            html.close("tr");
        }
        html.raw("</tbody>\n</table></div>\n").open("p", "legend");
        for (Whose whose : Whose.values()) {
            if (whose != Whose.JOINED || occurs(whose)) {
                html.leaf("span", style(whose), MatrixText.mark(whose) + " " + MatrixText.meaning(whose));
            }
        }
        html.close("p").close("section");
    }

    private boolean occurs(Whose whose) {
        return pod.namespaces().rows().stream()
                .anyMatch(row -> NamespaceMatrix.COLUMNS.stream()
                        .anyMatch(type -> pod.namespaces().whose(row, type).equals(Optional.of(whose))));
    }

    private static String label(Row row) {
        return switch (row.kind()) {
            case POD -> "pinned";
            case HOST -> "the host";
            case INIT, CONTAINER -> row.name();
        };
    }

    private void cell(Row row, NamespaceType type) {
        Optional<Whose> whose = pod.namespaces().whose(row, type);
        if (whose.isEmpty()) {
            html.leaf("td", "", row.kind() == Kind.POD ? "" : "-");
            return;
        }
        String mark = row.kind() == Kind.HOST ? "" : " " + MatrixText.mark(whose.get());
        html.leaf(
                "td", style(whose.get()), row.inode(type).map(Object::toString).orElse("") + mark);
    }

    // ---- files

    private void files() {
        begin("Files that all have in common");
        head("in the containers", "from", "seen by");
        for (SharedFile file : pod.files()) {
            html.open("tr", "")
                    .leaf("td", "path", file.destination())
                    .leaf("td", "path", file.source())
                    .leaf("td", "", who(file.containers()))
                    .close("tr");
        }
        end();
        if (pod.containers().isEmpty()) {
            return;
        }
        begin("Files that each has for itself");
        head("container", "its root", "its own mounts");
        for (Member container : pod.containers()) {
            html.open("tr", "").leaf("th", "", container.id());
            html.leaf("td", "path", root(container));
            html.open("td", "path mounts");
            container
                    .mounts()
                    .forEach(mount -> html.open("span", "")
                            .text(mount.destination())
                            .text(" ")
                            .leaf("i", "", mount.source())
                            .close("span"));
            html.close("td").close("tr");
        }
        end();
    }

    private String root(Member container) {
        boolean isShared = pod.files().stream()
                .anyMatch(file ->
                        file.destination().equals("/") && file.containers().contains(container.id()));
        return isShared ? "not its own, see above" : Objects.requireNonNullElse(container.rootfs(), "not known");
    }

    private String who(List<String> containers) {
        if (containers.isEmpty()) {
            return "nobody yet";
        }
        return containers.size() == pod.containers().size() && containers.size() > 1
                ? "all"
                : String.join(", ", containers);
    }

    // ---- cgroups

    private void cgroups() {
        begin("Cgroups: in use / the limit");
        head("cgroup", "memory", "CPU time", "CPUs", "tasks", "processes");
        pod.cgroups().pods().forEach(node -> cgroup(node, 0));
        html.raw("</tbody>\n</table></div>\n");
        pod.cgroups().pods().stream()
                .map(CgroupNode::path)
                .filter(path -> path != null)
                .forEach(path -> html.leaf("p", "why", "The pod's is " + path));
        if (!pod.cgroups().missing().isEmpty()) {
            html.leaf("p", "why", TreeText.reasons(pod.cgroups().missing()).strip());
        }
        html.close("section");
    }

    private void cgroup(CgroupNode node, int depth) {
        html.open("tr", "")
                .raw("<th class=\"tree\" style=\"padding-left:%sem\">".formatted(1 + 1.6 * depth))
                .text((depth == 0 ? "" : "└ ") + TreeText.label(node))
                .close("th");
        TreeText.figures(node.use()).forEach(figure -> html.leaf("td", "number", figure));
        html.close("tr");
        node.children().forEach(child -> cgroup(child, depth + 1));
    }

    private void labels() {
        if (!pod.labels().isEmpty()) {
            begin("Labels");
            head("key", "value");
            pod.labels().entrySet().stream()
                    .sorted(Map.Entry.comparingByKey())
                    .forEach(label -> html.open("tr", "")
                            .leaf("td", "path", label.getKey())
                            .leaf("td", "path", label.getValue())
                            .close("tr"));
            end();
        }
    }
}
