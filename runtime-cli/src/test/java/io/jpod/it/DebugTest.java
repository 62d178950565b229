package io.jpod.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A pod whose container has nothing but one static program, and what can be seen of it all the same. */
@Tag("root")
class DebugTest extends JpodTests {
    private static final Path TOOLS = Jpod.HOME.resolve("test-rootfs/out/busybox");
    private static final String PORT = "8080";

    private static Path slim;
    private String pod;
    private String app;

    @BeforeAll
    static void start() throws IOException {
        slim = jpod.newDir("slim");
        Files.copy(TOOLS.resolve("bin/busybox"), slim.resolve("httpd"));
        Files.writeString(slim.resolve("index.html"), "served by httpd");
    }

    @BeforeEach
    void makePod() {
        pod = jpod.id();
        app = jpod.id();
    }

    @AfterEach
    void removePods() {
        // What is left running here would be seen by the next test.
        jpod.run("pod", "rm", "--all", "--force").ok();
        jpod.run("list", "-q")
                .ok()
                .out()
                .lines()
                .forEach(id -> jpod.run("delete", "--force", id).ok());
    }

    private void pod(String... options) {
        List<String> words = new ArrayList<>(List.of("pod", "create", "--network", "none"));
        words.addAll(List.of(options));
        words.add(pod);
        jpod.run(words.toArray(String[]::new)).ok();
        httpd(app, "--pod", pod);
    }

    private void httpd(String id, String... options) {
        List<String> words = new ArrayList<>(List.of("run", "-d", "--rootfs", slim.toString(), "--name", id));
        words.addAll(List.of(options));
        words.addAll(List.of("--", "/httpd", "-f", "-p", PORT, "-h", "/"));
        jpod.run(words.toArray(String[]::new)).ok();
    }

    private Result debug(String... words) {
        List<String> all = new ArrayList<>(List.of("debug"));
        all.addAll(List.of(words));
        return jpod.run(all.toArray(String[]::new));
    }

    private void refused(String message, String... words) {
        Result result = debug(words);
        assertThat(result.code()).as(result.toString()).isOne();
        assertThat(result.err()).contains(message);
        assertThat(result.out()).isEmpty();
        assertThat(jpod.run("list", "-q").ok().out().lines()).noneMatch(id -> id.startsWith("debug-"));
    }

    private String namespace(String container, String type) throws IOException {
        return Files.readSymbolicLink(Path.of("/proc", jpod.state(container).text("pid"), "ns", type))
                .toString();
    }

    @Test
    void aPodWithoutAShellGetsOne() throws IOException {
        pod();
        jpod.run("exec", app, "sh").ended(255);
        String script = "hostname; for n in net ipc uts mnt pid; do readlink /proc/self/ns/$n; done";
        List<String> seen =
                debug(pod, "--", "sh", "-c", script).ok().out().lines().toList();
        assertThat(seen)
                .hasSize(6)
                .startsWith(pod, namespace(app, "net"), namespace(app, "ipc"), namespace(app, "uts"))
                .doesNotContain(namespace(app, "mnt"), namespace(app, "pid"));
        assertThat(debug(pod, "--", "wget", "-qO-", "localhost:" + PORT).ok().out())
                .isEqualTo("served by httpd");
        assertThat(debug(pod, "--", "ps", "-o", "pid,args").ok().out()).doesNotContain("httpd");
        debug(pod, "--", "sh", "-c", "exit 7").ended(7);
    }

    @Test
    void theCommandIsAShellThatReadsWhatIsTyped() throws IOException {
        pod();
        assertThat(jpod.call("debug", "-i", pod, "-e", "A=b")
                        .stdin("echo $A $0\n".getBytes(StandardCharsets.UTF_8))
                        .run()
                        .ok()
                        .out())
                .isEqualTo("b sh\n");
        assertThat(debug(pod).ok().out()).isEmpty();
    }

    @Test
    void itIsNoneOfThePodsContainersAndGoneAtItsEnd() throws Exception {
        pod();
        Jpod.Running running = jpod.call("debug", pod, "-c", pod + "-look", "--", "sleep", "1000")
                .start();
        jpod.awaitRunning(pod + "-look");
        assertThat(jpod.state(pod + "-look").toString()).contains("io.jpod.debug", "io.jpod.pod");
        assertThat(jpod.run("pod", "ps").ok().out()).contains("Running").containsPattern(pod + ".* 1\\b");
        jpod.run("kill", pod + "-look", "KILL").ok();
        running.await().ended(137);
        assertThat(jpod.run("list", "-q").ok().out()).isEqualTo(app + "\n");
    }

