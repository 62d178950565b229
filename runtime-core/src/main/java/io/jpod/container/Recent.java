package io.jpod.container;

import java.util.List;

/** A short memory: the latest first. */
final class Recent {
    private Recent() {}

    /** Remembers one more, and forgets the oldest if that makes too many. Threads that do so at once may forget one more. */
    static <T> void keep(List<T> kept, int most, T latest) {
        synchronized (kept) {
            kept.addFirst(latest);
            if (kept.size() > most) {
                kept.removeLast();
            }
        }
    }
}
