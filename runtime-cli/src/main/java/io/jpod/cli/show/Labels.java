package io.jpod.cli.show;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Labels as {@code --label NAME[=VALUE]} and {@code --filter label=NAME[=VALUE]} give them. */
public final class Labels {
    private Labels() {}

    public static Map<String, String> parse(List<String> words) {
        Map<String, String> labels = new LinkedHashMap<>();
        for (String word : words) {
            int equals = word.indexOf('=');
            String name = equals < 0 ? word : word.substring(0, equals);
            if (name.isEmpty()) {
                throw new IllegalArgumentException("a label needs a name: --label NAME[=VALUE]");
            }
            labels.put(name, equals < 0 ? "" : word.substring(equals + 1));
        }
        return labels;
    }

    /** Whether one of these labels is meant; without a value any is. */
    public static boolean match(Map<String, String> labels, String word) {
        int equals = word.indexOf('=');
        return equals < 0
                ? labels.containsKey(word)
                : word.substring(equals + 1).equals(labels.get(word.substring(0, equals)));
    }
}
