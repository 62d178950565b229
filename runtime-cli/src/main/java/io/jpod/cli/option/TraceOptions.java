package io.jpod.cli.option;

import io.jpod.cli.command.CallerFile;
import io.jpod.cli.command.Definition;
import io.jpod.cli.command.Jpod;
import io.jpod.cli.command.Misuse;
import io.jpod.cli.show.TraceText;
import java.util.Map;
import java.util.Stack;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;

/** Whether a set-up is to be traced, and where to. */
public final class TraceOptions {
    private @Nullable String trace;
    private TraceText.@Nullable Form form;

    public void define(Definition d) {
        d.add(
                Definition.option(
                                "--trace=FILE",
                                "Print every system call of the set-up with its result and its time, below the step that wants"
                                        + " it: to stderr, or with --trace=FILE to a file.")
                        .arity("0..1")
                        .fallbackValue("")
                        .preprocessor(TraceOptions::attached),
                String.class,
                null,
                v -> trace = v);
        d.value(
                "--trace-format=FORMAT",
                "text (default), or json: an object a line.",
                TraceText.Form.class,
                v -> form = v);
    }

    /** Null if nobody wants one. */
    public @Nullable Tracing begin(Jpod jpod) {
        if (trace == null) {
            if (form != null) {
                throw new Misuse("--trace-format goes with --trace");
            }
            return null;
        }
        CallerFile.Open file =
                trace.isEmpty() ? null : CallerFile.of(jpod, trace).rewrite();
        return new Tracing(jpod.caller(), file, form == null ? TraceText.Form.TEXT : form);
    }

    /** Takes what stands behind "=" only: the next word is the container's name, or its program. */
    @SuppressWarnings("JdkObsolete")
    private static boolean attached(
            Stack<String> words, CommandSpec command, ArgSpec option, Map<String, Object> info) {
        if (info.get("separator") instanceof String separator && !separator.isBlank()) {
            return false;
        }
        option.setValue("");
        return true;
    }
}
