package io.jpod.container;

import io.jpod.exec.OpFailed;
import io.jpod.exec.ShimProcess;
import io.jpod.exec.Spawner;
import io.jpod.exec.StepFailed;
import io.jpod.linux.Fd;
import io.jpod.linux.ProcessStat;
import io.jpod.linux.Processes;
import io.jpod.plan.Plan;
import io.jpod.plan.Program;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A process of jpod's making that is ready to execute its program, or has, and the hold that its maker has on it. */
public final class Executed implements AutoCloseable {
    private final ShimProcess process;
    private final Plan plan;
    private final Program program;
    private final @Nullable Flight flight;

    Executed(ShimProcess process, Plan plan, Program program, @Nullable Flight flight) {
        this.process = process;
        this.plan = plan;
        this.program = program;
        this.flight = flight;
    }

    /** In our pid namespace. */
    public int pid() {
        return process.child().pid();
    }

    /** Owned by this object. */
    public Fd pidfd() {
        return process.child().pidfd();
    }

    /** What the spec wanted reported, but not refused. */
    public List<String> warnings() {
        return plan.warnings();
    }

    /** What was planned for it, a line for each step, with its reason. */
    public List<String> steps() {
        return plan.entries().stream()
                .map(entry -> entry.step().describe() + " (" + entry.from() + ")")
                .toList();
    }

    Spawner.Child child() {
        return process.child();
    }

    /** As {@link ProcessStat} has it. */
    long startTime() {
        return ProcessStat.of(pid()).orElseThrow(Executed::killed).startTime();
    }

    private static ContainerException killed() {
        return new ContainerException("the process was killed while it was set up; a memory limit may be too low");
    }

    /** Waits until it is at its next milestone. */
    int awaitMilestone() {
        try {
            return switch (process.await()) {
                case ShimProcess.Reached(int milestone) -> milestone;
                case ShimProcess.Gone _ -> throw killed();
            };
        } catch (OpFailed e) {
            throw StepFailed.of(plan, program, e);
        }
    }

    void proceed() {
        process.proceed();
    }

    /** Lets it execute its program. */
    public void execute() {
        process.proceed();
        try {
            process.await();
        } catch (OpFailed e) {
            throw StepFailed.of(plan, program, e);
        } finally {
            Flight.end(flight);
        }
    }

    /** Ends it, and waits until it has. */
    public void kill() {
        Processes.signalIfThere(pidfd(), (int) io.jpod.abi.Flags.SIGKILL);
        process.child().await();
    }

    /** Waits until it has ended: the exit code, or 128 plus the signal's number. */
    public int await() {
        return process.child().await();
    }

    /** Lets go of it; the process lives on. */
    @Override
    public void close() {
        Flight.end(flight);
        process.close();
    }
}
