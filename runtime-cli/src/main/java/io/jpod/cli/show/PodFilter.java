package io.jpod.cli.show;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The pods that {@code --filter} leaves. One of several values of a key must fit, of labels all. */
public record PodFilter(Map<String, List<String>> wanted) implements Predicate<Map<String, @Nullable Object>> {
    private static final List<String> KEYS =
            List.of("name", "id", "label", "status", "ctr-names", "ctr-ids", "ctr-number", "ctr-status", "network");

    /** @param words such as {@code name=web} */
    public static PodFilter of(List<String> words) {
        Map<String, List<String>> wanted = new LinkedHashMap<>();
        for (String word : words) {
            int equals = word.indexOf('=');
            String key = equals < 0 ? word : word.substring(0, equals);
            if (equals < 0 || !KEYS.contains(key)) {
                throw new IllegalArgumentException(
                        "--filter: must be one of " + String.join("=, ", KEYS) + "=, is \"" + word + "\"");
            }
            wanted.computeIfAbsent(key, _ -> new ArrayList<>()).add(word.substring(equals + 1));
        }
        return new PodFilter(wanted);
    }

    /** @param row of {@link PodFacts#row}, with a full id */
    @Override
    public boolean test(Map<String, @Nullable Object> row) {
        return wanted.entrySet().stream().allMatch(filter -> {
            Predicate<String> fits = value -> fits(row, filter.getKey(), value);
            return filter.getKey().equals("label")
                    ? filter.getValue().stream().allMatch(fits)
                    : filter.getValue().stream().anyMatch(fits);
        });
    }

    private static boolean fits(Map<String, @Nullable Object> row, String key, String value) {
        return switch (key) {
            case "name" -> text(row, "Name").contains(value);
            case "id" -> text(row, "Id").startsWith(value);
            case "status" -> text(row, "Status").equalsIgnoreCase(value);
            case "ctr-number" -> text(row, "NumberOfContainers").equals(value);
            case "ctr-names", "ctr-ids" -> words(row, "ContainerNames").stream().anyMatch(name -> name.contains(value));
            case "ctr-status" -> words(row, "ContainerStatuses").contains(value.toLowerCase(Locale.ROOT));
            case "network" -> row.get("Networks") instanceof List<?> networks && networks.contains(value);
            default -> Labels.match(labels(row), value);
        };
    }

    private static String text(Map<String, @Nullable Object> row, String key) {
        return String.valueOf(row.get(key));
    }

    private static List<String> words(Map<String, @Nullable Object> row, String key) {
        return List.of(text(row, key).split(","));
    }

    private static Map<String, String> labels(Map<String, @Nullable Object> row) {
        Map<String, String> labels = new LinkedHashMap<>();
        if (row.get("Labels") instanceof Map<?, ?> map) {
            map.forEach((name, value) -> labels.put(String.valueOf(name), String.valueOf(value)));
        }
        return labels;
    }
}
