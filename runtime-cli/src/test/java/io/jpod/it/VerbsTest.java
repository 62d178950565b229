package io.jpod.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What can be done with a container that runs, and without a bundle; and that none of it depends on one brain. */
@Tag("root")
class VerbsTest extends JpodTests {
    private String id;

    @BeforeEach
    void name() {
        id = jpod.id();
    }

    @AfterEach
    void delete() {
        jpod.run("list", "-q")
                .ok()
                .out()
                .lines()
                .forEach(each -> jpod.run("delete", "--force", each).ok());
    }

    private Result running(String... words) throws IOException {
        return jpod.run("run", "-d", "-b", jpod.probe(words).dir().toString(), id)
                .ok();
    }

    private String rootfs() throws IOException {
        return jpod.probe().rootfs().toString();
    }

    @Test
    void execRunsInTheContainer() throws IOException {
        running("sleep", "1000");
        assertThat(jpod.run("exec", id, "/probe", "hostname", "+", "cwd").ok().out())
                .isEqualTo("runc\n/\n");
        assertThat(jpod.run(
                                "exec", "-e", "A=b", "--cwd", "/proc", "-u", "7:8", id, "/probe", "env", "+", "cwd",
                                "+", "id")
                        .ok()
                        .out())
                .contains("A=b\n", "/proc\n", "uid 7 7 7\ngid 8 8 8\n");
        jpod.run("exec", id, "/probe", "exit", "5").ended(5);
        jpod.run("exec", id, "/no-such").ended(255);
        assertThat(jpod.call("exec", id, "/probe", "cat")
                        .stdin("typed".getBytes(StandardCharsets.UTF_8))
                        .run()
                        .ok()
                        .out())
                .isEqualTo("typed");
        assertThat(jpod.status(id)).isEqualTo("running");
    }

