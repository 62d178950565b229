package io.jpod.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * SIGKILL at many moments of a command, to whoever takes part. After each, what the command was about can be removed with all
 * that it has left, made again, and removed again.
 */
final class KillCampaign {
    private final Jpod jpod;
    private final HostState before;
    private final List<String> leaks = new ArrayList<>();
    private int points;
    private int cutOff;

    KillCampaign(Jpod jpod) {
        this.jpod = jpod;
        this.before = HostState.of(jpod);
    }

    /** A command that is cut off. */
    interface Work {
        /** What has to be there before it. */
        default void prepare(String name) {}

        Jpod.Call command(String name);

        /** Makes the thing that the command is about. */
        Result make(String name);

        /** Removes it, in whatever state it is. */
        Result remove(String name);
    }

    /** What is done to a command that runs. */
    interface Blow {
        void strike(Process hands);
    }

    /** How long it takes, in nanoseconds: the median of a few when all is warm. */
    private long duration(Work work, int tries) {
        List<Long> durations = new ArrayList<>();
        for (int i = 0; i < tries; i++) {
            String name = jpod.id();
            work.prepare(name);
            durations.addFirst(work.command(name).run().ok().took().toNanos());
            work.remove(name).ok();
        }
        int last = Math.min(tries, 11);
        return durations.stream().limit(last).sorted().toList().get(last / 2);
    }

    private void point(Work work, long delay, Blow blow) {
        String name = jpod.id();
        work.prepare(name);
        Jpod.Running running = work.command(name).start();
        long end = running.start() + delay;
        for (long rest = delay; rest > 0; rest = end - System.nanoTime()) {
            LockSupport.parkNanos(rest);
        }
        blow.strike(running.process());
        int code = running.await().code();
        points++;
        cutOff += code == 0 ? 0 : 1;
        String when = running.command() + "\nkilled after " + TimeUnit.NANOSECONDS.toMicros(delay) + " us (exit code "
                + code + ")";
        check(when, List.of(work.remove(name)));
        check(when + ", made again", List.of(work.make(name), work.remove(name)));
    }

    private void check(String when, List<Result> results) {
        String left = HostState.lastingChanges(jpod, before, false);
        if (results.stream().anyMatch(result -> result.code() != 0) || !left.isEmpty()) {
            leaks.add(when + ":\n" + results + "\n" + left);
        }
    }

    /** @param count moments, spread evenly over the time that the command takes and a little more */
    void sweep(Work work, int count, int warmUp, Blow blow) {
        long duration = duration(work, warmUp) * 11 / 10;
        for (int i = 0; i < count; i++) {
            point(work, duration * i / count, blow);
        }
    }

    void report(String victim) {
        System.out.printf(
                "kill campaign, %s: %d points, %d of them cut the command off, %d leaks%n",
                victim, points, cutOff, leaks.size());
        assertThat(leaks).as("left behind").isEmpty();
    }

    // ---- blows

    static void killHands(Process hands) {
        hands.destroyForcibly();
    }

    /** What the hands have spawned, whatever it is by then. */
    static void killInit(Process hands) {
        hands.descendants().forEach(ProcessHandle::destroyForcibly);
    }

    static void killOneShotBrain(Process hands) {
        brains(hands).forEach(ProcessHandle::destroyForcibly);
    }

    static void killBoth(Process hands) {
        List<ProcessHandle> brains = brains(hands);
        hands.destroyForcibly();
        brains.forEach(ProcessHandle::destroyForcibly);
    }

    private static List<ProcessHandle> brains(Process hands) {
        return hands.children()
                .filter(child -> child.info().command().orElse("").endsWith("java"))
                .toList();
    }

    /** And starts another one. */
    void killResidentBrain() {
        jpod.killBrain();
        jpod.serve();
    }
}
