package io.jpod.container;

import io.jpod.abi.Arch;
import io.jpod.plan.Lowering;
import io.jpod.plan.Lowering.Lowered;
import io.jpod.plan.Plan;
import io.jpod.plan.Plan.By;
import io.jpod.plan.Step;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * The programs of plans, remembered for the last few of them: containers of the same spec differ in their cgroup, which the brain
 * sees to, and in the name of their keyring. Lowering is pure, so the same plan always gives the same programs.
 */
final class Programs {
    private static final int MOST_KEPT = 8;
    private static final List<Known> KNOWN = new CopyOnWriteArrayList<>();

    private Programs() {}

    private record Known(List<Plan.Entry> entries, int preserve, Lowered programs) {}

    /** @param preserve descriptors of the caller that the process keeps, from 3 on */
    static Lowered of(Plan plan, int preserve) {
        Lowered programs = ofAnonymous(anonymous(plan), preserve);
        for (int i = 0; i < plan.entries().size(); i++) {
            if (plan.entries().get(i).step() instanceof Step.JoinKeyring(String name)) {
                programs = programs.withKeyring(i, name);
            }
        }
        return programs;
    }

    private static Lowered ofAnonymous(List<Plan.Entry> entries, int preserve) {
        for (Known known : KNOWN) {
            if (known.preserve() == preserve && known.entries().equals(entries)) {
                return known.programs();
            }
        }
        Lowered programs = Lowering.lower(new Plan(entries, List.of()), Arch.host(), preserve);
        Recent.keep(KNOWN, MOST_KEPT, new Known(entries, preserve, programs));
        return programs;
    }

    /** The steps that become system calls, at their places, without the container's name. */
    private static List<Plan.Entry> anonymous(Plan plan) {
        List<Plan.Entry> entries = new ArrayList<>();
        for (Plan.Entry entry : plan.entries()) {
            if (entry.by() == By.BRAIN) {
                entries.add(new Plan.Entry(new Step.CreateCgroup(""), By.BRAIN, ""));
            } else if (entry.step() instanceof Step.JoinKeyring) {
                entries.add(new Plan.Entry(new Step.JoinKeyring(""), entry.by(), entry.from()));
            } else {
                entries.add(entry);
            }
        }
        return entries;
    }
}
