package io.jpod.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpod.cgroup.CgroupFs;
import io.jpod.linux.ProcessStat;
import io.jpod.testing.Await;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The operations of the runtime-spec over the command line, as container managers use them. */
@Tag("root")
class LifecycleTest extends JpodTests {
    private HostState before;

    @BeforeEach
    void look() {
        before = HostState.of(jpod);
    }

    /** Every test deletes what it has made; then nothing is left. */
    @AfterEach
    void nothingIsLeft() {
        assertThat(HostState.lastingChanges(jpod, before, false))
                .as("left behind")
                .isEmpty();
    }

    private static String dir(Bundle bundle) {
        return bundle.dir().toString();
    }

    @Test
    void aContainerGoesThroughItsStates() throws IOException {
        Bundle bundle = jpod.probe("sleep", "1000");
        String id = jpod.id();
        Path pidFile = jpod.dir.resolve("pid-file");
        assertThat(jpod.run("create", "--bundle", dir(bundle), "--pid-file", pidFile.toString(), id)
                        .ok()
                        .out())
                .isEmpty();

        Config created = jpod.state(id);
        assertThat(created.text("status")).isEqualTo("created");
        assertThat(created.text("id")).isEqualTo(id);
        assertThat(created.text("bundle")).isEqualTo(dir(bundle));
        assertThat(Files.readString(pidFile)).isEqualTo(created.text("pid"));
        assertThat(Path.of("/proc", created.text("pid"))).exists();

        jpod.run("start", id).ok();
        assertThat(jpod.status(id)).isEqualTo("running");
        jpod.run("kill", id, "KILL").ok();
        jpod.awaitStatus(id, "stopped");
        assertThat(jpod.state(id).text("pid")).isEqualTo("0");
        jpod.run("delete", id).ok();
        jpod.run("state", id).ended(1);
        Files.delete(pidFile);
    }

    @Test
    void theSameInOneShotMode() throws IOException {
        Bundle bundle = jpod.probe("sleep", "1000");
        String id = jpod.id();
        jpod.call("create", "-b", dir(bundle), id).oneShot().run().ok();
        jpod.call("start", id).oneShot().run().ok();
        assertThat(Config.parse(jpod.call("state", id).oneShot().run().ok().out())
                        .text("status"))
                .isEqualTo("running");
        jpod.call("kill", id, "9").oneShot().run().ok();
        jpod.awaitStatus(id, "stopped");
        jpod.call("delete", id).oneShot().run().ok();
    }

    @ParameterizedTest
    @CsvSource({"true, 0", "false, 1", "exit 7, 7", "exit 255, 255"})
    void runEndsLikeItsProgram(String words, int code) throws IOException {
        Bundle bundle = jpod.probe(words.split(" "));
        jpod.run("run", "-b", dir(bundle), jpod.id()).ended(code);
        jpod.call("run", "-b", dir(bundle), jpod.id()).oneShot().run().ended(code);
    }

    @ParameterizedTest
    @CsvSource({"9, 137", "SIGTERM, 143", "int, 130", "RTMIN+2, 164"})
    void aSignalIs128AndItsNumber(String signal, int code) throws IOException {
        Bundle bundle = jpod.probe("sleep", "1000");
        // The first process of a pid namespace does not get signals that it does not handle, except KILL from outside.
        if (!signal.equals("9")) {
            bundle.change(config -> config.set("process.args", List.of("/probe", "sleep", "1000"))
                    .remove("linux.namespaces[0]"));
        }
        String id = jpod.id();
        Jpod.Running run = jpod.call("run", "-b", dir(bundle), id).start();
        jpod.awaitRunning(id);
        jpod.run("kill", id, signal).ok();
        run.await().ended(code);
    }

