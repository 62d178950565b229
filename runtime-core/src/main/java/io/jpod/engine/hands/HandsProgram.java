package io.jpod.engine.hands;

import io.jpod.abi.Arch;
import io.jpod.abi.Errno;
import io.jpod.abi.Flags;
import io.jpod.exec.Observer;
import io.jpod.exec.ReadyProcess;
import io.jpod.exec.Setup;
import io.jpod.exec.SetupOwner;
import io.jpod.exec.Spawner;
import io.jpod.exec.StepFailed;
import io.jpod.linux.Fd;
import io.jpod.linux.Linux;
import io.jpod.linux.Sockets;
import io.jpod.plan.ExecPlanner;
import io.jpod.plan.Lowering;
import io.jpod.plan.Plan;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * The jpod program as the child of a brain that is there already: it finds it at its stdin, and asks no other one.
 *
 * @param connection ours; closed with the process
 */
record HandsProgram(Fd connection, ReadyProcess process) implements AutoCloseable {
    /** What jpod.c looks for. */
    private static final String MARK = "JPOD_HANDS=0";

    /** @throws IllegalStateException if it cannot be executed */
    static HandsProgram start(Spawner parent, Path program) {
        List<String> env = Stream.concat(
                        parent.environment().entrySet().stream()
                                .map(variable -> variable.getKey() + "=" + variable.getValue()),
                        Stream.of(MARK))
                .toList();
        Plan plan = ExecPlanner.hostProgram(program.toString(), List.of("jpod"), env, "default", "/", false);
        Lowering.Lowered programs = Lowering.lower(plan, Arch.host(), 0);
        List<Fd> pair = Sockets.pair(Flags.SOCK_SEQPACKET);
        try (Fd its = pair.getLast();
                Fd nothing = Linux.open("/dev/null", Flags.O_RDWR, 0);
                Setup setup = Setup.begin(
                        plan,
                        programs,
                        parent,
                        SetupOwner.NONE,
                        Observer.NONE,
                        new Setup.Stdio(List.of(its, nothing, nothing), 0),
                        _ -> {})) {
            ReadyProcess process = setup.makeProcess();
            process.execute();
            return new HandsProgram(pair.getFirst(), process);
        } catch (StepFailed e) {
            pair.getFirst().close();
            throw new IllegalStateException(program + ": " + Errno.describe(e.errno()), e);
        }
    }

    /** Waits for its end, which comes when it has been told to. */
    @Override
    public void close() {
        connection.close();
        process.await();
        process.close();
    }
}
