package io.jpod.cli.show;

import io.jpod.json.JsonText;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The part of Go's text/template that people write behind {@code --format}: fields, range, if, and a few functions; and
 * {@code {.A.B[0]}}, a path as kubectl has it. It reads what {@link JsonText} takes.
 */
public final class Template {
    private final List<Node> nodes;

    private Template(List<Node> nodes) {
        this.nodes = nodes;
    }

    /** @throws IllegalArgumentException naming what is not understood, and its column */
    public static Template of(String text) {
        return new Template(new TemplateParser(text).parse());
    }

    /** @throws IllegalArgumentException if a field is not there, or has no such parts */
    public String render(@Nullable Object value) {
        StringBuilder out = new StringBuilder();
        render(nodes, value, value, out);
        return out.toString();
    }

    /** Stands for every value when a template is the title of its own columns. */
    public record Title(String text) {
        public static Title of(String field) {
            return new Title(field.replaceAll("(?<=[a-z])(?=[A-Z])", " ").toUpperCase(java.util.Locale.ROOT));
        }

        @Override
        public String toString() {
            return text;
        }
    }

    /** What stands in a template. */
    sealed interface Node {
        record Text(String text) implements Node {}

        record Print(Expression value) implements Node {}

        record Range(Expression list, List<Node> body, List<Node> otherwise) implements Node {}

        record If(Expression condition, List<Node> body, List<Node> otherwise) implements Node {}
    }

    /** What has a value. */
    sealed interface Expression {
        /** {@code .} */
        record Dot() implements Expression {}

        /** {@code $}: what the whole template is about. */
        record Root() implements Expression {}

        record Literal(Object value) implements Expression {}

        record Field(Expression of, String name, int column) implements Expression {}

        record Call(Function function, List<Expression> arguments, int column) implements Expression {}
    }

    enum Function {
        JSON(1, 1),
        LEN(1, 1),
        INDEX(2, 9),
        JOIN(2, 2),
        UPPER(1, 1),
        LOWER(1, 1),
        NOT(1, 1),
        AND(2, 9),
        OR(2, 9),
        EQ(2, 9),
        NE(2, 2);

        final int least;
        final int most;

        Function(int least, int most) {
            this.least = least;
            this.most = most;
        }
    }

    static IllegalArgumentException wrong(int column, String problem) {
        return new IllegalArgumentException("--format, column " + column + ": " + problem);
    }

    private static void render(List<Node> nodes, @Nullable Object root, @Nullable Object dot, StringBuilder out) {
        for (Node node : nodes) {
            switch (node) {
                case Node.Text(String text) -> out.append(text);
                case Node.Print(Expression value) -> out.append(show(evaluate(value, root, dot)));
                case Node.If(Expression condition, var body, var otherwise) ->
                    render(isTrue(evaluate(condition, root, dot)) ? body : otherwise, root, dot, out);
                case Node.Range(Expression list, var body, var otherwise) -> {
                    List<?> items = items(evaluate(list, root, dot));
                    if (items.isEmpty()) {
                        render(otherwise, root, dot, out);
                    }
                    items.forEach(item -> render(body, root, item, out));
                }
            }
        }
    }

    private static List<?> items(@Nullable Object value) {
        return switch (value) {
            case List<?> list -> list;
            // As Go does: the values, by key.
            case Map<?, ?> map ->
                map.entrySet().stream()
                        .sorted((a, b) -> String.valueOf(a.getKey()).compareTo(String.valueOf(b.getKey())))
                        .map(Map.Entry::getValue)
                        .toList();
            case Title title -> List.of(title);
            case null -> List.of();
            default -> throw new IllegalArgumentException("--format: range over " + show(value) + ", which is no list");
        };
    }

    private static @Nullable Object evaluate(Expression expression, @Nullable Object root, @Nullable Object dot) {
        return switch (expression) {
            case Expression.Dot _ -> dot;
            case Expression.Root _ -> root;
            case Expression.Literal(Object value) -> value;
            case Expression.Field field -> field(evaluate(field.of(), root, dot), field);
            case Expression.Call call -> {
                List<@Nullable Object> arguments = new ArrayList<>();
                call.arguments().forEach(argument -> arguments.add(evaluate(argument, root, dot)));
                yield call(call, arguments);
            }
        };
    }