    @Test
    void signalsOfTheCallerGoToTheContainer() throws Exception {
        Bundle bundle = jpod.probe("trap");
        // What our own caller has us ignore, as nohup(1) and a shell's & do, the hands would ignore too.
        Jpod.Running run = jpod.call("run", "-b", dir(bundle), jpod.id())
                .through("env", "--default-signal")
                .start();
        Jpod.awaitText(run.out(), "ready");
        for (String signal : List.of("HUP", "USR1", "INT")) {
            new ProcessBuilder("kill", "-" + signal, Long.toString(run.process().pid()))
                    .start()
                    .waitFor();
            Jpod.awaitText(run.out(), signal);
        }
        run.process().destroy();
        assertThat(run.await().ended(0).out()).endsWith("TERM\n");
    }

    @Test
    void stdinAndAMebibyteOfOutputPassUnchanged() throws IOException {
        byte[] much = new byte[1 << 20];
        for (int i = 0; i < much.length; i++) {
            much[i] = (byte) (i * 31 + i / 256);
        }
        Bundle bundle = jpod.probe("cat");
        Result result =
                jpod.call("run", "-b", dir(bundle), jpod.id()).stdin(much).run().ok();
        assertThat(Files.readAllBytes(result.stdout())).isEqualTo(much);
        result = jpod.call("run", "-b", dir(bundle), jpod.id())
                .through("sh", "-c", "cat \"$0\" | \"$@\" | cat", stdinFile(much))
                .run()
                .ok();
        assertThat(Files.readAllBytes(result.stdout())).as("through pipes").isEqualTo(much);
    }

    private static String stdinFile(byte[] content) throws IOException {
        Path file = jpod.newDir("stdin").resolve("file");
        Files.write(file, content);
        return file.toString();
    }

    /** The exact places and words in which podman and containerd look for why a program does not run. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/not/there|: exec: \"/not/there\": stat /not/there: no such file or directory",
                "nowhere|: exec: \"nowhere\": executable file not found in $PATH",
                "/noexec|: exec: \"/noexec\": permission denied",
                "/interpreted|: exec /interpreted: no such file or directory"
            })
    void theLogSaysInTheWordsOfRuncWhyAProgramDoesNotRun(String program, String words) throws IOException {
        Bundle bundle = jpod.probe();
        Path script = Files.writeString(bundle.dir().resolve("rootfs/interpreted"), "#!/no/such/program\n");
        script.toFile().setExecutable(true, false);
        Files.writeString(bundle.dir().resolve("rootfs/noexec"), "nothing");
        String running = jpod.id();
        Bundle sleeps = bundle.change(config -> config.set("process.args", List.of("/probe", "sleep", "1000"))
                .set("process.capabilities.ambient", List.of("CAP_FUTURE")));
        jpod.run("run", "-d", "-b", dir(sleeps), running).ok();
        Path log = jpod.newDir("log").resolve("log.json");
        jpod.run("--log", log.toString(), "--log-format", "json", "exec", running, program)
                .ended(255);
        // podman takes the file for one object.
        assertThat(Config.parse(Files.readString(log)).text("msg"))
                .contains("exec failed: ")
                .contains(words);
        Files.delete(log);
        bundle.change(config -> config.set("process.args", List.of(program)));
        jpod.run("--log", log.toString(), "--log-format", "json", "run", "-b", dir(bundle), jpod.id())
                .ended(1);
        assertThat(Files.readString(log)).contains("\"level\":\"error\"").contains(words.replace("\"", "\\\""));
        jpod.run("delete", "--force", running).ok();
    }

    /** One that hangs has no time limit, and nobody is there any more to wait for it. */
    @ParameterizedTest
    @CsvSource({"prestart, false", "createRuntime, true", "createContainer, false", "poststart, true"})
    void aHookWhoseCallerIsGoneEndsAndTheContainerIsUndone(String kind, boolean oneShot) throws Exception {
        Path pid = jpod.newDir("hook").resolve("pid");
        List<String> args = List.of("sh", "-c", "sleep 1000 & echo $$ $! >%s; wait".formatted(pid));
        Map<String, Object> hook = Map.of("path", "/bin/sh", "args", args, "env", List.of("PATH=/usr/bin:/bin"));
        Path stopped = pid.resolveSibling("stopped");
        Map<String, Object> poststop = Map.of("path", "/bin/touch", "args", List.of("touch", stopped.toString()));
        Bundle bundle = jpod.probe()
                .change(config -> config.set("process.args", List.of("/probe", "sleep", "1000"))
                        .set("hooks." + kind, List.of(hook))
                        .set("hooks.poststop", List.of(poststop)));
        String id = jpod.id();
        Jpod.Call call = jpod.call("run", "-b", dir(bundle), id);
        Jpod.Running running = (oneShot ? call.oneShot() : call).start();
        Jpod.awaitText(pid, "\n");
        running.process().destroyForcibly().waitFor();
        Await.until(() -> !jpod.run("list", "-q").ok().out().contains(id), () -> id + " is not undone");
        assertThat(stopped).exists();
        if (!kind.equals("createContainer")) {
            for (String number : Files.readString(pid).strip().split(" ")) {
                assertThat(ProcessStat.of(Integer.parseInt(number)).filter(process -> !process.hasEnded()))
                        .as(number)
                        .isEmpty();
            }
        }
    }

