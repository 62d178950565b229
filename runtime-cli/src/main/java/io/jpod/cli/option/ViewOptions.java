package io.jpod.cli.option;

import io.jpod.cli.command.Definition;
import io.jpod.cli.command.Jpod;
import io.jpod.cli.command.Verb;
import io.jpod.cli.show.Screen;
import io.jpod.cli.show.Watch;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** For verbs that show something: once or again and again, for people or for programs. */
public final class ViewOptions {
    private static final String INDENT = "  ";

    private Format format = Format.TABLE;
    private boolean watch;

    public void define(Definition d) {
        d.value("--format=FORMAT", "table (default) or json.", Format.class, Format.TABLE, v -> format = v);
        d.flag(
                "-w --watch",
                "Draw it again every second, until interrupted. What is no terminal gets it again when it has"
                        + " changed.",
                on -> watch = on);
    }

    /**
     * Shows something.
     *
     * @param look takes one look at it; empty: it is gone
     * @param text for people, as this screen can show it
     * @param json for programs, indented so; null: on one line
     * @return the exit code
     */
    public <T> int show(
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
            return jpod.heardOut();
        }
        picture.get().ifPresent(jpod.out()::print);
        return Verb.OK;
    }
}