    private static @Nullable Object field(@Nullable Object of, Expression.Field field) {
        if (of == null) {
            return null;
        }
        if (of instanceof Title) {
            return Title.of(field.name());
        }
        if (of instanceof Map<?, ?> map) {
            if (map.containsKey(field.name())) {
                return map.get(field.name());
            }
            // Peers spell some of them in two ways: ID and Id.
            for (Map.Entry<?, ?> entry : map.entrySet()) {
                if (field.name().equalsIgnoreCase(String.valueOf(entry.getKey()))) {
                    return entry.getValue();
                }
            }
            throw wrong(
                    field.column(),
                    "there is no ." + field.name() + " (there are "
                            + String.join(
                                    " ",
                                    map.keySet().stream().map(key -> "." + key).toList()) + ")");
        }
        throw wrong(field.column(), "." + field.name() + ": " + show(of) + " has no fields");
    }

    private static @Nullable Object call(Expression.Call call, List<@Nullable Object> arguments) {
        Object first = arguments.getFirst();
        return switch (call.function()) {
            case JSON -> JsonText.of(first);
            case LEN ->
                switch (first) {
                    case String string -> (long) string.length();
                    case Title title -> title;
                    case List<?> list -> (long) list.size();
                    case Map<?, ?> map -> (long) map.size();
                    case null -> 0L;
                    default -> throw wrong(call.column(), "len of " + show(first));
                };
            case INDEX -> {
                Object value = first;
                for (Object key : arguments.subList(1, arguments.size())) {
                    value = index(call, value, key);
                }
                yield value;
            }
            case JOIN ->
                String.join(
                        show(arguments.get(1)),
                        items(first).stream().map(Template::show).toList());
            case UPPER -> show(first).toUpperCase(java.util.Locale.ROOT);
            case LOWER -> show(first).toLowerCase(java.util.Locale.ROOT);
            case NOT -> !isTrue(first);
            case AND ->
                arguments.stream().filter(value -> !isTrue(value)).findFirst().orElse(arguments.getLast());
            case OR -> arguments.stream().filter(Template::isTrue).findFirst().orElse(arguments.getLast());
            case EQ ->
                arguments.subList(1, arguments.size()).stream()
                        .anyMatch(value -> show(value).equals(show(first)));
            case NE -> !show(first).equals(show(arguments.get(1)));
        };
    }

    private static @Nullable Object index(Expression.Call call, @Nullable Object value, @Nullable Object key) {
        return switch (value) {
            case Title _ -> Title.of(show(key));
            case Map<?, ?> map -> Objects.requireNonNullElse(map.get(show(key)), "");
            case List<?> list -> {
                if (key instanceof Long number && number >= 0 && number < list.size()) {
                    yield list.get((int) (long) number);
                }
                throw wrong(call.column(), "index " + show(key) + " of a list of " + list.size());
            }
            case null, default -> throw wrong(call.column(), "index of " + show(value));
        };
    }

    private static boolean isTrue(@Nullable Object value) {
        return switch (value) {
            case Boolean bool -> bool;
            case Number number -> number.doubleValue() != 0;
            case String string -> !string.isEmpty();
            case List<?> list -> !list.isEmpty();
            case Map<?, ?> map -> !map.isEmpty();
            case null, default -> false;
        };
    }

    /** As Go prints it. */
    public static String show(@Nullable Object value) {
        return switch (value) {
            case null -> "<nil>";
            case List<?> list ->
                "[" + String.join(" ", list.stream().map(Template::show).toList()) + "]";
            case Map<?, ?> map ->
                "map["
                        + String.join(
                                " ",
                                map.entrySet().stream()
                                        .map(entry -> entry.getKey() + ":" + show(entry.getValue()))
                                        .sorted()
                                        .toList())
                        + "]";
            default -> value.toString();
        };
    }
}
