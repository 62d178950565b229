package io.jpod.cli.show;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** Text in columns that are three blanks apart. */
public final class Table {
    private static final int GAP = 3;

    private final int least;
    private final List<String[]> rows = new ArrayList<>();

    /** Of columns that are at least 12 wide, as scripts that cut runc's output expect. */
    public Table(String... titles) {
        this(12, titles);
    }

    /** @param least how wide columns are at least */
    Table(int least, String... titles) {
        this.least = least;
        rows.add(titles);
    }

    public void add(String... cells) {
        rows.add(cells);
    }

    @Override
    public String toString() {
        int columns = rows.getFirst().length;
        int[] widths = IntStream.range(0, columns).map(this::width).toArray();
        StringBuilder text = new StringBuilder();
        for (String[] row : rows) {
            for (int i = 0; i < columns - 1; i++) {
                text.append(row[i]).repeat(' ', widths[i] - row[i].length());
            }
            text.append(row[columns - 1]).append('\n');
        }
        return text.toString();
    }

    private int width(int column) {
        int longest = rows.stream().mapToInt(row -> row[column].length()).max().orElse(0);
        return Math.max(least, longest + GAP);
    }
}
