package io.jpod.cli.command;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.ArgGroupSpec;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.IGetter;
import picocli.CommandLine.Model.ISetter;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParameterException;

/**
 * What a command is called with, in picocli's model. Every option has a setter. It is called when parsing begins, with what holds
 * if the option is not given, and again if it is given: so one definition serves any number of command lines, one after
 * another. A setter may throw {@link Misuse}.
 *
 * <p>Names stand in one string, with what the help calls the value, if there is one: {@code "-u --user=USER"}.
 */
public final class Definition {
    private final CommandSpec spec;
    private final Consumer<ArgSpec> place;
    private int operands;

    private Definition(CommandSpec spec, Consumer<ArgSpec> place) {
        this.spec = spec;
        this.place = place;
    }

    /** A command that is below no other. */
    public static CommandSpec root(String name, String description, Consumer<Definition> options) {
        CommandSpec spec = CommandSpec.create().name(name);
        spec.usageMessage().description(description);
        return complete(spec, options);
    }

    public static CommandSpec of(Verb.Named named, Verb verb) {
        return complete(titled(named, verb), verb::define);
    }

    /** A verb as the help of the command above shows it, with nothing of its own. */
    public static CommandSpec stub(Verb.Named named) {
        return titled(named, null);
    }

    private static CommandSpec titled(Verb.Named named, @Nullable Verb verb) {
        CommandSpec spec =
                CommandSpec.wrapWithoutInspection(verb).aliases(named.aliases().toArray(String[]::new));
        spec.usageMessage().description(named.description());
        return spec;
    }

    private static CommandSpec complete(CommandSpec spec, Consumer<Definition> options) {
        options.accept(new Definition(spec, spec::add));
        // "@file" is a word like others: it may be meant for a container, and files of the caller are not ours to open.
        spec.parser().caseInsensitiveEnumValuesAllowed(true).expandAtFiles(false);
        // To docker's users run -h is the host name.
        String names = spec.findOption("-h") == null ? "-h --help" : "--help";
        return spec.addOption(option(names, "Print this help.").usageHelp(true).build());
    }

    // ---- options

    public void flag(String names, String description, Consumer<Boolean> field) {
        add(option(names, description), Boolean.class, false, field);
    }

    public void value(String names, String description, Consumer<@Nullable String> field) {
        value(names, description, String.class, field);
    }

    public <T> void value(String names, String description, Class<T> type, Consumer<@Nullable T> field) {
        value(names, description, type, null, field);
    }

    /** @param initial holds if the option is not given */
    public <T> void value(String names, String description, Class<T> type, @Nullable T initial, Consumer<T> field) {
        add(option(names, description), type, initial, field);
    }

    /** May be given more than once. */
    public void values(String names, String description, Consumer<List<String>> field) {
        bind(option(names, description).type(List.class).auxiliaryTypes(String.class), List.of(), field);
    }

    /** May be given more than once, or with commas between its values. */
    public void separated(String names, String description, Consumer<List<String>> field) {
        OptionSpec.Builder option = option(names, description).splitRegex(",");
        bind(option.type(List.class).auxiliaryTypes(String.class), List.of(), field);
    }

    /** Values of the form KEY=VALUE; may be given more than once. */
    public void pairs(String names, String description, Consumer<Map<String, String>> field) {
        OptionSpec.Builder option = option(names, description);
        bind(option.type(Map.class).auxiliaryTypes(String.class, String.class), Map.of(), field);
    }

    /** The beginning of an option that is like no other. */
    public static OptionSpec.Builder option(String names, String... description) {
        int label = names.indexOf('=');
        return label < 0
                ? OptionSpec.builder(names.split(" ")).description(description)
                : option(names.substring(0, label), description).paramLabel(names.substring(label + 1));
    }

    public <T> void add(OptionSpec.Builder option, Class<T> type, @Nullable T initial, Consumer<T> field) {
        bind(option.type(type), initial, field);
    }

    private <T> void bind(OptionSpec.Builder option, @Nullable T initial, Consumer<T> field) {
        String name = option.names()[option.names().length - 1];
        // One that may stand without a value has the empty one then.
        boolean needsValue = option.arity() == null || option.arity().min() > 0;
        Binding<T> binding = new Binding<>(value -> {
            if (needsValue) {
                requireNotEmpty(name, value);
            }
            field.accept(value);
        });
        place.accept(option.userObject(this)
                .initialValue(initial)
                .getter(binding)
                .setter(binding)
                .build());
    }