    @Test
    void aTargetIsProcessOneAndItsFilesAreBelowIt() throws Exception {
        pod();
        assertThat(debug(pod, "--target", app, "--", "sh", "-c", "ps -o pid,args; cat /proc/1/root/index.html")
                        .ok()
                        .out())
                .containsPattern("(?m)^ *1 /httpd -f")
                .endsWith("served by httpd");
        assertThat(debug(app, "--target", app, "--", "readlink", "/proc/self/ns/pid")
                        .ok()
                        .out()
                        .strip())
                .isEqualTo(namespace(app, "pid"));
    }

    @Test
    void atATerminalItSaysWhereTheFilesAre() throws Exception {
        pod();
        ProcessBuilder builder = new ProcessBuilder(
                        "script",
                        "-qefc",
                        "%s/bin/jpod --root %s debug -it %s --target %s -- tty"
                                .formatted(Jpod.HOME, jpod.root, pod, app),
                        "/dev/null")
                .redirectErrorStream(true);
        builder.environment().put("JPOD_SOCKET", jpod.socket().toString());
        builder.environment().put("SHELL", "/bin/sh");
        Process script = builder.start();
        String out = new String(script.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(script.waitFor()).as(out).isZero();
        assertThat(out).contains("the files of " + app + " are below /proc/1/root", "/dev/pts/0");
    }

    @Test
    void aPodThatSharesItsProcessesShowsThemAll() {
        pod("--share", "+pid");
        String out =
                debug(pod, "--target", app, "--", "ps", "-o", "pid,args").ok().out();
        assertThat(out).contains("/httpd -f").doesNotContainPattern("(?m)^ *1 /httpd");
        assertThat(debug(pod, "--", "ps", "-o", "pid,args").ok().out()).contains("/httpd -f");
    }

    @ParameterizedTest
    @CsvSource({
        "general,    800c05fb, 1, 2, 0",
        "baseline,   800405fb, 1, 2, 0",
        "restricted, 00000000, 1, 2, 65534",
        "netadmin,   800435fb, 1, 2, 0",
    })
    void profilesGiveRights(String profile, String capabilities, String noNewPrivileges, String seccomp, String user) {
        pod();
        String status = debug(pod, "--profile", profile, "--", "cat", "/proc/self/status")
                .ok()
                .out();
        assertThat(status)
                .contains("CapEff:\t00000000" + capabilities)
                .contains("CapPrm:\t00000000" + capabilities)
                .contains("CapBnd:\t00000000" + capabilities)
                .contains("NoNewPrivs:\t" + noNewPrivileges)
                .contains("Seccomp:\t" + seccomp)
                .contains("Uid:\t" + user + "\t" + user);
    }

    @Test
    void theProfileOfSystemAdministratorsIsUnconfined() throws IOException {
        pod();
        String own = Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("CapBnd:"))
                .findFirst()
                .orElseThrow();
        Result result = debug(pod, "--profile", "sysadmin", "--", "cat", "/proc/self/status", "/proc/self/mountinfo")
                .ok();
        assertThat(result.out())
                .contains(own.replace("CapBnd", "CapEff"), "Seccomp:\t0")
                .doesNotContain(" /proc/sys ", " /proc/kcore ");
    }

    @Test
    void theToolsOfAllAreReadOnlyAndOnesOwnAreNot() throws IOException {
        pod();
        Result result = debug(pod, "--", "sh", "-c", "touch /tmp/x && touch /x");
        assertThat(result.code()).isOne();
        assertThat(result.err()).contains("Read-only file system");
        Path own = jpod.newDir("own");
        Files.createDirectories(own.resolve("bin"));
        Files.copy(TOOLS.resolve("bin/busybox"), own.resolve("bin/sh"));
        debug(pod, "--rootfs", own.toString(), "--", "sh", "-c", "echo written >/file")
                .ok();
        assertThat(own.resolve("file")).hasContent("written\n");
        assertThat(jpod.call("debug", pod, "--", "sh", "-c", "echo /bin/*")
                        .env("JPOD_DEBUG_ROOTFS", own.toString())
                        .run()
                        .ok()
                        .out())
                .isEqualTo("/bin/sh\n");
    }

