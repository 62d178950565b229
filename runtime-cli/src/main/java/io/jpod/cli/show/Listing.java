package io.jpod.cli.show;

import io.jpod.json.JsonText;
import java.util.AbstractMap;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Things in a table, as JSON, or by a template, as {@code --format} asks.
 *
 * @param template null: JSON
 * @param isTable whether titles come first and columns are aligned
 */
public record Listing(@Nullable Template template, boolean isTable) {
    private static final String TABLE = "table";

    /**
     * @param format null: the usual table; json; a template; table and a template
     * @param usual the template of the usual table
     */
    public static Listing of(@Nullable String format, String usual) {
        String wanted = format == null ? TABLE : format.strip();
        if (wanted.equals("json")) {
            return new Listing(null, false);
        }
        if (wanted.equals(TABLE)) {
            return new Listing(Template.of(usual), true);
        }
        return wanted.startsWith(TABLE + " ")
                ? new Listing(Template.of(wanted.substring(TABLE.length()).strip()), true)
                : new Listing(Template.of(format == null ? "" : format), false);
    }

    /** @param titles of columns, for fields whose names do not say it */
    public String render(List<Map<String, @Nullable Object>> rows, Map<String, String> titles) {
        if (template == null) {
            return JsonText.of(rows, "  ") + "\n";
        }
        List<String> lines = new ArrayList<>();
        rows.forEach(row -> lines.add(template.render(row)));
        if (!isTable) {
            return lines.isEmpty() ? "" : String.join("\n", lines) + "\n";
        }
        lines.addFirst(template.render(new Titles(titles)));
        return table(lines);
    }

    private static String table(List<String> lines) {
        List<String[]> rows = lines.stream().map(line -> line.split("\t", -1)).toList();
        Table table = new Table(rows.getFirst());
        int columns = rows.getFirst().length;
        rows.subList(1, rows.size()).forEach(row -> table.add(cells(row, columns)));
        return table.toString();
    }

    /** A value may have a tab, or a part of the template may be left out. */
    private static String[] cells(String[] row, int columns) {
        String[] cells = Arrays.copyOf(row, columns);
        Arrays.fill(cells, Math.min(row.length, columns), columns, "");
        return cells;
    }

    /** Every field of it is the title of its column. */
    private static final class Titles extends AbstractMap<String, Object> {
        private final Map<String, String> known;

        Titles(Map<String, String> known) {
            this.known = known;
        }

        @Override
        public boolean containsKey(Object key) {
            return true;
        }

        @Override
        public Object get(Object key) {
            String title = known.get(String.valueOf(key));
            return title == null ? Template.Title.of(String.valueOf(key)) : new Template.Title(title);
        }

        @Override
        public Set<Entry<String, Object>> entrySet() {
            return Set.of();
        }
    }
}
