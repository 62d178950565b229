package io.jpod.cli.show;

import io.jpod.json.JsonWriter;
import io.jpod.oci.NamespaceType;
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
import java.util.function.Predicate;
import java.util.function.ToIntFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A {@link NamespaceMatrix} for people and for programs. */
public final class MatrixText {
    private static final int GAP = 2;

    private final NamespaceMatrix matrix;
    private final Screen screen;

    /** First digits that all numbers have in common, and that are left out. */
    private final String prefix;

    private MatrixText(NamespaceMatrix matrix, Screen screen, String prefix) {
        this.matrix = matrix;
        this.screen = screen;
        this.prefix = prefix;
    }

    /** The rows, what the marks mean, and who else is in the same namespaces. */
    public static String text(NamespaceMatrix matrix, Screen screen) {
        MatrixText text = new MatrixText(matrix, screen, "");
        if (screen.columns() > 0 && text.width() > screen.columns()) {
            text = new MatrixText(matrix, screen, commonDigits(matrix));
        }
        return text.table() + "\n" + text.legend() + text.visitors();
    }

    /** Those of the kernel differ in the last few of ten: the first one is 0xF0000000, include/linux/proc_ns.h. */
    private static String commonDigits(NamespaceMatrix matrix) {
        List<String> numbers = matrix.rows().stream()
                .flatMap(row -> row.inodes().values().stream())
                .map(Object::toString)
                .toList();
        String first = numbers.isEmpty() ? "" : numbers.getFirst();
        int length = first.length() - 1;
        while (length > 0 && !numbers.stream().allMatch(startsWith(first.substring(0, length), first.length()))) {
            length--;
        }
        return first.substring(0, Math.max(0, length));
    }

    private static Predicate<String> startsWith(String prefix, int length) {
        return number -> number.length() == length && number.startsWith(prefix);
    }

    // ---- the table

    private String table() {
        int names = names();
        int pids = pids();
        StringBuilder text = new StringBuilder().repeat(' ', names + GAP).append(screen.title(right("PID", pids)));
        StringBuilder titles = new StringBuilder();
        for (NamespaceType type : NamespaceMatrix.COLUMNS) {
            titles.repeat(' ', GAP).append(left(type.procName(), width(type)));
        }
        text.append(screen.title(titles.toString().stripTrailing())).append('\n');
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
                .map(inode -> inode.toString().substring(prefix.length())
                        + matrix.whose(row, type)
                                .map(MatrixText::mark)
                                .filter(_ -> row.kind() != Kind.HOST)
                                .orElse(""))
                // What a pod has not, each container has its own way.
                .orElse(row.kind() == Kind.POD ? "" : "-");
    }

    private String painted(Row row, NamespaceType type, String cell) {
        return matrix.whose(row, type).map(whose -> screen.whose(whose, cell)).orElse(cell);
    }

    private int width() {
        return names()
                + pids()
                + 2 * GAP
                + NamespaceMatrix.COLUMNS.stream()
                        .mapToInt(type -> width(type) + GAP)
                        .sum()
                - GAP;
    }

    private int names() {
        return width("", row -> label(row).length());
    }

    private int pids() {
        return width("PID", row -> pid(row).length());
    }

    private int width(NamespaceType type) {
        return width(type.procName(), row -> cell(row, type).length());
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

    public static String mark(Whose whose) {
        return switch (whose) {
            case SHARED -> "=";
            case JOINED -> "+";
            case OWN -> "*";
            case HOST -> "h";
        };
    }

    public static String meaning(Whose whose) {
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
        used.forEach(whose -> parts.add(screen.whose(whose, mark(whose) + " " + meaning(whose))));
        if (matrix.rows().stream()
                .anyMatch(row -> row.kind() != Kind.POD && row.inodes().isEmpty())) {
            parts.add("- no process");
        }
        return (parts.isEmpty() ? "" : String.join("   ", parts) + "\n")
                + (prefix.isEmpty() ? "" : "All numbers begin with " + prefix + ".\n");
    }

    private String visitors() {
        return matrix.visitors().entrySet().stream()
                .map(visited -> "Also in %s: %s\n"
                        .formatted(
                                visited.getKey().procName(),
                                visited.getValue().stream().map(MatrixText::who).collect(Collectors.joining(", "))))
                .collect(Collectors.joining());
    }

    public static String who(Row row) {
        return switch (row.kind()) {
            case POD -> "pod " + row.name();
            case INIT -> "init of pod " + row.pod();
            case CONTAINER, HOST -> row.name();
        };
    }

    // ---- for programs

    public static String json(NamespaceMatrix matrix, @Nullable String indent) {
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
                            type.procName(),
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