    @Test
    void aContainerWithoutAPodIsLookedAtToo() throws IOException {
        httpd(app);
        assertThat(debug(app, "--", "wget", "-qO-", "127.0.0.1:" + PORT).ok().out())
                .isEqualTo("served by httpd");
        assertThat(debug(app, "--target", app, "--", "sh", "-c", "hostname; cat /proc/1/root/index.html")
                        .ok()
                        .out())
                .isEqualTo(app + "\nserved by httpd");
    }

    @Test
    void nobodyElsesProcessesAreJoined() {
        pod();
        String outside = jpod.id();
        httpd(outside);
        refused("container " + outside + " is not in pod " + pod + ", but in none", pod, "--target", outside);
        refused("there is no container nobody", pod, "--target", "nobody");
        jpod.run("pause", app).ok();
        refused("container " + app + " is paused", pod, "--target", app);
        jpod.run("resume", app).ok();
        jpod.run("kill", app, "KILL").ok();
        jpod.awaitStatus(app, "stopped");
        refused("container " + app + " does not run", pod, "--target", app);
        refused("container " + app + " does not run", app);
        debug(pod, "--", "true").ok();
        String host = jpod.id();
        httpd(host, "--pod", pod, "--pid", "host");
        refused("container " + host + " has the host's processes", pod, "--target", host);
    }

    @Test
    void whatCannotBeIsRefusedInOneLine() throws IOException {
        pod();
        refused("there is no pod or container nothing", "nothing");
        refused(
                "--profile: must be one of general, baseline, restricted, netadmin, sysadmin",
                pod,
                "--profile",
                "root");
        refused("--rootfs: /no/such is no directory", pod, "--rootfs", "/no/such");
        refused("the command comes after --", pod, "ls");
        assertThat(jpod.call("debug", pod)
                        .env("JPOD_DEBUG_ROOTFS", "/no/such")
                        .run()
                        .ended(1)
                        .err())
                .contains("$JPOD_DEBUG_ROOTFS: /no/such is no directory");
    }

    @Test
    void aPodThatHasEndedIsRefused() {
        pod("--share", "+pid");
        TestPod.kill(Long.parseLong(init()));
        jpod.awaitStatus(app, "stopped");
        refused("has ended", pod);
    }

