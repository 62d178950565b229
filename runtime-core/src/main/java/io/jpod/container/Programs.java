package io.jpod.container;

import io.jpod.abi.Arch;
import io.jpod.plan.Lowering;
import io.jpod.plan.Lowering.Lowered;
import io.jpod.plan.Plan;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;

/**
 * The last few plans with their programs. Planning and lowering are pure, so the same question has the same answer; and what
 * tells one container from the next is in neither ({@link io.jpod.plan.Names}).
 */
final class Programs {
    private static final int MOST_KEPT = 8;
    private static final List<Known> KNOWN = new CopyOnWriteArrayList<>();

    private Programs() {}

    /** What is done, for nobody yet, and by which calls. */
    record Planned(Plan plan, Lowered programs) {}

    private record Known(Object question, Planned answer) {}

    /**
     * @param question all that the plan and its programs depend on
     * @param preserve descriptors of the caller that the process keeps, from 3 on
     */
    static Planned of(Object question, int preserve, Supplier<Plan> planner) {
        for (Known known : KNOWN) {
            if (known.question().equals(question)) {
                return known.answer();
            }
        }
        Plan plan = planner.get();
        Planned planned = new Planned(plan, Lowering.lower(plan, Arch.host(), preserve));
        Recent.keep(KNOWN, MOST_KEPT, new Known(question, planned));
        return planned;
    }
}
