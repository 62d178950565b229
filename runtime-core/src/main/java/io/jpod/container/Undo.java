package io.jpod.container;

import java.util.ArrayDeque;
import java.util.Deque;

/** Inverses of what has been done so far. A failed set-up runs them in reverse; a successful one forgets them. */
final class Undo {
    private final Deque<Runnable> inverses = new ArrayDeque<>();

    void onFailure(Runnable inverse) {
        inverses.push(inverse);
    }

    /** Runs all of them, also if some fail; their failures are kept with the one that started it. */
    void run(Throwable reason) {
        while (!inverses.isEmpty()) {
            try {
                inverses.pop().run();
            } catch (RuntimeException | Error e) {
                reason.addSuppressed(e);
            }
        }
    }

    void forget() {
        inverses.clear();
    }
}