    /** Not that of the brain, which was started by somebody else. */
    @Test
    void aHookInheritsTheEnvironmentOfItsCaller() throws Exception {
        Path seen = jpod.newDir("hook").resolve("seen");
        List<String> args = List.of("sh", "-c", "echo $JPOD_HOOK_TEST >>" + seen);
        List<Map<String, Object>> hook = List.of(Map.of("path", "/bin/sh", "args", args));
        Bundle bundle = jpod.probe()
                .change(config -> config.set("process.args", List.of("/probe", "true"))
                        .set("hooks.createRuntime", hook)
                        .set("hooks.poststop", hook));
        String id = jpod.id();
        jpod.call("create", "-b", dir(bundle), id)
                .env("JPOD_HOOK_TEST", "one")
                .run()
                .ok();
        jpod.call("delete", id).env("JPOD_HOOK_TEST", "two").run().ok();
        assertThat(seen).hasContent("one\ntwo\n");
    }

    @Test
    void debugTellsEachStepInTheLogAlone() throws IOException {
        Path log = jpod.newDir("log").resolve("log.json");
        Result run = jpod.run(
                        "--debug",
                        "--log",
                        log.toString(),
                        "--log-format",
                        "json",
                        "run",
                        "-b",
                        dir(jpod.probe("true")),
                        jpod.id())
                .ok();
        assertThat(run.err()).isEmpty();
        assertThat(Files.readAllLines(log))
                .hasSizeGreaterThan(10)
                .allSatisfy(line -> assertThat(Config.parse(line).text("level")).isEqualTo("debug"));
        assertThat(Files.readString(log)).contains("pivot_root (root.path)", "run: exit code 0");
    }

    @Test
    void anUnknownCapabilityForExecIsLeftOut() throws IOException {
        String id = jpod.id();
        jpod.run("run", "-d", "-b", dir(jpod.probe("sleep", "1000")), id).ok();
        Result exec = jpod.run("exec", "--cap", "CAP_FUTURE,chown", id, "/probe", "caps")
                .ok();
        assertThat(exec.out()).contains("CapEff 0000000020000421\n");
        assertThat(exec.err()).contains("--cap: unknown, left out: CAP_FUTURE");
        jpod.run("delete", "--force", id).ok();
    }

