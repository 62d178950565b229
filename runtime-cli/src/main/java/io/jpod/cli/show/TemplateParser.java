package io.jpod.cli.show;

import io.jpod.cli.show.Template.Expression;
import io.jpod.cli.show.Template.Function;
import io.jpod.cli.show.Template.Node;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** From the text behind {@code --format} to what it says. */
final class TemplateParser {
    private static final Pattern PATH = Pattern.compile("\\{((?:\\.[A-Za-z_][A-Za-z0-9_]*|\\[\\d{1,9}])+)}");
    private static final Pattern PATH_STEP = Pattern.compile("\\.([A-Za-z_][A-Za-z0-9_]*)|\\[(\\d+)]");
    private static final Pattern TOKEN =
            Pattern.compile("\\s*(?:(?<field>\\.[A-Za-z_][A-Za-z0-9_]*)|(?<dot>\\.)|(?<root>\\$(?![A-Za-z_]))"
                    + "|(?<string>\"(?:[^\"\\\\]|\\\\.)*\")|(?<raw>`[^`]*`)|(?<number>-?\\d{1,18}(?![\\w.]))"
                    + "|(?<word>[A-Za-z_]\\w*)|(?<sign>[|()]))");
    private static final String FUNCTIONS = Arrays.stream(Function.values())
            .map(function -> function.name().toLowerCase(Locale.ROOT))
            .collect(Collectors.joining(", "));

    private final String text;
    private int at;

    /** The action that is being read. */
    private int end;

    TemplateParser(String text) {
        this.text = text;
    }

    List<Node> parse() {
        if (PATH.matcher(text).matches()) {
            return List.of(new Node.Print(path()));
        }
        List<Node> nodes = new ArrayList<>();
        String stop = block(nodes);
        if (!stop.isEmpty()) {
            throw wrong(stop + " without a beginning");
        }
        return nodes;
    }

    private Expression path() {
        Expression value = new Expression.Dot();
        for (Matcher step = PATH_STEP.matcher(text); step.find(); ) {
            value = step.group(1) != null
                    ? new Expression.Field(value, step.group(1), step.start() + 1)
                    : new Expression.Call(
                            Function.INDEX,
                            List.of(value, new Expression.Literal(Long.valueOf(step.group(2)))),
                            step.start() + 1);
        }
        return value;
    }

    /** Up to the end, or to an action that ends a block, which is returned. */
    private String block(List<Node> nodes) {
        while (at < text.length()) {
            int open = text.indexOf("{{", at);
            String literal = unescape(text.substring(at, open < 0 ? text.length() : open));
            if (open < 0) {
                nodes.add(new Node.Text(literal));
                at = text.length();
                return "";
            }
            end = text.indexOf("}}", open);
            at = open + 2;
            if (end < 0) {
                throw wrong("{{ is not closed by }}");
            }
            boolean trims = text.startsWith("- ", at);
            nodes.add(new Node.Text(trims ? literal.stripTrailing() : literal));
            at += trims ? 1 : 0;
            int after = end + 2;
            boolean trimsAfter = end - at > 1 && text.startsWith(" -", end - 2);
            end -= trimsAfter ? 1 : 0;
            String stop = action(nodes, trimsAfter ? skipBlanks(after) : after);
            if (!stop.isEmpty()) {
                return stop;
            }
        }
        return "";
    }

    private int skipBlanks(int from) {
        int to = from;
        while (to < text.length() && Character.isWhitespace(text.charAt(to))) {
            to++;
        }
        return to;
    }

    /** @return end or else, if that is what it is: then {@link #at} is behind it, for else in it */
    private String action(List<Node> nodes, int after) {
        Matcher word = token();
        String keyword = word == null || word.group("word") == null ? "" : word.group("word");
        switch (keyword) {
            case "end", "else" -> {
                at = word == null ? at : word.end();
                if (keyword.equals("else") && !text.substring(at, end).isBlank()) {
                    throw wrong("else if is not supported: use an if in the else");
                }
                requireEnd();
                at = after;
                return keyword;
            }
            case "range", "if" -> {
                at = word == null ? at : word.end();
                Expression subject = pipeline();
                requireEnd();
                at = after;
                List<Node> body = new ArrayList<>();
                List<Node> otherwise = new ArrayList<>();
                String stop = block(body);
                if (stop.equals("else")) {
                    stop = block(otherwise);
                }
                if (!stop.equals("end")) {
                    throw wrong(keyword + " is not closed by {{end}}");
                }
                nodes.add(
                        keyword.equals("if")
                                ? new Node.If(subject, body, otherwise)
                                : new Node.Range(subject, body, otherwise));
            }
            default -> {
                nodes.add(new Node.Print(pipeline()));
                requireEnd();
                at = after;
            }
        }
        return "";
    }