    @Test
    void execCanHaveATerminal() throws Exception {
        running("sleep", "1000");
        ProcessBuilder builder = new ProcessBuilder(
                        "script",
                        "-qefc",
                        "%s/bin/jpod --root %s exec -t %s /probe tty".formatted(Jpod.HOME, jpod.root, id),
                        "/dev/null")
                .redirectErrorStream(true);
        builder.environment().put("JPOD_SOCKET", jpod.socket().toString());
        builder.environment().put("SHELL", "/bin/sh");
        Process script = builder.start();
        String out = new String(script.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(script.waitFor()).as(out).isZero();
        assertThat(out).contains("0 yes", "1 yes", "2 yes", "controlling yes");
    }

    @Test
    void aPausedContainerRestsUntilItIsResumed() throws IOException {
        running("sleep", "1000");
        jpod.run("pause", id).ok();
        assertThat(jpod.status(id)).isEqualTo("paused");
        assertThat(jpod.run("exec", id, "/probe", "true").ended(255).err()).contains("paused");
        jpod.run("resume", id).ok();
        assertThat(jpod.status(id)).isEqualTo("running");
        jpod.run("exec", id, "/probe", "true").ok();
        jpod.run("pause", id).ok();
        jpod.run("delete", "--force", id).ok();
    }

    @Test
    void aContainerThatIsPausedBeforeItsStartIsCreatedAfterwards() throws IOException {
        jpod.run("create", "-b", jpod.probe("true").dir().toString(), id).ok();
        jpod.run("pause", id).ok();
        assertThat(jpod.status(id)).isEqualTo("paused");
        jpod.run("exec", id, "/probe", "true").ended(255);
        jpod.run("resume", id).ok();
        assertThat(jpod.status(id)).isEqualTo("created");
        jpod.run("start", id).ok();
    }

    @Test
    void psKnowsItsProcesses() throws IOException {
        running("sleep", "1000");
        String pid = jpod.state(id).text("pid");
        assertThat(jpod.run("ps", "-f", "json", id).ok().out().strip()).isEqualTo("[" + pid + "]");
        assertThat(jpod.run("ps", id).ok().out()).contains(pid).contains("/probe sleep 1000");
    }

    @Test
    void waitAndLogsOfADetachedContainer() throws IOException {
        String rootfs = rootfs();
        jpod.run(
                        "run",
                        "-d",
                        "--name",
                        id,
                        "--rootfs",
                        rootfs,
                        "--",
                        "/probe",
                        "echo",
                        "hello",
                        "+",
                        "stderr",
                        "oops",
                        "+",
                        "exit",
                        "6")
                .ok();
        assertThat(jpod.run("wait", id).ok().out()).isEqualTo("6\n");
        assertThat(jpod.status(id)).isEqualTo("stopped");
        assertThat(jpod.run("logs", id).ok().out()).isEqualTo("hello\noops\n");
        jpod.run("delete", id).ok();
    }

    @Test
    void withoutABundleItIsClosedByDefault() throws IOException {
        Result result = jpod.run("run", "--rootfs", rootfs(), "--", "/probe", "caps", "+", "ls", "/sys/class/net");
        assertThat(result.ok().out())
                .contains("NoNewPrivs 1\n", "Seccomp 2\n", "CapAmb 0000000000000000\n")
                .endsWith("lo\n");
        jpod.run("run", "--rootfs", rootfs(), "--", "/probe", "exit", "9").ended(9);
    }

    @Test
    void containersOutliveTheirBrain() throws IOException {
        Jpod.awaitText(running("trap").stdout(), "ready");
        String created = jpod.id();
        jpod.run("create", "-b", jpod.probe("true").dir().toString(), created).ok();
        String pid = jpod.state(id).text("pid");
        jpod.killBrain();
        // Without a resident brain each of these brings its own.
        assertThat(jpod.run("list", "-q").ok().out().lines()).containsExactlyInAnyOrder(id, created);
        assertThat(jpod.state(id).text("pid")).isEqualTo(pid);
        assertThat(jpod.run("exec", id, "/probe", "echo", "alive").ok().out()).isEqualTo("alive\n");
        jpod.serve();
        jpod.run("start", created).ok();
        jpod.awaitStatus(created, "stopped");
        jpod.run("kill", id).ok();
        jpod.awaitStatus(id, "stopped");
        jpod.run("delete", id).ok();
        jpod.run("delete", created).ok();
    }

    @Test
    void aForegroundContainerOutlivesItsBrainAndIsCleanedUp() throws IOException {
        Jpod.Running run =
                jpod.call("run", "-b", jpod.probe("trap").dir().toString(), id).start();
        Jpod.awaitText(run.out(), "ready");
        jpod.killBrain();
        run.process().destroy();
        assertThat(run.await().ended(0).out()).endsWith("TERM\n");
        jpod.serve();
        jpod.run("state", id).ended(1);
    }

    @Test
    void eventsAndFeaturesAreJson() throws IOException {
        running("sleep", "1000");
        Config stats = Config.parse(jpod.run("events", "--stats", id).ok().out());
        assertThat(stats.text("type")).isEqualTo("stats");
        assertThat(stats.text("id")).isEqualTo(id);
        assertThat(Config.parse(jpod.run("features").ok().out()).get("linux.namespaces"))
                .asInstanceOf(org.assertj.core.api.InstanceOfAssertFactories.LIST)
                .contains("pid", "user");
    }

    @Test
    void specWritesABundleThatRuns() throws IOException {
        Bundle bundle = jpod.probe();
        Files.delete(bundle.file());
        jpod.call("spec").in(bundle.dir()).run().ok();
        Config config = Config.parse(Files.readString(bundle.file()));
        config.set("process.terminal", false).set("process.args", List.of("/probe", "echo", "yes"));
        Files.writeString(bundle.file(), config.toString());
        assertThat(jpod.call("run", id).in(bundle.dir()).run().ok().out()).isEqualTo("yes\n");
    }
}
