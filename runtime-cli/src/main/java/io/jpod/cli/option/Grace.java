package io.jpod.cli.option;

import io.jpod.cli.command.Definition;
import java.time.Duration;

/** How long those that are to stop may take. */
public final class Grace {
    private int seconds = 10;

    public void define(Definition d) {
        d.value(
                "-t --time=SECONDS",
                "How long they may take before they are killed (default: 10).",
                Integer.class,
                10,
                v -> seconds = v);
    }

    public Duration duration() {
        if (seconds < 0) {
            throw new IllegalArgumentException("--time must not be negative");
        }
        return Duration.ofSeconds(seconds);
    }
}
