package io.jpod.exec;

import io.jpod.linux.Fd;
import io.jpod.plan.Plan;
import io.jpod.plan.Program;
import java.util.List;
import java.util.stream.IntStream;

/** A process of jpod's making that is ready to execute its program, or has, and the hold that its maker has on it. */
public final class ReadyProcess implements AutoCloseable {
    private final ShimProcess process;
    private final Plan plan;
    private final Program program;
    private final Observer observer;

    ReadyProcess(ShimProcess process, Plan plan, Program program, Observer observer) {
        this.process = process;
        this.plan = plan;
        this.program = program;
        this.observer = observer;
    }

    /** In our pid namespace. */
    public int pid() {
        return child().pid();
    }

    /** Owned by this object. */
    public Fd pidfd() {
        return child().pidfd();
    }

    /** Owned by this object. */
    public Spawner.Child child() {
        return process.child();
    }

    /** What the spec wanted reported, but not refused. */
    public List<String> warnings() {
        return plan.warnings();
    }

    /** What was planned for it, a line for each step, with its reason. */
    public List<String> steps() {
        return IntStream.range(0, plan.entries().size())
                .mapToObj(i -> plan.text(i) + " (" + plan.entries().get(i).from() + ")")
                .toList();
    }

    /** Lets it go on behind its last milestone, and does not wait for what comes of it. */
    public void proceed() {
        process.proceed();
    }

    /** Lets it execute its program, and waits until it has. */
    public void execute() {
        if (plan.lastMilestone() != null) {
            process.proceed();
        }
        try {
            process.await();
        } catch (OpFailed e) {
            throw StepFailed.of(plan, program, e);
        } finally {
            observer.ended();
        }
    }

    /** Ends it, and waits until it has. */
    public void kill() {
        process.kill();
    }

    /** Waits until it has ended: the exit code, or 128 plus the signal's number. */
    public int await() {
        return child().await();
    }

    /** Lets go of it; the process lives on. */
    @Override
    public void close() {
        observer.ended();
        process.close();
    }
}
