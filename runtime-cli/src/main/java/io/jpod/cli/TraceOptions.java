package io.jpod.cli;

import io.jpod.abi.Flags;
import io.jpod.linux.Fd;
import io.jpod.linux.Linux;
import java.util.Map;
import java.util.Stack;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.IParameterPreprocessor;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Whether a set-up is to be traced, and where to. */
final class TraceOptions {
    /** In which form. */
    enum Form {
        TEXT,
        JSON
    }

    @Spec(Spec.Target.MIXEE)
    private @Nullable CommandSpec command;

    @Option(
            names = "--trace",
            paramLabel = "FILE",
            arity = "0..1",
            fallbackValue = "",
            preprocessor = Attached.class,
            description =
                    "Print every system call of the set-up with its result and its time, below the step that wants it:"
                            + " to stderr, or with --trace=FILE to a file.")
    private @Nullable String trace;

    @Option(names = "--trace-format", paramLabel = "FORMAT", description = "text (default), or json: an object a line.")
    private @Nullable Form form;

    /** Null if nobody wants one. */
    @Nullable Tracing begin(Jpod jpod) {
        if (trace == null) {
            if (form != null && command != null) {
                throw new ParameterException(command.commandLine(), "--trace-format goes with --trace");
            }
            return null;
        }
        Fd file = null;
        if (!trace.isEmpty()) {
            String path = jpod.path(trace).toString();
            file = Linux.open(path, Flags.O_WRONLY | Flags.O_CREAT | Flags.O_TRUNC, 0644);
        }
        return new Tracing(jpod.caller(), file, form == null ? Form.TEXT : form);
    }

    /** Takes what stands behind "=" only: the next word is the container's name, or its program. */
    static final class Attached implements IParameterPreprocessor {
        @Override
        @SuppressWarnings("JdkObsolete")
        public boolean preprocess(Stack<String> words, CommandSpec command, ArgSpec option, Map<String, Object> info) {
            if (info.get("separator") instanceof String separator && !separator.isBlank()) {
                return false;
            }
            option.setValue("");
            return true;
        }
    }
}
