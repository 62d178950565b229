package io.jpod.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What can be done with a pod and all of its containers at once, and that one that has ended can be started again. */
@Tag("root")
class PodLifecycleTest extends JpodTests {
    private TestPod pod;

    @BeforeEach
    void create() {
        pod = TestPod.create(jpod);
    }

    @AfterEach
    void remove() {
        pod.remove().ok();
    }

    private String says(String... words) {
        return jpod.run(words).ok().out().strip();
    }

    private String waits() {
        return says("pod", "wait", pod.name());
    }

    // ---- start again

    /** A restart that waits for one container has no other pod in its hands. */
    @Test
    void aPodCanGoWhileAnotherIsRestarted() throws Exception {
        TestPod other = TestPod.create(jpod);
        String rootfs = Bundle.busybox(jpod.newDir("box")).rootfs().toString();
        String gentle = jpod.id();
        jpod.run(
                        "run",
                        "-d",
                        "--pod",
                        other.name(),
                        "--name",
                        gentle,
                        "--rootfs",
                        rootfs,
                        "--",
                        "sh",
                        "-c",
                        "trap 'exit 0' TERM; echo ready; sleep 1000 & wait")
                .ok();
        Jpod.awaitText(jpod.root.resolve(gentle).resolve("log/log"), "ready");
        // The first process of a pid namespace that does not wait for a signal does not hear it.
        String stubborn = pod.start();
        Jpod.Running restart =
                jpod.call("restart", "--time", "1000", gentle, stubborn).start();
        jpod.awaitStatus(gentle, "stopped");
        other.remove().ok();
        jpod.run("kill", stubborn, "KILL").ok();
        Result restarted = restart.await().ended(1);
        assertThat(restarted.out().strip()).isEqualTo(stubborn);
        assertThat(restarted.err()).contains(gentle);
        jpod.awaitStatus(stubborn, "running");
    }

    @Test
    void whatHasEndedIsStartedAgainInItsPlace() throws IOException {
        String id = pod.start("echo", "hello", "+", "exit", "3");
        String sleeper = pod.start();
        assertThat(says("wait", id)).isEqualTo("3");
        String config = Files.readString(jpod.root.resolve(id).resolve("config.json"));
        Map<String, String> before = TestPod.namespaces(jpod, sleeper);
        Map<String, String> pins = pod.pins();

        says("pod", "stop", "--time", "0", pod.name());
        assertThat(pod.status()).isEqualTo("Exited");
        assertThat(pod.pins()).as("the pod stays what it was").isEqualTo(pins);

        assertThat(says("pod", "start", pod.name())).hasSize(64);
        jpod.awaitStatus(id, "stopped");
        assertThat(says("wait", id)).isEqualTo("3");
        assertThat(says("logs", id)).isEqualTo("hello\nhello");
        assertThat(Files.readString(jpod.root.resolve(id).resolve("config.json")))
                .isEqualTo(config);
        assertThat(jpod.status(sleeper)).isEqualTo("running");
        assertThat(TestPod.common(before, TestPod.namespaces(jpod, sleeper))).contains("net", "ipc", "uts");
    }

    @Test
    void onlyWhatDoesNotRunIsStarted() {
        String id = pod.start();
        long pid = TestPod.pid(jpod, id);
        says("pod", "start", pod.name());
        assertThat(TestPod.pid(jpod, id)).isEqualTo(pid);
        says("pod", "restart", "-t", "0", pod.name());
        assertThat(TestPod.pid(jpod, id)).isNotEqualTo(pid);
        assertThat(jpod.status(id)).isEqualTo("running");
    }

    @Test
    void oneMonitorKeepsTheExitCodesOfAll() {
        String first = pod.start("exit", "4");
        String second = pod.start("exit", "5");
        assertThat(waits()).isEqualTo("4\n5");
        says("pod", "start", pod.name());
        assertThat(says("pod", "wait", "--names", pod.name())).isEqualTo(first + " 4\n" + second + " 5");
    }