    @Test
    void execStartsInTheCgroupThatItIsTold() throws IOException {
        String id = jpod.id();
        // A limit brings its controller down to the container's cgroup.
        Bundle bundle = jpod.probe()
                .change(config -> config.set("process.args", List.of("/probe", "sleep", "1000"))
                        .set("linux.resources.hugepageLimits", List.of(Map.of("pageSize", "2MB", "limit", 1 << 30))));
        jpod.run("run", "-d", "-b", dir(bundle), id).ok();
        String first = "/proc/" + jpod.state(id).text("pid") + "/cgroup";
        String own = cgroup(Files.readString(Path.of(first)));
        Path below = Files.createDirectory(Path.of(CgroupFs.find().orElseThrow().mount() + own + "/below"));
        List<String> cat = List.of(id, "/probe", "cat", "/proc/self/cgroup");
        assertThat(cgroup(exec(cat, "--cgroup", "/below").ok().out())).isEqualTo(own + "/below");
        assertThat(cgroup(exec(cat, "--cgroup", "/").ok().out())).isEqualTo(own);
        for (String wrong : List.of("..", "../below", "cpu:/", "none")) {
            assertThat(exec(cat, "--cgroup", wrong).ended(255).err()).contains("cgroup");
        }
        // From here on its own can have no processes, cgroups(7).
        Files.writeString(below.resolve("cgroup.procs"), jpod.state(id).text("pid"));
        Files.writeString(below.resolveSibling("cgroup.subtree_control"), "+hugetlb");
        assertThat(cgroup(exec(cat).ok().out())).isEqualTo(own + "/below");
        assertThat(exec(cat, "--cgroup", "/").ended(255).err()).contains("EBUSY");
        jpod.run("delete", "--force", id).ok();
    }

    private static Result exec(List<String> rest, String... options) {
        return jpod.run(Stream.of(Stream.of("exec"), Stream.of(options), rest.stream())
                .flatMap(words -> words)
                .toArray(String[]::new));
    }

    private static String cgroup(String lines) {
        return lines.lines()
                .filter(line -> line.startsWith("0::"))
                .findFirst()
                .orElseThrow()
                .substring(3);
    }

    @Test
    void stdoutAndStderrStayApart() throws IOException {
        Bundle bundle = jpod.probe("echo", "one", "+", "stderr", "two");
        Result result = jpod.run("run", "-b", dir(bundle), jpod.id()).ok();
        assertThat(result.out()).isEqualTo("one\n");
        assertThat(result.err()).isEqualTo("two\n");
    }

