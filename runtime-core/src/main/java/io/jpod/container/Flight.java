package io.jpod.container;

import io.jpod.exec.Recording;
import io.jpod.plan.Plan;
import org.jspecify.annotations.Nullable;

/**
 * What one set-up tells JDK Flight Recorder: its plan, and each step with the time that its {@link Trace} has. There is one only
 * once somebody has recorded; before that its events are not even loaded, and while nobody does, nothing is measured.
 */
public final class Flight {
    private final String id;
    private final PlanEvent planning = new PlanEvent();
    private final @Nullable Trace own;
    private final @Nullable Trace trace;
    private boolean isEnded;

    private Flight(String id, @Nullable Trace given) {
        this.id = id;
        own = given == null && new StepEvent().isEnabled() ? new Trace() : null;
        trace = given == null ? own : given;
        planning.begin();
    }

    /**
     * At the begin of planning.
     *
     * @param given whose caller closes it; null: nobody else wants to know
     * @return null: nobody records
     */
    public static @Nullable Flight begin(String id, @Nullable Trace given) {
        return Recorder.hasBegun() ? new Flight(id, given) : null;
    }

    /** Where to write down what is done; null for nowhere. */
    public static @Nullable Trace trace(@Nullable Flight flight, @Nullable Trace given) {
        return flight == null ? given : flight.trace;
    }

    public static void planned(@Nullable Flight flight, Plan plan) {
        if (flight != null) {
            flight.planned(plan);
        }
    }

    /** When the set-up has come to its end, or nobody will hear of the rest. Again is harmless. */
    public static void end(@Nullable Flight flight) {
        if (flight != null && !flight.isEnded) {
            flight.isEnded = true;
            flight.end();
        }
    }

    private void planned(Plan plan) {
        planning.end();
        if (planning.shouldCommit()) {
            planning.id = id;
            planning.steps = plan.entries().size();
            planning.commit();
        }
    }

    private void end() {
        try {
            if (trace != null && new StepEvent().isEnabled()) {
                trace.steps().forEach(this::tell);
            }
        } finally {
            if (own != null) {
                own.close();
            }
        }
    }

    private void tell(Trace.Step step) {
        StepEvent event = new StepEvent();
        event.id = id;
        event.number = step.index() + 1;
        event.text = step.entry().step().describe();
        event.from = step.entry().from();
        event.by = step.entry().by().title();
        event.took = step.nanoseconds() < 0 ? StepEvent.UNKNOWN : step.nanoseconds();
        event.calls = (int) step.calls().stream().filter(Recording.Call::isMade).count();
        event.complete = step.isComplete();
        event.commit();
    }
}
