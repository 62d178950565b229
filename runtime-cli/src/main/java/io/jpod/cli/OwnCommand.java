package io.jpod.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.jpod.abi.Errno;
import io.jpod.exec.ProgramRun;
import io.jpod.exec.StepFailed;
import io.jpod.plan.ExecPlanner;
import io.jpod.plan.Plan;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * One more jpod command, as a child of the hands, with hands of its own: what it starts in the background has a monitor that
 * stays behind, while the caller's own hands are busy in the foreground.
 */
final class OwnCommand {
    private static final int LONGEST_MESSAGE = 1 << 16;

    private final Jpod jpod;

    OwnCommand(Jpod jpod) {
        this.jpod = jpod;
    }

    /** @throws IllegalStateException with its message if it fails */
    void run(List<String> words) {
        Path program = jpod.caller().program();
        if (program == null) {
            throw new IllegalStateException("the jpod program is needed to do this");
        }
        List<String> args = new ArrayList<>(List.of(program.toString(), "--log", "/dev/null"));
        args.addAll(jpod.rootOption());
        args.addAll(words);
        List<String> env = jpod.caller().environment().entrySet().stream()
                .map(variable -> variable.getKey() + "=" + variable.getValue())
                .toList();
        Plan plan = ExecPlanner.hostProgram(
                program.toString(),
                args,
                env,
                "default",
                jpod.caller().directory().toString(),
                false);
        try (ProgramRun run = new ProgramRun(jpod.caller(), "", LONGEST_MESSAGE)) {
            ProgramRun.Ended ended = run.run(plan, Map.of(), null).orElseThrow();
            if (ended.code() != 0) {
                throw new IllegalStateException(message(ended));
            }
        } catch (StepFailed e) {
            throw new IllegalStateException(program + ": " + Errno.describe(e.errno()), e);
        }
    }

    private static String message(ProgramRun.Ended ended) {
        String text = new String(ended.err(), UTF_8).strip();
        return text.startsWith("jpod: ") ? text.substring("jpod: ".length()) : text;
    }
}
