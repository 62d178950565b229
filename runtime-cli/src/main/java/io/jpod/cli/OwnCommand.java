package io.jpod.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.jpod.abi.Arch;
import io.jpod.abi.Errno;
import io.jpod.abi.Flags;
import io.jpod.exec.OpFailed;
import io.jpod.exec.ShimProcess;
import io.jpod.exec.Spawner;
import io.jpod.exec.ThreadExecutor;
import io.jpod.linux.Fd;
import io.jpod.linux.Kernel;
import io.jpod.linux.Linux;
import io.jpod.oci.Spec;
import io.jpod.plan.ExecPlanner;
import io.jpod.plan.Lowering;
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
        Spec.Hook hook = new Spec.Hook(program.toString(), args, env, null);
        Lowering.Lowered programs = Lowering.lower(
                ExecPlanner.hostProgram(
                        hook, "default", jpod.caller().directory().toString()),
                Arch.host(),
                0);
        Map<String, Fd> built = Map.of();
        try (Fd nothing = Linux.open("/dev/null", Flags.O_RDWR, 0);
                Fd said = Linux.memfd("jpod-said")) {
            built = new ThreadExecutor(Kernel.get()).run(programs.builder(), Map.of());
            Spawner.Setting setting = new Spawner.Setting(0, null, null, nothing, nothing, said, 0);
            try (ShimProcess process = ShimProcess.start(jpod.caller(), programs.process(), built, setting)) {
                process.await();
                if (process.child().await() != 0) {
                    throw new IllegalStateException(message(said));
                }
            }
        } catch (OpFailed e) {
            throw new IllegalStateException(program + ": " + Errno.describe(e.errno()), e);
        } finally {
            built.values().forEach(Fd::close);
        }
    }

    private static String message(Fd said) {
        Linux.rewind(said);
        String text = new String(Linux.readFully(said, LONGEST_MESSAGE), UTF_8).strip();
        return text.startsWith("jpod: ") ? text.substring("jpod: ".length()) : text;
    }
}