    @Test
    void aTerminalIsRecordedAgain() {
        String id = TestPod.start(jpod, List.of("--pod", pod.name(), "-t"), "tty");
        assertThat(waits()).isEqualTo("0");
        String once = says("logs", id);
        assertThat(once).contains("1");
        says("pod", "start", pod.name());
        assertThat(waits()).isEqualTo("0");
        assertThat(says("logs", id)).hasSizeGreaterThan(once.length()).startsWith(once);
    }

    @Test
    void terminalsOfOneCommandHaveLogsOfTheirOwn() {
        List<String> options = List.of("--pod", pod.name(), "-t");
        String first = TestPod.start(jpod, options, "echo", "one");
        String second = TestPod.start(jpod, options, "echo", "two");
        waits();
        says("pod", "start", pod.name());
        waits();
        assertThat(jpod.run("logs", first).ok().out()).isEqualTo("one\none\n");
        assertThat(jpod.run("logs", second).ok().out()).isEqualTo("two\ntwo\n");
    }

    @Test
    void whatCannotBeStartedAgainIsAsItWas() throws IOException {
        String id = pod.start("exit", "6");
        assertThat(says("wait", id)).isEqualTo("6");
        Path moved = jpod.dir.resolve("rootfs");
        Path away = jpod.dir.resolve("away");
        Files.move(moved, away);
        try {
            assertThat(jpod.run("restart", id).ended(1).err())
                    .contains("root.path")
                    .hasLineCount(1);
            assertThat(jpod.status(id)).isEqualTo("stopped");
            assertThat(says("wait", id)).isEqualTo("6");
        } finally {
            Files.move(away, moved);
        }
        says("restart", id);
        assertThat(says("wait", id)).isEqualTo("6");
    }

    @Test
    void theNamespaceOfAProcessThatHasEndedIsNotJoinedAgain() {
        String other = pod.start();
        String id = TestPod.start(jpod, List.of("--network", "container:" + other), "true");
        says("wait", id);
        assertThat(jpod.run("restart", id).ended(1).err()).contains("its network namespace was that of process");
        says("delete", id);
    }

    @Test
    void aBundleCanBeAMember() throws IOException {
        Bundle bundle = jpod.probe("exit", "9");
        String id = jpod.id();
        jpod.run("create", "--bundle", bundle.dir().toString(), "--pod", pod.name(), id)
                .ok();
        assertThat(pod.status()).isEqualTo("Created");
        says("pod", "start", pod.name());
        jpod.awaitStatus(id, "stopped");
        assertThat(says("inspect", "-f", "{{.Pod}}", id)).isEqualTo(pod.name());
        says("pod", "start", pod.name());
        assertThat(says("wait", id)).isEqualTo("9");
    }

    // ---- stop, kill, pause

    @Test
    void stopAsksAllAtTheSameTime() {
        List<String> deaf = new ArrayList<>(List.of(pod.start()));
        String polite = pod.start("trap");
        deaf.add(pod.start());
        Jpod.awaitText(jpod.root.resolve(polite).resolve("log/log"), "ready");
        Jpod.Running stop =
                jpod.call("pod", "stop", "--time", "100000", pod.name()).start();
        // Whichever is asked first: nobody waits for its end before the others are asked.
        assertThat(says("wait", polite)).isEqualTo("0");
        for (String id : deaf) {
            assertThat(jpod.status(id)).isEqualTo("running");
            says("kill", id, "KILL");
        }
        stop.await().ok();
        assertThat(pod.status()).isEqualTo("Exited");
    }

    @Test
    void stopKillsTheRest() {
        String deaf = pod.start();
        Result stopped = jpod.run("pod", "stop", "--time", "1", pod.name()).ok();
        assertThat(stopped.took()).isGreaterThan(Duration.ofMillis(900));
        assertThat(says("wait", deaf)).isEqualTo("137");
    }