    private void requireEnd() {
        if (!text.substring(at, end).isBlank()) {
            throw wrong("\"" + text.substring(at, end).strip() + "\" is not supported here");
        }
    }

    /** A value, and the functions that it is handed on to as their last argument. */
    private Expression pipeline() {
        Expression value = command(null);
        while (isSign("|")) {
            value = command(value);
        }
        return value;
    }

    private Expression command(@Nullable Expression last) {
        Matcher token = token();
        if (token != null && token.group("word") != null && !isBoolean(token.group("word"))) {
            return call(token, last);
        }
        if (last != null) {
            throw wrong("a function must follow |: " + FUNCTIONS);
        }
        return operand();
    }

    private Expression call(Matcher name, @Nullable Expression last) {
        int column = name.start("word") + 1;
        Function function = function(name.group("word"), column);
        at = name.end();
        List<Expression> arguments = new ArrayList<>();
        while (at < end && !text.substring(at, end).isBlank() && !isNext("|") && !isNext(")")) {
            arguments.add(operand());
        }
        if (last != null) {
            arguments.add(last);
        }
        if (arguments.size() < function.least || arguments.size() > function.most) {
            throw Template.wrong(
                    column,
                    name.group("word") + " takes " + function.least + (function.most > function.least ? " or more" : "")
                            + " values, not " + arguments.size());
        }
        return new Expression.Call(function, arguments, column);
    }

    private static Function function(String name, int column) {
        for (Function function : Function.values()) {
            if (function.name().toLowerCase(Locale.ROOT).equals(name)) {
                return function;
            }
        }
        throw Template.wrong(column, name + " is not supported; functions are " + FUNCTIONS);
    }

    private static boolean isBoolean(String word) {
        return word.equals("true") || word.equals("false");
    }

    private Expression operand() {
        Matcher token = token();
        if (token == null) {
            throw wrong(
                    text.substring(at, end).isBlank()
                            ? "a value is missing"
                            : "\"" + text.substring(at, end).strip() + "\" is not supported");
        }
        at = token.end();
        if (token.group("string") != null) {
            String quoted = token.group("string");
            return new Expression.Literal(unescape(quoted.substring(1, quoted.length() - 1)));
        }
        if (token.group("raw") != null) {
            String quoted = token.group("raw");
            return new Expression.Literal(quoted.substring(1, quoted.length() - 1));
        }
        if (token.group("number") != null) {
            return new Expression.Literal(Long.valueOf(token.group("number")));
        }
        String word = token.group("word");
        if (word != null && isBoolean(word)) {
            return new Expression.Literal(Boolean.valueOf(word));
        }
        if (word != null) {
            throw Template.wrong(token.start("word") + 1, word + " is not supported here; put a function in ( )");
        }
        return fields(start(token));
    }

    private Expression start(Matcher token) {
        String field = token.group("field");
        if (field != null) {
            return new Expression.Field(new Expression.Dot(), field.substring(1), token.start("field") + 1);
        }
        if (token.group("dot") != null) {
            return new Expression.Dot();
        }
        if (token.group("root") != null) {
            return new Expression.Root();
        }
        if (!"(".equals(token.group("sign"))) {
            throw Template.wrong(token.start("sign") + 1, token.group("sign") + " is not supported here");
        }
        Expression inner = pipeline();
        if (!isSign(")")) {
            throw wrong("( is not closed");
        }
        return inner;
    }

    /** {@code .B.C} right behind a value. */
    private Expression fields(Expression of) {
        Expression value = of;
        for (Matcher next = token();
                next != null && next.group("field") != null && next.start("field") == at;
                next = token()) {
            value = new Expression.Field(value, next.group("field").substring(1), at + 1);
            at = next.end();
        }
        return value;
    }

    private boolean isNext(String sign) {
        Matcher next = token();
        return next != null && sign.equals(next.group("sign"));
    }

    private boolean isSign(String sign) {
        Matcher next = token();
        if (next == null || !sign.equals(next.group("sign"))) {
            return false;
        }
        at = next.end();
        return true;
    }

    private @Nullable Matcher token() {
        Matcher matcher = TOKEN.matcher(text).region(at, Math.max(at, end)).useTransparentBounds(true);
        return matcher.lookingAt() ? matcher : null;
    }

    private static String unescape(String literal) {
        return literal.replace("\\t", "\t").replace("\\n", "\n").replace("\\\"", "\"");
    }

    private IllegalArgumentException wrong(String problem) {
        return Template.wrong(at + 1, problem);
    }
}
