package io.jpod.container;

import io.jpod.exec.OpFailed;
import io.jpod.exec.ShimProcess;
import io.jpod.exec.StepFailed;
import io.jpod.linux.Fd;
import io.jpod.plan.Plan;
import io.jpod.plan.Program;
import java.util.List;

/** A container whose process is there and ready, and the hold that its maker still has on it. */
public final class Created implements AutoCloseable {
    private final Container container;
    private final ShimProcess process;
    private final Plan plan;
    private final Program program;

    Created(Container container, ShimProcess process, Plan plan, Program program) {
        this.container = container;
        this.process = process;
        this.plan = plan;
        this.program = program;
    }

    public Container container() {
        return container;
    }

    public int pid() {
        return process.child().pid();
    }

    Fd pidfd() {
        return process.child().pidfd();
    }

    /** What the spec wanted reported, but not refused. */
    public List<String> warnings() {
        return plan.warnings();
    }

    /** For one that was not made to wait for start: lets it execute its program. */
    void execute() {
        process.proceed();
        try {
            process.await();
        } catch (OpFailed e) {
            throw StepFailed.of(plan, program, e);
        }
    }

    /** Waits until it has ended: the exit code, or 128 plus the signal's number. */
    public int await() {
        return process.child().await();
    }

    /** Lets go of it; the container lives on. */
    @Override
    public void close() {
        process.close();
    }
}
