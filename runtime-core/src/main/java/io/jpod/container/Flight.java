package io.jpod.container;

import io.jpod.exec.Observer;
import io.jpod.exec.Recording;
import io.jpod.linux.Fd;
import io.jpod.plan.Plan;
import io.jpod.plan.Program;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What one set-up tells JDK Flight Recorder: its plan, and each step with the time that its {@link Trace} has. There is one only
 * once somebody has recorded; before that its events are not even loaded, and while nobody does, nothing is measured.
 */
public final class Flight implements Observer {
    private final String id;
    private final PlanEvent planning = new PlanEvent();
    private final Observer given;
    private final @Nullable Trace own;
    private boolean isEnded;

    private Flight(String id, Observer given) {
        this.id = id;
        this.given = given;
        own = !(given instanceof Trace) && new StepEvent().isEnabled() ? new Trace() : null;
        planning.begin();
    }

    /**
     * At the begin of planning.
     *
     * @param given who watches beside it; what it is told comes through this
     * @return the given one itself if nobody records
     */
    public static Observer watch(String id, Observer given) {
        return Recorder.hasBegun() ? new Flight(id, given) : given;
    }

    private Observer observer() {
        return own == null ? given : own;
    }

    @Override
    public void planned(Plan plan) {
        isEnded = false;
        planning.end();
        if (planning.shouldCommit()) {
            planning.id = id;
            planning.steps = plan.entries().size();
            planning.commit();
        }
        observer().planned(plan);
    }

    @Override
    public @Nullable Recording recording(Plan.By by, Program program) {
        return observer().recording(by, program);
    }

    @Override
    public boolean records() {
        return observer().records();
    }

    @Override
    public void begun(int index) {
        observer().begun(index);
    }

    @Override
    public void done(int index, long nanoseconds, int pid) {
        observer().done(index, nanoseconds, pid);
    }

    @Override
    public void waiting(Fd process) {
        observer().waiting(process);
    }

    @Override
    public void ended() {
        if (isEnded) {
            return;
        }
        isEnded = true;
        try {
            if (observer() instanceof Trace trace && new StepEvent().isEnabled()) {
                Plan plan = Objects.requireNonNull(trace.plan());
                trace.steps().forEach(step -> tell(step, plan.text(step.index())));
            }
        } finally {
            if (own != null) {
                own.close();
            }
        }
    }

    private void tell(Trace.Step step, String text) {
        StepEvent event = new StepEvent();
        event.id = id;
        event.number = step.index() + 1;
        event.text = text;
        event.from = step.entry().from();
        event.by = step.entry().by().title();
        event.took = step.nanoseconds() < 0 ? StepEvent.UNKNOWN : step.nanoseconds();
        event.calls = (int) step.calls().stream().filter(Recording.Call::isMade).count();
        event.complete = step.isComplete();
        event.commit();
    }
}
