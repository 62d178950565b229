package io.jpod.container;

import io.jpod.abi.Arch;
import io.jpod.oci.Spec;
import io.jpod.oci.SpecReader;
import io.jpod.plan.Lowering;
import io.jpod.plan.Lowering.Lowered;
import io.jpod.plan.Plan;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * From config.json to the spec, its plans and their programs, remembered for the last few of them: most containers of a host are
 * made from the same bundles. All of it is pure, so the same question has the same answer; and what tells one container from the next
 * is in none of it ({@link io.jpod.plan.Names}).
 *
 * <p>If nothing were remembered, a run would take 8 % more CPU time for the spec and 14 % for its plan, an exec 7 % and 6 %: each
 * goes when it is below 3 %.
 */
final class Configs {
    static final String NAME = "config.json";

    private static final int MOST_KEPT = 8;
    private static final int MOST_PLANS = 4;
    private static final int LARGEST_KEPT = 64 << 10;
    private static final List<Known> KNOWN = new CopyOnWriteArrayList<>();

    private Configs() {}

    /** @param plans of containers, and of what is executed in them */
    private record Known(byte[] json, Spec spec, List<Answer> plans) {}

    private record Answer(Object question, Planned planned) {}

    /** What is done, for nobody yet, and by which calls. */
    record Planned(Plan plan, Lowered programs) {}

    /** @throws io.jpod.json.InvalidJson as {@link SpecReader} does */
    static Spec read(byte[] json) {
        for (Known known : KNOWN) {
            if (Arrays.equals(known.json(), json)) {
                return known.spec();
            }
        }
        Spec spec = SpecReader.read(json, NAME);
        if (json.length <= LARGEST_KEPT) {
            keep(KNOWN, MOST_KEPT, new Known(json, spec, new CopyOnWriteArrayList<>()));
        }
        return spec;
    }

    /**
     * @param question all that the plan and its programs depend on beside the spec
     * @param preserve descriptors of the caller that the process keeps, from 3 on
     */
    static Planned plan(Spec spec, Object question, int preserve, Supplier<Plan> planner) {
        Known known = find(spec);
        for (Answer answer : known == null ? List.<Answer>of() : known.plans()) {
            if (answer.question().equals(question)) {
                return answer.planned();
            }
        }
        Plan plan = planner.get();
        Planned planned = new Planned(plan, Lowering.lower(plan, Arch.host(), preserve));
        if (known != null) {
            keep(known.plans(), MOST_PLANS, new Answer(question, planned));
        }
        return planned;
    }

    /** A spec that was read here is that object: to compare all that is in two of them takes as long as a plan. */
    @SuppressWarnings("ReferenceEquality")
    private static @Nullable Known find(Spec spec) {
        for (Known known : KNOWN) {
            if (known.spec() == spec) {
                return known;
            }
        }
        return null;
    }

    /** The latest first. Threads that do so at once may forget one more. */
    private static <T> void keep(List<T> kept, int most, T latest) {
        synchronized (kept) {
            kept.addFirst(latest);
            if (kept.size() > most) {
                kept.removeLast();
            }
        }
    }
}