    @Test
    void aPausedPodHearsThatItIsToStop() {
        String polite = pod.start("trap");
        Jpod.awaitText(jpod.root.resolve(polite).resolve("log/log"), "ready");
        says("pod", "pause", pod.name());
        says("pod", "stop", "--time", "100000", pod.name());
        assertThat(says("wait", polite)).isEqualTo("0");
    }

    @Test
    void killSendsAnySignalToAll() {
        String first = pod.start("trap");
        String second = pod.start("trap");
        for (String id : List.of(first, second)) {
            Jpod.awaitText(jpod.root.resolve(id).resolve("log/log"), "ready");
        }
        says("pod", "kill", "--signal", "USR1", pod.name());
        for (String id : List.of(first, second)) {
            Jpod.awaitText(jpod.root.resolve(id).resolve("log/log"), "USR1");
        }
        says("pod", "kill", pod.name());
        assertThat(waits()).isEqualTo("137\n137");
    }

    @Test
    void pauseFreezesAllAndUnpauseAlsoThoseThatWereFrozenBefore() {
        String first = pod.start();
        String second = pod.start();
        says("pause", first);
        assertThat(pod.status()).isEqualTo("Running");
        says("pod", "pause", pod.name());
        assertThat(pod.status()).isEqualTo("Paused");
        assertThat(jpod.status(second)).isEqualTo("paused");
        says("pod", "unpause", pod.name());
        assertThat(jpod.status(first)).isEqualTo("running");
        assertThat(jpod.status(second)).isEqualTo("running");
        assertThat(jpod.run("pod", "unpause", pod.name()).ended(1).err()).contains("is not paused");
    }

    @Test
    void oneThatIsNotThereSpoilsNothing() {
        String id = pod.start();
        assertThat(jpod.run("pod", "stop", "--time", "0", pod.name(), "nobody")
                        .ended(1)
                        .err())
                .contains("no pod with name or ID nobody")
                .hasLineCount(1);
        assertThat(jpod.status(id)).isEqualTo("stopped");
        assertThat(jpod.run("pod", "exists", "nobody").ended(1).out()).isEmpty();
        assertThat(jpod.run("pod", "exists", pod.name()).ok().out()).isEmpty();
    }

    @Test
    void pruneAsksAndLeavesWhatRuns() {
        TestPod running = TestPod.create(jpod);
        running.start();
        assertThat(jpod.run("pod", "prune").ended(1).err()).contains("--force");
        says("pod", "prune", "--force");
        jpod.run("pod", "exists", pod.name()).ended(1);
        jpod.run("pod", "exists", running.name()).ok();
        running.remove().ok();
    }

    // ---- what can be seen

    @Test
    void inspectSaysWhatTheKernelSays() {
        String id = pod.start();
        assertThat(says("pod", "inspect", "-f", "net:[{{.Namespaces.net.Inode}}]", pod.name()))
                .isEqualTo(pod.pins().get("net"));
        assertThat(says("pod", "inspect", "-f", "{{.NumContainers}} {{range .Containers}}{{.Id}}{{end}}", pod.name()))
                .isEqualTo("1 " + id);
        assertThat(says("inspect", "-f", "{{.State.Pid}}", id)).isEqualTo(Long.toString(TestPod.pid(jpod, id)));
        assertThat(says("inspect", "-f", "{{.Namespaces.net.Of}} {{.Namespaces.mnt.Of}}", id))
                .isEqualTo("shared own");
        assertThat(jpod.run("inspect", "-f", "{{.Status}}", id).ended(1).err())
                .contains("column 3: there is no .Status");
    }

    @Test
    void inspectIsJson() {
        TestPod named = TestPod.create(jpod, "--network", "none", "--add-host", "db:10.9.8.7");
        assertThat(says("pod", "inspect", "-f", "{{json .Hosts}}", named.name()))
                .isEqualTo("[{\"Address\":\"10.9.8.7\",\"Names\":[\"db\"]}]");
        named.remove().ok();
    }

