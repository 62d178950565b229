package io.jpod.testing;

import java.time.Duration;
import java.util.function.Supplier;

/** How tests wait: for what they need to see, as long as that takes. */
public final class Await {
    /** What only recognises a hang: on no machine does anything that works take so long. */
    public static final Duration PATIENCE = Duration.ofMinutes(10);

    private static final int PAUSE = 5;

    private Await() {}

    /** What has to become so. */
    @FunctionalInterface
    public interface Condition {
        boolean isSo() throws Exception;
    }

    /** Returns when it is so; fails with what is said otherwise if it never is. */
    public static void until(Condition condition, Supplier<String> otherwise) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!isSo(condition)) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("not within " + PATIENCE + ": " + otherwise.get());
            }
            pause(PAUSE);
        }
    }

    private static boolean isSo(Condition condition) {
        try {
            return condition.isSo();
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /** Between two looks. Nothing has happened by its end: that is what {@link #until} is for. */
    public static void pause(long milliseconds) {
        try {
            Thread.sleep(milliseconds);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
