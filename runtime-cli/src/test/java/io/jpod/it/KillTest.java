package io.jpod.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

/**
 * SIGKILL at any moment of {@code create}, to whoever takes part: {@code delete --force} then always succeeds, leaves the host as
 * it was, and the id is free again.
 */
@Tag("root")
@EnabledIf("io.jpod.it.Jpod#isBuilt")
class KillTest {
    private Jpod jpod;
    private boolean isResident;
    private Bundle bundle;
    private HostState before;
    private final List<String> leaks = new ArrayList<>();
    private int points;
    private int cutOff;

    @AfterEach
    void end() throws IOException {
        jpod.close();
    }

    private void begin(boolean resident) throws IOException {
        isResident = resident;
        jpod = isResident ? Jpod.resident() : Jpod.oneShot();
        bundle = jpod.probe("sleep", "1000");
        // Its cgroup lies in one that has to be made too.
        bundle.change(config -> config.set("process.args", List.of("/probe", "sleep", "1000"))
                .set("linux.cgroupsPath", "/" + jpod.token + "/" + jpod.token));
        before = HostState.of(jpod);
    }

    /** How long create takes, in nanoseconds: the median of a few when all is warm. */
    private long duration() {
        List<Long> durations = new ArrayList<>();
        for (int i = 0; i < (isResident ? 30 : 3); i++) {
            String id = jpod.id();
            durations.addFirst(create(id).run().ok().took().toNanos());
            jpod.run("delete", "--force", id).ok();
        }
        return durations.stream().limit(11).sorted().toList().get(isResident ? 5 : 1);
    }

    private Jpod.Call create(String id) {
        return jpod.call("create", "-b", bundle.dir().toString(), id);
    }

    /** What is done to a create that runs, so many nanoseconds after its start. */
    interface Blow {
        void strike(Process hands);
    }

    private void point(long delay, Blow blow) {
        String id = jpod.id();
        Jpod.Running create = create(id).start();
        long end = create.start() + delay;
        for (long rest = delay; rest > 0; rest = end - System.nanoTime()) {
            LockSupport.parkNanos(rest);
        }
        blow.strike(create.process());
        int code = create.await().code();
        points++;
        cutOff += code == 0 ? 0 : 1;
        String when = "killed after " + TimeUnit.NANOSECONDS.toMicros(delay) + " us (exit code " + code + ")";
        Result delete = jpod.run("delete", "--force", id);
        String left = HostState.lastingChanges(jpod, before, false);
        if (delete.code() != 0 || !left.isEmpty()) {
            leaks.add(when + ":\n" + delete + "\n" + left);
        }
        Result again = create(id).run();
        Result deleted = jpod.run("delete", "--force", id);
        left = HostState.lastingChanges(jpod, before, false);
        if (again.code() != 0 || deleted.code() != 0 || !left.isEmpty()) {
            leaks.add(when + ", and made again:\n" + again + "\n" + deleted + "\n" + left);
        }
    }

    private void report(String victim) {
        System.out.printf(
                "kill campaign, %s: %d points, %d of them cut create off, %d leaks%n",
                victim, points, cutOff, leaks.size());
        assertThat(leaks).as("left behind").isEmpty();
    }

    private void sweep(String victim, int count, Blow blow) {
        long duration = duration() * 11 / 10;
        for (int i = 0; i < count; i++) {
            point(duration * i / count, blow);
        }
        report(victim);
    }

    @Test
    void theHandsOfAResidentBrain() throws IOException {
        begin(true);
        sweep("hands of a resident brain", 160, Process::destroyForcibly);
    }

    @Test
    void theHandsOfAOneShotBrain() throws IOException {
        begin(false);
        sweep("hands of a one-shot brain", 14, Process::destroyForcibly);
    }

    @Test
    void theOneShotBrain() throws IOException {
        begin(false);
        sweep("one-shot brain", 14, hands -> brains(hands).forEach(ProcessHandle::destroyForcibly));
    }

    @Test
    void bothAtOnce() throws IOException {
        begin(false);
        sweep("hands and one-shot brain", 14, hands -> {
            List<ProcessHandle> brains = brains(hands);
            hands.destroyForcibly();
            brains.forEach(ProcessHandle::destroyForcibly);
        });
    }

    private static List<ProcessHandle> brains(Process hands) {
        return hands.children()
                .filter(child -> child.info().command().orElse("").endsWith("java"))
                .toList();
    }

    @Test
    void theResidentBrain() throws IOException {
        begin(true);
        int count = 25;
        long duration = duration() * 11 / 10;
        for (int i = 0; i < count; i++) {
            point(duration * i / count, _ -> {
                jpod.killBrain();
                serveAgain();
            });
        }
        report("resident brain");
    }

    private void serveAgain() {
        try {
            jpod.serve();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
