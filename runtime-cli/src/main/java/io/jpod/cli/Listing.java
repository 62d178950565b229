package io.jpod.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Things in a table, as JSON, or by a template, as {@code --format} asks.
 *
 * @param template null: JSON
 * @param isTable whether titles come first and columns are aligned
 */
record Listing(@Nullable Template template, boolean isTable) {
    private static final String TABLE = "table";

    /**
     * @param format null: the usual table; json; a template; table and a template
     * @param usual the template of the usual table
     */
    static Listing of(@Nullable String format, String usual) {
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
    String render(List<Map<String, @Nullable Object>> rows, Map<String, String> titles) {
        if (template == null) {
            return Values.text(rows) + "\n";
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
        List<String[]> rows =
                lines.stream().map(line -> line.split("\t", -1)).toList();
        Table table = new Table(rows.getFirst());
        rows.subList(1, rows.size()).forEach(table::add);
        return table.toString();
    }

    /** Every field of it is the title of its column. */
    private static final class Titles extends LinkedHashMap<String, Object> {
        private static final long serialVersionUID = 1L;

        Titles(Map<String, String> known) {
            super(known);
        }

        @Override
        public boolean containsKey(Object key) {
            return true;
        }

        @Override
        public Object get(Object key) {
            Object known = super.get(key);
            return known != null
                    ? known
                    : String.valueOf(key).replaceAll("(?<=[a-z])(?=[A-Z])", " ").toUpperCase(Locale.ROOT);
        }
    }
}
