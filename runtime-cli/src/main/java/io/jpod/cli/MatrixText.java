package io.jpod.cli;

import io.jpod.oci.JsonWriter;
import io.jpod.oci.Spec.NamespaceType;
import io.jpod.pod.NamespaceMatrix;
import io.jpod.pod.NamespaceMatrix.Kind;
import io.jpod.pod.NamespaceMatrix.Row;
import io.jpod.pod.NamespaceMatrix.Whose;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.ToIntFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A {@link NamespaceMatrix} for people and for programs. */
final class MatrixText {
    private static final int GAP = 2;

    private final NamespaceMatrix matrix;
    private final Palette palette;

    private MatrixText(NamespaceMatrix matrix, Palette palette) {
        this.matrix = matrix;
        this.palette = palette;
    }

    /** The rows, what the marks mean, and who else is in the same namespaces. */
    static String text(NamespaceMatrix matrix, Palette palette) {
        MatrixText text = new MatrixText(matrix, palette);
        return text.table() + "\n" + text.legend() + text.visitors();
    }

    // ---- the table

    private String table() {
        int names = width("", row -> label(row).length());
        int pids = width("PID", row -> pid(row).length());
        StringBuilder text = new StringBuilder().repeat(' ', names + GAP).append(palette.title(right("PID", pids)));
        StringBuilder titles = new StringBuilder();
        for (NamespaceType type : NamespaceMatrix.COLUMNS) {
            titles.repeat(' ', GAP).append(left(NamespaceMatrix.title(type), width(type)));
        }
        text.append(palette.title(titles.toString().stripTrailing())).append('\n');
        for (Row row : matrix.rows()) {
            StringBuilder line = new StringBuilder()
                    .append(left(label(row), names))
                    .repeat(' ', GAP)
                    .append(right(pid(row), pids));
            int blanks = GAP;
            for (NamespaceType type : NamespaceMatrix.COLUMNS) {
                String cell = cell(row, type);
                if (!cell.isEmpty()) {
                    line.repeat(' ', blanks).append(painted(row, type, cell));
                    blanks = 0;
                }
                blanks += width(type) - cell.length() + GAP;
            }
            text.append(line.toString().stripTrailing()).append('\n');
        }
        return text.toString();
    }

    private static String label(Row row) {
        return row.kind() == Kind.POD ? "pod " + row.name() : row.name();
    }

    private static String pid(Row row) {
        return row.pid() == 0 ? "-" : Integer.toString(row.pid());
    }

    private String cell(Row row, NamespaceType type) {
        return row.inode(type)
                .map(inode -> inode
                        + matrix.whose(row, type)
                                .map(MatrixText::mark)
                                .filter(_ -> row.kind() != Kind.HOST)
                                .orElse(""))
                // What a pod has not, each container has its own way.
                .orElse(row.kind() == Kind.POD ? "" : "-");
    }

    private String painted(Row row, NamespaceType type, String cell) {
        return matrix.whose(row, type).map(whose -> palette.whose(whose, cell)).orElse(cell);
    }

    private int width(NamespaceType type) {
        return width(NamespaceMatrix.title(type), row -> cell(row, type).length());
    }

    private int width(String title, ToIntFunction<Row> length) {
        return Math.max(
                title.length(), matrix.rows().stream().mapToInt(length).max().orElse(0));
    }

    private static String left(String text, int width) {
        return text + " ".repeat(width - text.length());
    }

    private static String right(String text, int width) {
        return " ".repeat(width - text.length()) + text;
    }

    // ---- what it means

    static String mark(Whose whose) {
        return switch (whose) {
            case SHARED -> "=";
            case JOINED -> "+";
            case OWN -> "*";
            case HOST -> "h";
        };
    }

    static String meaning(Whose whose) {
        return switch (whose) {
            case SHARED -> "shared in the pod";
            case JOINED -> "shared with somebody outside of the pod";
            case OWN -> "its own";
            case HOST -> "the host's";
        };
    }

    /** Of the marks that occur. */
    private String legend() {
        Set<Whose> used = EnumSet.noneOf(Whose.class);
        for (Row row : matrix.rows()) {
            if (row.kind() != Kind.HOST) {
                NamespaceMatrix.COLUMNS.forEach(type -> matrix.whose(row, type).ifPresent(used::add));
            }
        }
        List<String> parts = new ArrayList<>();
        used.forEach(whose -> parts.add(palette.whose(whose, mark(whose) + " " + meaning(whose))));
        if (matrix.rows().stream()
                .anyMatch(row -> row.kind() != Kind.POD && row.inodes().isEmpty())) {
            parts.add("- no process");
        }
        return parts.isEmpty() ? "" : String.join("   ", parts) + "\n";
    }

    private String visitors() {
        return matrix.visitors().entrySet().stream()
                .map(visited -> "Also in %s: %s\n"
                        .formatted(
                                NamespaceMatrix.title(visited.getKey()),
                                visited.getValue().stream().map(MatrixText::who).collect(Collectors.joining(", "))))
                .collect(Collectors.joining());
    }

    static String who(Row row) {
        return switch (row.kind()) {
            case POD -> "pod " + row.name();
            case INIT -> "init of pod " + row.pod();
            case CONTAINER, HOST -> row.name();
        };
    }

    // ---- for programs

    static String json(NamespaceMatrix matrix, @Nullable String indent) {
        return JsonWriter.object(
                indent, json -> json.objects("rows", matrix.rows(), (object, row) -> write(object, matrix, row)));
    }

    private static void write(JsonWriter json, NamespaceMatrix matrix, Row row) {
        json.text("kind", row.kind().name().toLowerCase(Locale.ROOT)).text("name", row.name());
        json.text("pod", row.pod()).number("pid", row.pid() == 0 ? null : row.pid());
        json.object("namespaces", row, (cells, _) -> {
            for (NamespaceType type : NamespaceMatrix.COLUMNS) {
                Optional<Long> inode = row.inode(type);
                if (inode.isPresent()) {
                    cells.object(
                            NamespaceMatrix.title(type),
                            inode.get(),
                            (cell, number) -> cell.number("inode", number)
                                    .text(
                                            "whose",
                                            matrix.whose(row, type)
                                                    .map(whose -> whose.name().toLowerCase(Locale.ROOT))
                                                    .orElse(null))
                                    .texts(
                                            "with",
                                            matrix.others(row, type).stream()
                                                    .map(MatrixText::who)
                                                    .toList()));
                }
            }
        });
    }
}