    @Test
    void psFindsAndShowsWhatIsAskedFor() {
        String id = pod.start();
        TestPod other = TestPod.create(jpod, "--label", "tier=back");
        String format = "{{.Name}} {{.NumberOfContainers}}";
        assertThat(says("pod", "ps", "--format", format, "-f", "ctr-names=" + id))
                .isEqualTo(pod.name() + " 1");
        assertThat(says("pod", "ps", "--format", format, "-f", "label=tier=back"))
                .isEqualTo(other.name() + " 0");
        assertThat(says("pod", "ps", "--format", format, "-f", "status=running", "-f", "label=tier"))
                .isEmpty();
        assertThat(says("pod", "ps", "-q", "-f", "name=" + pod.name())).hasSize(12);
        assertThat(says("pod", "ps", "--ctr-names", "--latest"))
                .contains("NAMES")
                .contains(other.name());
        assertThat(jpod.run("pod", "ps", "-f", "colour=red").ended(1).err()).contains("--filter");
        other.remove().ok();
    }

    @Test
    void logsNameTheContainer() {
        String first = pod.start("echo", "one", "+", "echo", "two");
        String second = pod.start("echo", "three");
        waits();
        assertThat(says("pod", "logs", pod.name()))
                .isEqualTo("%1$s one\n%1$s two\n%2$s three".formatted(first, second));
        assertThat(says("pod", "logs", "-f", "--tail", "1", "-c", first, pod.name()))
                .isEqualTo("two");
        jpod.run("pod", "logs", "-c", "nobody", pod.name()).ended(1);
    }

    @Test
    void topAndStatsShowWhatRuns() {
        String id = pod.start();
        assertThat(says("pod", "top", pod.name(), "-o", "pid,args").lines().skip(1))
                .singleElement()
                .asString()
                .matches(id + " +" + TestPod.pid(jpod, id) + " /probe sleep 1000");
        assertThat(says("pod", "stats", "--no-stream", "--format", "{{.Name}} {{.PIDs}} {{.NetIO}}", pod.name()))
                .isEqualTo(id + " 1 0B / 0B");
    }

    @Test
    void eventsTellWhatHasHappened() {
        String id = pod.start("exit", "3");
        waits();
        assertThat(says("pod", "events", "--no-stream", "--format", "{{.Type}} {{.Status}} {{.Name}}", pod.name()))
                .isEqualTo("pod create %1$s\ncontainer create %2$s\ncontainer start %2$s\ncontainer die %2$s"
                        .formatted(pod.name(), id));
        assertThat(says("pod", "events", "--no-stream", pod.name())).contains("exitCode=3");
    }

    @Test
    void eventsTellWhatHappensUntilThePodIsGone() {
        Jpod.Running events = jpod.call("pod", "events", "--format", "{{.Status}} {{.Name}}", pod.name())
                .start();
        Jpod.awaitText(events.out(), "create");
        String id = pod.start();
        Jpod.awaitText(events.out(), "start " + id);
        says("pod", "pause", pod.name());
        Jpod.awaitText(events.out(), "pause " + id);
        pod.remove().ok();
        assertThat(events.await().ok().out().lines().toList())
                .containsSubsequence("start " + id, "pause " + id, "die " + id, "remove " + id, "remove " + pod.name());
    }

    /** Who is in the foreground of a pod holds it no longer than until it runs. */
    @Test
    void isRemovedWithWhatRunsInTheForeground() {
        TestPod pod = TestPod.create(jpod);
        String id = jpod.id();
        Jpod.Running run = TestPod.run(jpod, List.of("--pod", pod.name(), "--name", id), "sleep", "1000")
                .start();
        jpod.awaitRunning(id);
        pod.remove().ok();
        run.await().ended(128 + 9);
        assertThat(jpod.run("list", "-q").ok().out()).doesNotContain(id);
    }

    @Test
    void isRemovedByItsId() {
        TestPod pod = TestPod.create(jpod);
        String id = pod.record().text("id");
        assertThat(jpod.run("pod", "rm", "--force", id).ok().out()).isEqualTo(id + "\n");
        jpod.run("pod", "rm", "--force", id).ok();
    }
}
