package io.jpod.server;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** What a server does while nobody comes or goes: it rests once, and ends if it was told for how long to wait. */
final class Quiet {
    /** Longer than the pauses between the commands of one script. */
    static final Duration REST = Duration.ofSeconds(5);

    /** While there are callers, since their end wakes nobody. */
    static final Duration LOOK_AGAIN = Duration.ofSeconds(1);

    private final @Nullable Duration limit;
    private boolean hasRested;
    private long lastUsed;

    /** @param limit null: it never ends by itself */
    Quiet(@Nullable Duration limit) {
        this.limit = limit;
    }

    sealed interface Next {}

    /** Nobody will miss a few milliseconds. */
    record Rest() implements Next {}

    record End() implements Next {}

    /** @param milliseconds -1: until somebody calls */
    record Wait(long milliseconds) implements Next {}

    /**
     * @param now in nanoseconds, as is {@code lastUsed}
     * @param lastUsed when somebody came or went
     */
    Next next(long now, int callers, long lastUsed) {
        if (this.lastUsed != lastUsed) {
            this.lastUsed = lastUsed;
            hasRested = false;
        }
        long quiet = now - lastUsed;
        if (limit != null && callers == 0 && quiet >= limit.toNanos()) {
            return new End();
        }
        if (!hasRested && quiet >= REST.toNanos()) {
            hasRested = true;
            return new Rest();
        }
        long rest = callers > 0 ? LOOK_AGAIN.toNanos() : Long.MAX_VALUE;
        if (!hasRested) {
            rest = Math.min(rest, REST.toNanos() - quiet);
        }
        if (limit != null && callers == 0) {
            rest = Math.min(rest, limit.toNanos() - quiet);
        }
        return new Wait(rest == Long.MAX_VALUE ? -1 : TimeUnit.NANOSECONDS.toMillis(rest) + 1);
    }
}