    /** The first process of the pod's pid namespace: the parent of what is in it has none there. */
    private String init() {
        try {
            String record =
                    Files.readString(jpod.root.resolve("pods").resolve(pod).resolve("pod.json"));
            return record.replaceAll("(?s).*\"initPid\": *(\\d+).*", "$1");
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Test
    void toolsThatAUserNamespaceCannotReadAreRefused() throws IOException {
        pod("--userns", "auto");
        debug(pod, "--", "true").ok();
        Path closed = jpod.newDir("closed");
        for (String name : List.of("bin", "dev", "etc", "proc", "sys")) {
            Files.createDirectories(closed.resolve(name));
        }
        for (String name : List.of("hosts", "hostname", "resolv.conf")) {
            Files.createFile(closed.resolve("etc").resolve(name));
        }
        Files.copy(TOOLS.resolve("bin/busybox"), closed.resolve("bin/sh"));
        Files.setPosixFilePermissions(closed, PosixFilePermissions.fromString("rwx------"));
        refused("cannot read it", pod, "--rootfs", closed.toString());
        Files.setPosixFilePermissions(closed, PosixFilePermissions.fromString("rwxr-xr-x"));
        debug(pod, "--rootfs", closed.toString(), "--", "sh", "-c", "true").ok();
    }

    /** CVE-2016-9962, where a container is born in a pid namespace that others are in already. */
    @Test
    void nobodyLooksIntoAContainerThatIsBeingSetUp() throws IOException {
        pod("--share", "+pid");
        String born = jpod.id();
        // No more rights than those who look have: that alone would not keep them out.
        Bundle bundle = jpod.probe().change(config -> {
            config.set("process.args", List.of("/probe", "sleep", "1000"));
            for (String set : List.of("bounding", "effective", "permitted")) {
                config.set("process.capabilities." + set, List.of("CAP_KILL"));
            }
        });
        jpod.run("create", "--pod", pod, "-b", bundle.dir().toString(), born).ok();
        String look = "pid=$(grep -l \"$NAME\" /proc/[0-9]*/status | cut -d/ -f3);"
                + " for f in root/probe fd/0 ns/net mem; do"
                + " (: </proc/$pid/$f) 2>/dev/null && echo $f || echo no $f; done";
        assertThat(debug(
                                pod,
                                "--profile",
                                "baseline",
                                "-e",
                                "NAME=^NSpid.*" + inner(born) + "$",
                                "--",
                                "sh",
                                "-c",
                                look)
                        .ok()
                        .out())
                .isEqualTo("no root/probe\nno fd/0\nno ns/net\nno mem\n");
        jpod.run("start", born).ok();
        assertThat(debug(
                                pod,
                                "--profile",
                                "baseline",
                                "-e",
                                "NAME=^NSpid.*" + inner(born) + "$",
                                "--",
                                "sh",
                                "-c",
                                look)
                        .ok()
                        .out())
                .startsWith("root/probe\nfd/0\n");
    }

    /** Its number in its own pid namespace, as status has it there. */
    private String inner(String container) throws IOException {
        String status = Files.readString(Path.of("/proc", jpod.state(container).text("pid"), "status"));
        return status.replaceAll("(?s).*NSpid:[^\n]*(\t\\d+)\n.*", "$1");
    }

    @Test
    void aCopyHasTheSameContainersThatSeeEachOther() throws IOException {
        pod("--volume", slim + ":/shared");
        String copy = jpod.id();
        String out = debug(
                        pod,
                        "--copy-to",
                        copy,
                        "--target",
                        app,
                        "--",
                        "sh",
                        "-c",
                        "hostname; ps -o args; wget -qO- localhost:" + PORT)
                .ok()
                .out();
        assertThat(out).startsWith(copy + "\n").contains("/httpd -f").endsWith("served by httpd");
        String twin = copy + "-" + app;
        assertThat(jpod.run("list", "-q").ok().out().lines()).containsExactlyInAnyOrder(app, twin);
        assertThat(jpod.status(twin)).isEqualTo("running");
        for (String type : List.of("net", "ipc", "uts", "pid", "mnt")) {
            assertThat(namespace(twin, type)).isNotEqualTo(namespace(app, type));
        }
        // Its end is kept: it has a monitor, though the command that has made it is over.
        jpod.run("kill", twin, "KILL").ok();
        assertThat(jpod.run("wait", twin).ok().out()).isEqualTo("137\n");
        jpod.run("pod", "rm", "-f", copy).ok();
        assertThat(jpod.status(app)).isEqualTo("running");
    }

    @Test
    void aCopyCanKeepProcessesApartAndTakeThePlaceOfTheFirst() {
        pod();
        String copy = jpod.id();
        assertThat(debug(pod, "--copy-to", copy, "--no-share-processes", "--replace", "--", "ps", "-o", "args")
                        .ok()
                        .out())
                .doesNotContain("httpd");
        assertThat(jpod.run("list", "-q").ok().out()).isEqualTo(copy + "-" + app + "\n");
        assertThat(jpod.run("pod", "ps").ok().out()).contains(copy).doesNotContain(pod);
    }

    @Test
    void whatCannotBeCopiedLeavesNothing() {
        pod();
        refused("--copy-to: pod name " + pod + " is in use", pod, "--copy-to", pod);
        refused("invalid pod name", pod, "--copy-to", "a/b");
        refused("--share-processes goes with --copy-to", pod, "--share-processes");
        refused("--replace goes with --copy-to", pod, "--replace");
        String copy = jpod.id();
        refused("there is no container nobody", pod, "--copy-to", copy, "--target", "nobody");
        refused("no-such-program", pod, "--copy-to", copy, "--replace", "--", "no-such-program");
        String joined = jpod.id();
        httpd(joined, "--pod", pod, "--pid", "container:" + app);
        refused("pid namespace that is not the pod's", pod, "--copy-to", copy, "--no-share-processes");
        String outside = jpod.id();
        httpd(outside);
        refused("container " + outside + " is in no pod", outside, "--copy-to", copy);
        assertThat(jpod.run("list", "-q").ok().out().lines()).containsExactlyInAnyOrder(app, joined, outside);
        assertThat(jpod.run("pod", "ps").ok().out()).contains(pod).doesNotContain(copy);
    }
}
