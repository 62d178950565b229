package io.jpod.cli;

import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** For verbs that show something: once or again and again, for people or for programs. */
final class ViewOptions {
    private static final String INDENT = "  ";

    @Option(names = "--format", paramLabel = "FORMAT", description = "table (default) or json.")
    private Format format = Format.TABLE;

    @Option(
            names = {"-w", "--watch"},
            description = "Draw it again every second, until interrupted. What is no terminal gets it again when it has"
                    + " changed.")
    private boolean watch;

    /**
     * Shows something.
     *
     * @param look takes one look at it; empty: it is gone
     * @param text for people, as this screen can show it
     * @param json for programs, indented so; null: on one line
     */
    <T> void show(
            Jpod jpod,
            Supplier<Optional<T>> look,
            BiFunction<T, Screen, String> text,
            BiFunction<T, @Nullable String, String> json) {
        Screen screen = Screen.of(jpod);
        Supplier<Optional<String>> picture = () -> look.get().map(seen -> switch (format) {
            case TABLE -> text.apply(seen, screen);
            case JSON -> json.apply(seen, watch ? null : INDENT) + "\n";
        });
        if (watch) {
            new Watch(jpod.caller(), format == Format.TABLE).draw(picture);
        } else {
            picture.get().ifPresent(jpod.caller().out()::print);
        }
    }
}
