import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What the benchmark prints: a line for each row and for each further goal of it. Columns that stayed empty are left out. */
final class Table {
    private static final List<String> PEERS = List.of("floor", "crun", "runc", "bwrap", "podman");
    private final List<List<String>> lines = new ArrayList<>();

    /** What was to be reached, and what was. */
    record Goal(String measured, String target, boolean met) {
        static Goal ratio(double value, String peer, double limit) {
            return new Goal(
                    String.format(Locale.ROOT, "%.2f × %s", value, peer), "≤ " + limit + " × " + peer, value <= limit);
        }

        static Goal atMost(double value, String unit, double limit) {
            return new Goal(
                    String.format(Locale.ROOT, value < 100 ? "%.1f %s" : "%.0f %s", value, unit),
                    String.format(Locale.ROOT, "≤ %.0f %s", limit, unit),
                    value <= limit);
        }

        static Goal atLeast(double value, String peer, double limit) {
            return new Goal(
                    String.format(Locale.ROOT, "%.2f × %s", value, peer), "≥ " + limit + " × " + peer, value >= limit);
        }
    }

    Table() {
        List<String> head = new ArrayList<>(List.of("#", "work", "runs", "jpod", "p10..p90"));
        head.addAll(PEERS);
        head.addAll(List.of("measured", "target", "met"));
        lines.add(head);
    }

    /** Times of commands, in milliseconds; the first goals are ratios to peers' medians. */
    void times(String number, String work, Map<String, Samples> samples, Goal... goals) {
        Samples jpod = samples.get("jpod");
        Map<String, String> peers = new java.util.HashMap<>();
        samples.forEach((name, values) -> peers.put(
                name,
                Samples.milliseconds(values.median())
                        + (values.failures() == 0 ? "" : " (" + values.failures() + " failed)")));
        row(number, work, jpod.runs(), Samples.milliseconds(jpod.median()) + " ms", jpod.spread(), peers, goals);
    }

    void row(
            String number,
            String work,
            String runs,
            String jpod,
            String spread,
            Map<String, String> peers,
            Goal... goals) {
        for (int i = 0; i < Math.max(1, goals.length); i++) {
            List<String> line = new ArrayList<>(List.of(number, work, runs, jpod, spread));
            PEERS.forEach(peer -> line.add(peers.getOrDefault(peer, "")));
            if (i > 0) {
                Collections.fill(line, "");
            }
            line.addAll(
                    goals.length == 0
                            ? List.of("", "", "")
                            : List.of(goals[i].measured(), goals[i].target(), goals[i].met() ? "yes" : "NO"));
            lines.add(line);
        }
        System.err.println("    " + number + " " + work + ": " + jpod);
    }

    @Override
    public String toString() {
        List<Integer> used = new ArrayList<>();
        for (int i = 0; i < lines.getFirst().size(); i++) {
            int column = i;
            if (lines.stream().skip(1).anyMatch(line -> !line.get(column).isEmpty())) {
                used.add(column);
            }
        }
        return aligned(lines.stream()
                .map(line -> used.stream().map(line::get).toList())
                .toList());
    }

    /** As Markdown; the first line is the head. */
    static String aligned(List<List<String>> lines) {
        int[] widths = new int[lines.getFirst().size()];
        for (List<String> line : lines) {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], line.get(i).length());
            }
        }
        List<String> rule = new ArrayList<>();
        for (int width : widths) {
            rule.add("-".repeat(width));
        }
        List<List<String>> all = new ArrayList<>(lines);
        all.add(1, rule);
        StringBuilder text = new StringBuilder();
        for (List<String> line : all) {
            for (int i = 0; i < widths.length; i++) {
                text.append("| ")
                        .append(line.get(i))
                        .append(" ".repeat(widths[i] - line.get(i).length() + 1));
            }
            text.append("|\n");
        }
        return text.toString();
    }
}
