package io.jpod.container;

import io.jpod.abi.Arch;
import io.jpod.oci.Spec;
import io.jpod.plan.BrainStep;
import io.jpod.plan.Facts;
import io.jpod.plan.Lowering;
import io.jpod.plan.Lowering.Lowered;
import io.jpod.plan.Plan;
import io.jpod.plan.Plan.By;
import io.jpod.plan.Planner;
import io.jpod.plan.ProcessStep;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Plans and their programs, remembered for the last few of them: containers of the same spec differ in their cgroup, which the
 * brain sees to, and in the name of their keyring. Planning and lowering are pure: the same questions have the same answers.
 */
final class Programs {
    private static final int MOST_KEPT = 8;
    private static final List<KnownPlan> PLANS = new CopyOnWriteArrayList<>();
    private static final List<Known> KNOWN = new CopyOnWriteArrayList<>();

    private Programs() {}

    /** How a container is made. */
    record Planned(Plan plan, Lowered programs) {
        private Planned named(Planner.Request request) {
            List<Plan.Entry> entries = new ArrayList<>(plan.entries());
            Lowered named = programs;
            for (int i = 0; i < entries.size(); i++) {
                Plan.Entry entry = entries.get(i);
                if (entry.step() instanceof BrainStep.CreateCgroup && request.cgroup() != null) {
                    entries.set(
                            i, new Plan.Entry(new BrainStep.CreateCgroup(request.cgroup()), entry.by(), entry.from()));
                } else if (entry.step() instanceof ProcessStep.JoinKeyring) {
                    ProcessStep.JoinKeyring keyring = Planner.keyring(request.id());
                    entries.set(i, new Plan.Entry(keyring, entry.by(), entry.from()));
                    named = named.withKeyring(i, keyring.name());
                }
            }
            return new Planned(new Plan(entries, plan.warnings()), named);
        }
    }

    /** @param request without the container's names */
    private record KnownPlan(Spec spec, Planner.Request request, Facts facts, Planned planned) {
        /** Nearly always a spec that was read before, and is that object. */
        @SuppressWarnings("ReferenceEquality")
        boolean isFor(Spec other, Planner.Request asked, Facts found) {
            return request.equals(asked) && facts.equals(found) && (spec == other || spec.equals(other));
        }
    }

    private record Known(List<Plan.Entry> entries, int preserve, Lowered programs) {}

    /** @throws io.jpod.json.InvalidJson as {@link Planner#plan} does */
    static Planned of(Spec spec, Planner.Request request, Facts facts) {
        Planner.Request anonymous = request.named("", request.cgroup() == null ? null : "");
        return anonymous(spec, anonymous, facts).named(request);
    }

    private static Planned anonymous(Spec spec, Planner.Request request, Facts facts) {
        for (KnownPlan known : PLANS) {
            if (known.isFor(spec, request, facts)) {
                return known.planned();
            }
        }
        Plan plan = Planner.plan(spec, request, facts);
        Planned planned = new Planned(plan, Lowering.lower(plan, Arch.host(), request.preserve()));
        Recent.keep(PLANS, MOST_KEPT, new KnownPlan(spec, request, facts, planned));
        return planned;
    }

    /** @param preserve descriptors of the caller that the process keeps, from 3 on */
    static Lowered of(Plan plan, int preserve) {
        Lowered programs = ofAnonymous(anonymous(plan), preserve);
        for (int i = 0; i < plan.entries().size(); i++) {
            if (plan.entries().get(i).step() instanceof ProcessStep.JoinKeyring(String name)) {
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
                entries.add(new Plan.Entry(new BrainStep.CreateCgroup(""), By.BRAIN, ""));
            } else if (entry.step() instanceof ProcessStep.JoinKeyring) {
                entries.add(new Plan.Entry(new ProcessStep.JoinKeyring(""), entry.by(), entry.from()));
            } else {
                entries.add(entry);
            }
        }
        return entries;
    }
}
