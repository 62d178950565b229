package io.jpod.it;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Compares what commands of a {@link Lab} print with what it says, and remembers what its names in angle brackets stand for. */
final class LabOutput {
    private static final Pattern SPECIAL = Pattern.compile("\\.\\.\\.|<([A-Z][A-Z0-9]*)>|[ \\t]+");
    /** What follows on the page says where a word ends: a blank, or a letter that a table puts behind a number. */
    private static final String WORD_START = "(?<![0-9A-Za-z])";

    private final Map<String, String> values = new HashMap<>();

    /** What is wrong, or null: the line below the command, from 1, then what was expected and what came. */
    @Nullable Difference compare(List<String> expected, String output) {
        String actual = clean(output);
        Set<String> names = new LinkedHashSet<>();
        Matcher whole = pattern(expected, names).matcher(actual);
        if (!whole.matches()) {
            return firstDifference(expected, actual);
        }
        for (String name : names) {
            String value = whole.group(name);
            for (Map.Entry<String, String> other : values.entrySet()) {
                if (other.getValue().equals(value)) {
                    String both = "<" + name + "> and <" + other.getKey() + ">";
                    return new Difference(0, both + " to be different", "both are " + value);
                }
            }
            values.put(name, value);
        }
        return null;
    }

    /**
     * @param line which one below the command, from 1, or 0 if it is none in particular
     */
    record Difference(int line, String expected, String actual) {}

    /** As on a page: without colours and without blanks at the end of lines. */
    static String clean(String output) {
        StringBuilder text = new StringBuilder();
        output.replaceAll("\u001b\\[[0-9;?]*[A-Za-z]", "")
                .lines()
                .forEach(line -> text.append(line.stripTrailing()).append('\n'));
        return text.toString();
    }

    private Difference firstDifference(List<String> expected, String actual) {
        for (int length = expected.size(); length >= 0; length--) {
            Matcher part =
                    pattern(expected.subList(0, length), new LinkedHashSet<>()).matcher(actual);
            if (part.lookingAt()) {
                String rest = actual.substring(part.end());
                // A line "..." at the end took nothing: what comes is what it should have ended at.
                String line = rest.isEmpty()
                        ? "(no more lines)"
                        : rest.lines().findFirst().orElse("");
                return new Difference(
                        length + 1, length < expected.size() ? expected.get(length) : "(no more lines)", line);
            }
        }
        throw new AssertionError("nothing has to match everything");
    }

    private Pattern pattern(List<String> expected, Set<String> names) {
        StringBuilder regex = new StringBuilder();
        for (String line : new ArrayList<>(expected)) {
            if (line.strip().equals("...")) {
                regex.append("(?:.*\\n)*?");
            } else {
                regex.append("[ \\t]*");
                appendLine(regex, line.strip(), names);
                regex.append("\\n");
            }
        }
        return Pattern.compile(regex.toString());
    }

    private void appendLine(StringBuilder regex, String line, Set<String> names) {
        Matcher special = SPECIAL.matcher(line);
        int end = 0;
        while (special.find()) {
            regex.append(Pattern.quote(line.substring(end, special.start())));
            end = special.end();
            String name = special.group(1);
            if (special.group().equals("...")) {
                regex.append(".*?");
            } else if (name == null) {
                // How wide a column is depends on numbers that change.
                regex.append("[ \\t]+");
            } else if (values.containsKey(name)) {
                regex.append(WORD_START).append(Pattern.quote(values.get(name)));
            } else if (names.add(name)) {
                regex.append(WORD_START).append("(?<").append(name).append(">[0-9A-Za-z]+)");
            } else {
                regex.append(WORD_START).append("\\k<").append(name).append('>');
            }
        }
        regex.append(Pattern.quote(line.substring(end)));
    }
}