    /** {@code --rootfs "$UNSET"} is not meant for the current directory, nor any other option for what an empty value would come to. */
    private static void requireNotEmpty(String name, @Nullable Object value) {
        boolean isEmpty = value instanceof Collection<?> values ? values.contains("") : "".equals(value);
        if (isEmpty) {
            throw new Misuse(name + ": must not be empty");
        }
    }

    // ---- operands

    public void operand(String label, String description, Consumer<String> field) {
        operand(label, description, String.class, "", field);
    }

    /** @param initial nothing that is seen, since the operand must be given */
    public <T> void operand(String label, String description, Class<T> type, T initial, Consumer<T> field) {
        bind(operand(label, description).arity("1").type(type), initial, field);
    }

    /** @param initial holds if the operand is left out */
    public void optional(String label, String description, @Nullable String initial, Consumer<String> field) {
        bind(operand(label, description).arity("0..1").type(String.class), initial, field);
    }

    /** All that follow. */
    public void operands(int least, String label, String description, Consumer<List<String>> field) {
        String index = operands + "..*";
        bind(
                operand(label, description)
                        .index(index)
                        .arity(least + "..*")
                        .type(List.class)
                        .auxiliaryTypes(String.class),
                List.of(),
                field);
    }

    private PositionalParamSpec.Builder operand(String label, String description) {
        return PositionalParamSpec.builder()
                .index(Integer.toString(operands++))
                .paramLabel(label)
                .description(description);
    }

    private <T> void bind(PositionalParamSpec.Builder operand, @Nullable T initial, Consumer<T> field) {
        Binding<T> binding = new Binding<>(field);
        place.accept(operand.required(operand.arity().min() > 0)
                .initialValue(initial)
                .getter(binding)
                .setter(binding)
                .build());
    }

    // ---- what concerns more than one

    /** More of the same command, of which {@link #given} can be asked for. */
    public Definition part() {
        return new Definition(spec, place);
    }

    /** Options that stand together in the synopsis. */
    public void group(Consumer<Definition> options) {
        ArgGroupSpec.Builder builder = ArgGroupSpec.builder().exclusive(false);
        options.accept(new Definition(spec, builder::addArg));
        ArgGroupSpec group = builder.build();
        spec.addArgGroup(group);
        // Parsing resets no groups whose options are not fields of an annotated class.
        spec.preprocessor((_, _, _, _) -> {
            group.args().forEach(argument -> argument.setValue(argument.initialValue()));
            return false;
        });
    }

    /** The first option on the command line that was defined here and not in another {@link #part}. */
    public Optional<String> given() {
        return spec.commandLine().getParseResult().matchedOptions().stream()
                .filter(option -> option.userObject() == this)
                .map(OptionSpec::longestName)
                .findFirst();
    }

    /** Instead of the synopsis that is made from the options. */
    public void synopsis(String... lines) {
        spec.usageMessage().customSynopsis(lines);
    }

    /** Below the options; a blank line comes first. */
    public void footer(String... lines) {
        List<String> footer = new ArrayList<>(List.of(spec.usageMessage().footer()));
        footer.add("");
        footer.addAll(List.of(lines));
        spec.usageMessage().footer(footer.toArray(String[]::new));
    }

    /** Command lines, below everything else. */
    public void examples(String... commands) {
        List<String> lines = new ArrayList<>(List.of(commands.length == 1 ? "Example:" : "Examples:"));
        List.of(commands).forEach(command -> lines.add("  " + command));
        footer(lines.toArray(String[]::new));
    }

    /** What follows the first operand is the command that a container is to run: options too are that command's. */
    public void stopsAtOperand() {
        spec.parser().stopAtPositional(true);
    }

    /** An option that is not known is an operand: -9 may be a signal. The command has to look. */
    public void takesUnknownOptions() {
        spec.parser().unmatchedOptionsArePositionalParams(true);
    }

    public void failsWith(int exitCode) {
        spec.exitCodeOnExecutionException(exitCode);
    }

    /** Knows what was last set, since picocli collects the values of a list in what it gets. */
    private final class Binding<T> implements IGetter, ISetter {
        private final Consumer<T> field;
        private @Nullable Object value;

        Binding(Consumer<T> field) {
            this.field = field;
        }

        @Override
        @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
        public <V> @Nullable V get() {
            return (V) value;
        }

        @Override
        @SuppressWarnings("unchecked")
        public <V> @Nullable V set(V value) {
            V before = (V) this.value;
            this.value = value;
            try {
                field.accept((T) value);
            } catch (Misuse e) {
                throw new ParameterException(spec.commandLine(), e.getMessage(), e);
            }
            return before;
        }
    }
}
