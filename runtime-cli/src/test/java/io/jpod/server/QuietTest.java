package io.jpod.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class QuietTest {
    private static final long SECOND = Duration.ofSeconds(1).toNanos();
    private static final long REST = Quiet.REST.toNanos();

    /** {@link System#nanoTime} begins anywhere. */
    private long now = Long.MAX_VALUE - SECOND;

    private long lastUsed = now;
    private int callers;
    private Quiet quiet = new Quiet(null);

    private void begin(@Nullable Duration limit) {
        quiet = new Quiet(limit);
    }

    private void use() {
        lastUsed = now;
    }

    private Quiet.Next next() {
        return quiet.next(now, callers, lastUsed);
    }

    @Test
    void itRestsOnceWhenNobodyCalls() {
        assertThat(next()).isEqualTo(new Quiet.Wait(Quiet.REST.toMillis() + 1));
        now += REST;
        assertThat(next()).isEqualTo(new Quiet.Rest());
        assertThat(next()).as("then it sleeps").isEqualTo(new Quiet.Wait(-1));
        now += 1000 * REST;
        assertThat(next()).isEqualTo(new Quiet.Wait(-1));
    }

    @Test
    void itRestsAgainAfterTheNextCall() {
        now += REST;
        assertThat(next()).isEqualTo(new Quiet.Rest());
        use();
        assertThat(next()).isEqualTo(new Quiet.Wait(Quiet.REST.toMillis() + 1));
        now += REST;
        assertThat(next()).isEqualTo(new Quiet.Rest());
    }

    @Test
    void itDoesNotRestBetweenTheCallsOfABusyDay() {
        for (int i = 0; i < 100; i++) {
            now += REST - 1;
            assertThat(next()).isInstanceOf(Quiet.Wait.class);
            use();
        }
    }

    @Test
    void itRestsWhileCallersOnlyWaitForTheirContainers() {
        callers = 1;
        now += REST;
        assertThat(next()).isEqualTo(new Quiet.Rest());
        assertThat(next()).as("it sees when they have gone").isEqualTo(new Quiet.Wait(1001));
    }

    @Test
    void itEndsWhenNobodyHasCalledForSoLong() {
        begin(Duration.ofSeconds(600));
        now += REST;
        assertThat(next()).isEqualTo(new Quiet.Rest());
        assertThat(next()).isEqualTo(new Quiet.Wait(595_001));
        now += 595 * SECOND;
        assertThat(next()).isEqualTo(new Quiet.End());
    }

    @Test
    void itDoesNotEndWhileThereAreCallers() {
        begin(Duration.ofSeconds(1));
        callers = 2;
        now += 100 * REST;
        assertThat(next()).isEqualTo(new Quiet.Rest());
        assertThat(next()).isEqualTo(new Quiet.Wait(1001));
        callers = 0;
        assertThat(next()).isEqualTo(new Quiet.End());
    }
}
