package io.jpod.seccomp;

import io.jpod.oci.Seccomp.Arg;
import io.jpod.seccomp.Decision.Always;
import io.jpod.seccomp.Decision.ByArguments;
import io.jpod.seccomp.Decision.Clause;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The instructions that find and carry out a decision. Each method returns the position where its code begins. */
final class DecisionCode {
    /** Offsets in {@code struct seccomp_data} (linux/seccomp.h). */
    static final int NR = 0;

    static final int ARCH = 4;
    private static final int ARGS = 16;

    private final BpfAssembler code;

    DecisionCode(BpfAssembler code) {
        this.code = code;
    }

    /**
     * A binary search over the starts of the intervals, the number being loaded first. Nothing but number and
     * architecture is read on the way to an unconditional ALLOW: Linux 5.11 then answers from a bitmap and does not
     * run the filter.
     */
    int search(IntervalMap map) {
        List<Map.Entry<Long, Decision>> intervals = new ArrayList<>(map.merged().entrySet());
        return code.load(NR, search(intervals));
    }

    private int search(List<Map.Entry<Long, Decision>> intervals) {
        int size = intervals.size();
        if (size == 1) {
            return decision(intervals.getFirst().getValue());
        }
        int middle = size / 2;
        int upper = search(intervals.subList(middle, size));
        int lower = search(intervals.subList(0, middle));
        return code.jump(BpfAssembler.JGE, intervals.get(middle).getKey().intValue(), upper, lower);
    }

    private int decision(Decision decision) {
        return switch (decision) {
            case Always always -> code.ret(always.otherwise().value());
            case ByArguments byArguments -> byArguments(byArguments);
        };
    }

    private int byArguments(ByArguments decision) {
        int next = code.ret(decision.otherwise().value());
        for (Clause clause : decision.clauses().reversed()) {
            int match = code.ret(clause.verdict().value());
            for (Arg condition : clause.conditions().reversed()) {
                match = condition(condition, decision.narrow(), match, next);
            }
            next = match;
        }
        return next;
    }

    /** Of a masked comparison the value is the mask; bits outside of it are cleared in what it is compared with, as libseccomp does. */
    private int condition(Arg condition, boolean narrow, int match, int fail) {
        int at = ARGS + 8 * condition.index();
        long value = condition.value();
        return switch (condition.op()) {
            case SCMP_CMP_EQ -> equal(at, -1, value, narrow, match, fail);
            case SCMP_CMP_NE -> equal(at, -1, value, narrow, fail, match);
            case SCMP_CMP_MASKED_EQ -> equal(at, value, condition.valueTwo() & value, narrow, match, fail);
            case SCMP_CMP_GT -> greater(BpfAssembler.JGT, at, value, narrow, match, fail);
            case SCMP_CMP_LE -> greater(BpfAssembler.JGT, at, value, narrow, fail, match);
            case SCMP_CMP_GE -> greater(BpfAssembler.JGE, at, value, narrow, match, fail);
            case SCMP_CMP_LT -> greater(BpfAssembler.JGE, at, value, narrow, fail, match);
        };
    }

    private int equal(int at, long mask, long datum, boolean narrow, int match, int fail) {
        int low = equalWord(at, (int) mask, (int) datum, match, fail);
        return narrow ? low : equalWord(at + 4, high(mask), high(datum), low, fail);
    }

    private int equalWord(int at, int mask, int datum, int match, int fail) {
        if (mask == 0) {
            return match;
        }
        int jump = code.jump(BpfAssembler.JEQ, datum, match, fail);
        return code.load(at, mask == -1 ? jump : code.and(mask, jump));
    }

    private int greater(int comparison, int at, long value, boolean narrow, int match, int fail) {
        int low = code.load(at, code.jump(comparison, (int) value, match, fail));
        if (narrow) {
            return low;
        }
        int same = code.jump(BpfAssembler.JEQ, high(value), low, fail);
        return code.load(at + 4, code.jump(BpfAssembler.JGT, high(value), match, same));
    }

    private static int high(long value) {
        return (int) (value >>> 32);
    }
}
