package io.jpod.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.jpod.cli.command.Jpod;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** Writes the man pages jpod.1 and jpod-VERB.1 from what {@code --help} knows, when jpod is built. See man(7). */
public final class ManPages {
    private static final Help.ColorScheme PLAIN = Help.defaultColorScheme(Help.Ansi.OFF);

    private final CommandSpec command;
    private final StringBuilder page = new StringBuilder();

    private ManPages(CommandSpec command) {
        this.command = command;
    }

    /** @param arguments the directory to write to, which is made */
    public static void main(String... arguments) throws IOException {
        Path directory = Files.createDirectories(Path.of(arguments[0]));
        for (Map.Entry<String, String> page : pages().entrySet()) {
            Files.writeString(directory.resolve(page.getKey()), page.getValue(), UTF_8);
        }
    }

    /** Every page by its file name. */
    static Map<String, String> pages() {
        CommandSpec root = new Cli().definition();
        Map<String, String> pages = new TreeMap<>();
        family(root)
                .filter(command -> !command.usageMessage().hidden())
                .forEach(command -> pages.put(title(command) + ".1", new ManPages(command).write()));
        return pages;
    }

    /** A command with all below it. */
    private static Stream<CommandSpec> family(CommandSpec command) {
        return Stream.concat(Stream.of(command), verbs(command).stream().flatMap(ManPages::family));
    }

    private static List<CommandSpec> verbs(CommandSpec root) {
        return root.subcommands().values().stream()
                .map(CommandLine::getCommandSpec)
                .distinct()
                .toList();
    }

    private static String title(CommandSpec command) {
        return command.qualifiedName("-");
    }

    private String write() {
        String[] description = command.usageMessage().description();
        page.append(".TH \"%s\" 1 \"\" \"jpod %s\" \"User Commands\"\n"
                .formatted(title(command).toUpperCase(java.util.Locale.ROOT), Jpod.VERSION));
        section("NAME").text(title(command) + " - " + String.join(" ", description));
        section("SYNOPSIS")
                .verbatim(List.of(new Help(command, PLAIN).synopsis(0).stripTrailing()));
        List<String> footer = List.of(command.usageMessage().footer());
        int examples = (int)
                footer.stream().takeWhile(line -> !line.startsWith("Example")).count();
        section("DESCRIPTION").paragraphs(List.of(description)).paragraphs(footer.subList(0, examples));
        arguments();
        commands();
        if (examples < footer.size()) {
            section("EXAMPLES").verbatim(footer.subList(examples + 1, footer.size()));
        }
        exitStatus();
        section("SEE ALSO").text(seeAlso());
        return page.toString();
    }

    private void arguments() {
        List<OptionSpec> options = command.options().stream()
                .filter(option -> !option.hidden())
                .sorted(Comparator.comparing(option -> bare(option.longestName())))
                .toList();
        section("OPTIONS");
        for (PositionalParamSpec parameter : command.positionalParameters()) {
            item(parameter.paramLabel(), parameter.description());
        }
        for (OptionSpec option : options) {
            String names = Stream.of(option.names())
                    .sorted(Comparator.comparingInt(String::length))
                    .collect(Collectors.joining(", "));
            boolean needsValue = option.arity().min() > 0;
            boolean takesValue = option.arity().max() > 0;
            String value = needsValue ? " " + option.paramLabel() : takesValue ? "[=" + option.paramLabel() + "]" : "";
            item(names + value, option.description());
        }
    }

    private static String bare(String name) {
        return name.replaceFirst("^-+", "");
    }

    private void commands() {
        if (command.subcommands().isEmpty()) {
            return;
        }
        section("COMMANDS");
        for (CommandSpec verb : verbs(command)) {
            item(title(verb) + "(1)", verb.usageMessage().description());
        }
    }

    private void exitStatus() {
        section("EXIT STATUS");
        switch (command.name()) {
            case "run" ->
                item("N", "That of the container's program, or 128 and the number of the signal that ended it.");
            case "exec" -> {
                item("N", "That of the process, or 128 and the number of the signal that ended it.");
                item("255", "The process could not be started.");
            }
            default -> item("0", "Done.");
        }
        item("1", "Something went wrong. What it was stands on stderr, or in the file of --log.");
    }

    private String seeAlso() {
        return command.parent() != null
                ? title(command.parent()) + "(1)"
                : verbs(command).stream().map(verb -> title(verb) + "(1)").collect(Collectors.joining(", "));
    }

    // ---- roff

    private ManPages section(String title) {
        page.append(".SH ").append(title).append('\n');
        return this;
    }

    private ManPages text(String text) {
        page.append(escaped(text)).append('\n');
        return this;
    }

    private ManPages paragraphs(List<String> lines) {
        for (String line : lines) {
            page.append(line.isBlank() ? "" : ".PP\n" + escaped(line) + "\n");
        }
        return this;
    }

    private void item(String name, String... description) {
        page.append(".TP\n\\fB").append(escaped(name)).append("\\fR\n");
        text(String.join(" ", description));
    }

    private void verbatim(List<String> lines) {
        List<String> all = new ArrayList<>();
        lines.forEach(line -> all.addAll(line.lines().toList()));
        page.append(".nf\n");
        all.forEach(line -> text(line.stripIndent()));
        page.append(".fi\n");
    }

    /** A dot or a quote at the beginning of a line would be a request. */
    private static String escaped(String text) {
        String escaped = text.replace("\\", "\\e").replace("-", "\\-");
        return escaped.startsWith(".") || escaped.startsWith("'") ? "\\&" + escaped : escaped;
    }
}
