package io.jpod.seccomp;

import io.jpod.seccomp.Decision.Always;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * What happens to each system call number: a map from all unsigned 32-bit numbers to decisions, held as the numbers at
 * which the decision changes.
 */
final class IntervalMap {
    /** One above the largest number. */
    static final long END = 0x1_0000_0000L;

    private final TreeMap<Long, Decision> starts = new TreeMap<>();

    IntervalMap(Decision everywhere) {
        starts.put(0L, everywhere);
    }

    /** Sets the numbers from {@code start} up to and without {@code end}. */
    void put(long start, long end, Decision decision) {
        if (start >= end) {
            return;
        }
        Decision after = at(end - 1);
        starts.subMap(start, end).clear();
        starts.put(start, decision);
        if (end < END) {
            starts.putIfAbsent(end, after);
        }
    }

    void put(long number, Decision decision) {
        put(number, number + 1, decision);
    }

    /** The starts of the intervals; neighbours with the same decision are one. */
    NavigableMap<Long, Decision> merged() {
        TreeMap<Long, Decision> merged = new TreeMap<>();
        for (Map.Entry<Long, Decision> interval : starts.entrySet()) {
            if (merged.isEmpty() || !isSame(merged.lastEntry().getValue(), interval.getValue())) {
                merged.put(interval.getKey(), interval.getValue());
            }
        }
        return merged;
    }

    /** By identity where it is a program: comparing those would cost more than it saves. */
    @SuppressWarnings("ReferenceEquality")
    private static boolean isSame(Decision a, Decision b) {
        return a == b || a instanceof Always(Verdict x) && b instanceof Always(Verdict y) && x.value() == y.value();
    }

    private Decision at(long number) {
        return starts.floorEntry(number).getValue();
    }
}