    @Test
    void aTerminalIsTheCallersOwnWithItsSize() throws Exception {
        Bundle bundle = jpod.probe()
                .change(config -> config.set("process.terminal", true)
                        .set("process.args", List.of("/probe", "tty", "+", "exit", "3")));
        String id = jpod.id();
        String command = "stty rows 33 cols 77; %s/bin/jpod --root %s run -b %s %s"
                .formatted(Jpod.HOME, jpod.root, dir(bundle), id);
        Process script = terminal(command);
        String out = new String(script.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(script.waitFor()).as(out).isEqualTo(3);
        assertThat(out).contains("0 yes\r\n1 yes\r\n2 yes\r\ncontrolling yes\r\nsize 33 77\r\n");
    }

    private static Process terminal(String command) throws IOException {
        ProcessBuilder builder = new ProcessBuilder("script", "-qefc", command, "/dev/null").redirectErrorStream(true);
        builder.environment().put("JPOD_SOCKET", jpod.socket().toString());
        builder.environment().put("JPOD_IT", jpod.token);
        builder.environment().put("SHELL", "/bin/sh");
        return builder.start();
    }

    @Test
    void whatIsTypedReachesTheContainer() throws Exception {
        Bundle bundle = jpod.probe()
                .change(config -> config.set("process.terminal", true)
                        .set("process.args", List.of("/probe", "echo", "ready", "+", "cat")));
        Process script =
                terminal("%s/bin/jpod --root %s run -b %s %s".formatted(Jpod.HOME, jpod.root, dir(bundle), jpod.id()));
        // What is typed before the terminal is raw would be for the caller's own terminal.
        assertThat(script.inputReader().readLine()).isEqualTo("ready");
        script.getOutputStream().write("hello\n\004".getBytes(StandardCharsets.UTF_8));
        script.getOutputStream().flush();
        String out = String.join("\n", script.inputReader().lines().toList());
        assertThat(script.waitFor()).as(out).isZero();
        assertThat(out).as("echoed, and printed by cat").isEqualTo("hello\nhello");
    }

    @Test
    void aDetachedContainerOutlivesItsCaller() throws IOException {
        Bundle bundle = jpod.probe("trap");
        String id = jpod.id();
        Result run = jpod.run("run", "-d", "-b", dir(bundle), id).ok();
        Jpod.awaitText(run.stdout(), "ready");
        assertThat(jpod.status(id)).isEqualTo("running");
        jpod.run("kill", id).ok();
        jpod.awaitStatus(id, "stopped");
        jpod.run("delete", id).ok();
    }

    @Test
    void keepLeavesAStoppedContainer() throws IOException {
        String id = jpod.id();
        jpod.run("run", "--keep", "-b", dir(jpod.probe("exit", "4")), id).ended(4);
        assertThat(jpod.status(id)).isEqualTo("stopped");
        jpod.run("delete", id).ok();
    }

    @Test
    void whatTheStateForbidsChangesNothing() throws IOException {
        Bundle bundle = jpod.probe("sleep", "1000");
        String id = jpod.id();
        jpod.run("create", "-b", dir(bundle), id).ok();
        assertThat(jpod.run("create", "-b", dir(bundle), id).ended(1).err()).contains("already exists");
        assertThat(jpod.status(id)).as("after its id was wanted again").isEqualTo("created");
        jpod.run("start", id).ok();
        assertThat(jpod.run("start", id).ended(1).err()).contains("already running");
        assertThat(jpod.run("delete", id).ended(1).err()).contains("not stopped");
        assertThat(jpod.status(id)).isEqualTo("running");
        jpod.run("kill", id, "KILL").ok();
        jpod.awaitStatus(id, "stopped");
        assertThat(jpod.run("start", id).ended(1).err()).contains("stopped");
        assertThat(jpod.run("kill", id, "TERM").ended(1).err()).contains("not running");
        jpod.run("delete", id).ok();
        jpod.run("delete", id).ended(1);
        jpod.run("delete", "--force", id).ok();
    }

    @Test
    void aCreatedContainerCanBeDeleted() throws IOException {
        String id = jpod.id();
        jpod.run("create", "-b", dir(jpod.probe("true")), id).ok();
        jpod.run("delete", id).ok();
        jpod.run("state", id).ended(1);
    }

    @Test
    void changesOfTheBundleAfterCreateDoNotMatter() throws IOException {
        Bundle bundle = jpod.probe("echo", "before");
        String id = jpod.id();
        Result create = jpod.run("create", "-b", dir(bundle), id).ok();
        bundle.args("/probe", "echo", "after");
        jpod.run("start", id).ok();
        jpod.awaitStatus(id, "stopped");
        assertThat(create.out()).isEqualTo("before\n");
        jpod.run("delete", id).ok();
    }

    @Test
    void descriptorsOfTheCallerArePassedOnlyIfAsked() throws IOException {
        Bundle bundle = jpod.probe("fds");
        String[] shell = {
            "bash", "-c", "exec 3<\"$0/sentinel\" 4<\"$0/sentinel\" 5<\"$0/sentinel\"; exec \"$@\"", jpod.dir.toString()
        };
        Result none = jpod.call("run", "-b", dir(bundle), jpod.id())
                .through(shell)
                .run()
                .ok();
        assertThat(none.out().lines()).as(none.out()).hasSize(3);
        Result two = jpod.call("run", "-b", dir(bundle), "--preserve-fds", "2", jpod.id())
                .through(shell)
                .run()
                .ok();
        assertThat(two.out().lines()).as(two.out()).hasSize(5).anyMatch(line -> line.startsWith("4 "));
        assertThat(jpod.call("run", "-b", dir(bundle), "--preserve-fds", "9", jpod.id())
                        .through(shell)
                        .run()
                        .ended(1)
                        .err())
                .contains("descriptor 6 is not open");
        bundle.args("/probe", "fds", "+", "env");
        shell[2] = "export LISTEN_PID=$$; " + shell[2];
        Result sockets = jpod.call("run", "-b", dir(bundle), jpod.id())
                .through(shell)
                .env("LISTEN_FDS", "1")
                .run()
                .ok();
        assertThat(sockets.out()).contains("\nLISTEN_FDS=1\n", "\nLISTEN_PID=1\n");
        assertThat(sockets.out().lines().filter(line -> line.matches("\\d .*"))).hasSize(4);
    }

    @Test
    void listHasEveryContainerAndItsState() throws IOException {
        Bundle bundle = jpod.probe("sleep", "1000");
        String created = jpod.id();
        String running = jpod.id();
        jpod.run("create", "-b", dir(bundle), created).ok();
        jpod.run("run", "-d", "-b", dir(bundle), running).ok();
        assertThat(jpod.run("list", "-q").ok().out().lines()).containsExactlyInAnyOrder(created, running);
        String json = jpod.run("list", "-f", "json").ok().out();
        Config list = Config.parse(json);
        assertThat(List.of(list.text("0.status"), list.text("1.status")))
                .containsExactlyInAnyOrder("created", "running");
        assertThat(jpod.run("list").ok().out())
                .startsWith("ID ")
                .containsPattern(created + " +\\d+ +created +" + dir(bundle))
                .containsPattern(running + " +\\d+ +running +" + dir(bundle));
        jpod.run("delete", "-f", created, running).ok();
        assertThat(jpod.run("list", "-q").ok().out()).isEmpty();
    }

    @Test
    void aSubreaperGetsTheContainerAsItsChild() throws IOException {
        String python = """
                import ctypes, os, subprocess, sys
                ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)
                pid_file, jpod = sys.argv[1], sys.argv[2:]
                subprocess.run(jpod + ['create', '--pid-file', pid_file] + os.environ['CREATE'].split(), check=True)
                pid = int(open(pid_file).read())
                subprocess.run(jpod + ['start', os.environ['CREATE'].split()[-1]], check=True)
                print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
                """;
        Bundle bundle = jpod.probe("exit", "42");
        String id = jpod.id();
        Path script = jpod.newDir("python").resolve("subreaper.py");
        Files.writeString(script, python);
        // The driver's own words (jpod --root DIR) are the last arguments.
        Result result = jpod.call()
                .through("python3", script.toString(), script + ".pid")
                .env("CREATE", "-b " + dir(bundle) + " " + id)
                .run()
                .ok();
        assertThat(result.out()).isEqualTo("42\n");
        jpod.run("delete", id).ok();
    }

    @Test
    void aCallerInAnotherMountNamespaceIsServedWithItsOwnFiles() throws IOException {
        Bundle bundle = jpod.probe("cat", "/file");
        Files.writeString(bundle.rootfs().resolve("file"), "everybody's\n");
        Path own = jpod.newDir("own").resolve("file");
        Files.writeString(own, "mine\n");
        Result result = jpod.call("run", "-b", dir(bundle), jpod.id())
                .through(
                        "unshare",
                        "-m",
                        "--propagation",
                        "private",
                        "sh",
                        "-c",
                        "mount --bind \"$0\" \"$1\"; shift; exec \"$@\"",
                        own.toString(),
                        bundle.rootfs().resolve("file").toString())
                .run()
                .ok();
        assertThat(result.out()).isEqualTo("mine\n");
        assertThat(jpod.run("run", "-b", dir(bundle), jpod.id()).ok().out()).isEqualTo("everybody's\n");
    }
}
