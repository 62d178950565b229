package io.jpod.container;

import static io.jpod.container.Bundle.map;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jpod.linux.ProcessStat;
import io.jpod.oci.HookKind;
import io.jpod.testing.Own;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** config.md, "POSIX-platform Hooks": when, where and with which state on stdin. */
class HookTest extends ContainerTests {
    private static final List<String> KINDS =
            List.of("prestart", "createRuntime", "createContainer", "startContainer", "poststart", "poststop");

    private Path log;
    private Bundle bundle;

    @BeforeEach
    void prepare() {
        log = temporary.resolve("log");
        bundle = bundle("echo", "program");
    }

    /** Appends its name, its namespaces, whether it sees the container's root, and its state. */
    private Map<String, Object> hook(String name) {
        String script = "echo " + name + " net=$(readlink /proc/self/ns/net) mnt=$(readlink /proc/self/ns/mnt)"
                + " $(cat | tr -d ' \\n') >>" + log;
        return map("path", "/bin/sh", "args", List.of("sh", "-c", script), "env", List.of("PATH=/usr/bin:/bin"));
    }

    private static Map<String, Object> shell(String script) {
        return map("path", "/bin/sh", "args", List.of("sh", "-c", script), "env", List.of("PATH=/usr/bin:/bin"));
    }

    private List<String> names() throws IOException {
        return Files.exists(log)
                ? Files.readAllLines(log).stream()
                        .map(line -> line.split(" ")[0])
                        .toList()
                : List.of();
    }

    /** One whose path is the image's: all that it can do is to print, and be seen by its failure. */
    private static Map<String, Object> inside(Object... args) {
        List<Object> all = new ArrayList<>(List.of("probe"));
        all.addAll(List.of(args));
        return map("path", "/probe", "args", all);
    }

    @Test
    void runInTheirOrderAndNamespaces() throws IOException {
        for (String kind : KINDS) {
            bundle.set(
                    "hooks." + kind,
                    List.of(kind.equals("startContainer") ? inside("write", "/seen", "yes") : hook(kind)));
        }
        Created created = create(bundle, "c");
        assertThat(names()).containsExactly("prestart", "createRuntime", "createContainer");
        assertThat(bundle.rootfs.resolve("seen")).doesNotExist();
        int pid = created.process().pid();
        String own = Files.readSymbolicLink(Path.of("/proc/self/ns/net")).toString();
        String net = Files.readSymbolicLink(Path.of("/proc/" + pid + "/ns/net")).toString();
        String mnt = Files.readSymbolicLink(Path.of("/proc/" + pid + "/ns/mnt")).toString();

        created.container().start(spawner);
        assertThat(bundle.rootfs.resolve("seen")).hasContent("yes");
        assertThat(names()).endsWith("createContainer", "poststart");
        created.await();
        created.container().delete(false, spawner);
        assertThat(names()).containsExactly("prestart", "createRuntime", "createContainer", "poststart", "poststop");

        for (String line : Files.readAllLines(log)) {
            String name = line.split(" ")[0];
            assertThat(line).as(name).contains("net=" + (name.equals("createContainer") ? net : own));
            assertThat(line.contains("mnt=" + mnt)).as(name).isEqualTo(name.equals("createContainer"));
            assertThat(line).contains("\"id\":\"c\"", "\"ociVersion\":\"1.3.0\"", "\"bundle\":\"" + bundle.dir + "\"");
            assertThat(line).contains("\"status\":\"" + status(name) + "\"");
            switch (name) {
                case "createContainer" -> assertThat(line).contains("\"pid\":1,");
                case "poststop" -> assertThat(line).doesNotContain("\"pid\"");
                default -> assertThat(line).contains("\"pid\":" + pid + ",");
            }
        }
    }

    private static String status(String kind) {
        return switch (HookKind.values()[KINDS.indexOf(kind)]) {
            case PRESTART, CREATE_RUNTIME, CREATE_CONTAINER -> "creating";
            case START_CONTAINER -> "created";
            case POSTSTART -> "running";
            case POSTSTOP -> "stopped";
        };
    }

    @Test
    void runInAUserNamespaceToo() throws IOException {
        bundle.userNamespace();
        Path seen = Path.of("/dev/shm", Own.name("jpod-hook"));
        String script = "(id -u; cat /proc/self/uid_map) >" + seen;
        Files.writeString(seen, "");
        Files.setAttribute(seen, "unix:uid", 100_000);
        bundle.set("hooks.createRuntime", List.of(hook("createRuntime")));
        bundle.set(
                "hooks.createContainer",
                List.of(map(
                        "path", "/bin/sh", "args", List.of("sh", "-c", script), "env", List.of("PATH=/usr/bin:/bin"))));
        bundle.set("hooks.startContainer", List.of(inside("write", "/seen", "yes")));
        try {
            run(bundle);
            assertThat(seen).content().containsPattern("0\n +0 +100000 +65536\n");
        } finally {
            Files.delete(seen);
        }
        assertThat(Files.getAttribute(bundle.rootfs.resolve("seen"), "unix:uid"))
                .isEqualTo(100_000);
    }

    @Test
    void mountsOfCreateContainerStayInTheContainer() throws IOException {
        Path inside = Files.createDirectory(bundle.rootfs.resolve("mnt"));
        String script = "mount -t tmpfs none " + inside + " && echo hello >" + inside + "/file";
        bundle.set(
                "hooks.createContainer",
                List.of(map(
                        "path", "/bin/sh", "args", List.of("sh", "-c", script), "env", List.of("PATH=/usr/bin:/bin"))));
        bundle.set("process.args", Bundle.probe("cat", "/mnt/file"));
        assertThat(run(bundle)).isEqualTo("hello\n");
    }

    @Test
    void aStartContainerHookIsNoMoreThanTheContainersProcess() {
        bundle.set("process.user.uid", 1000).set("process.noNewPrivileges", true);
        bundle.set("hooks.startContainer", List.of(inside("caps", "+", "id", "+", "false")));
        assertThatThrownBy(() -> run(bundle))
                .hasMessageContaining("hooks.startContainer[0]: error running hook #0: /probe: exit status 1, output: ")
                .hasMessageContaining("CapPrm 0000000000000000")
                .hasMessageContaining("NoNewPrivs 1")
                .hasMessageContaining("uid 1000 1000 1000");
    }

    @Test
    void ofOneKindRunInTheOrderOfTheConfig() throws IOException {
        bundle.set("hooks.createRuntime", List.of(hook("1"), hook("2"), hook("3")));
        run(bundle);
        assertThat(names()).containsExactly("1", "2", "3");
    }

    @Test
    void oneThatFailsBeforeStartEndsTheContainerAndPoststopIsCalled() throws IOException {
        for (String kind : List.of("prestart", "createRuntime", "createContainer")) {
            Files.deleteIfExists(log);
            Bundle failing = bundle("true");
            Map<String, Object> fails = map(
                    "path", "/bin/sh", "args", List.of("sh", "-c", "echo oh no; exit 3"), "env", List.of("PATH=/bin"));
            failing.set("hooks." + kind, List.of(hook("first"), fails, hook("never")))
                    .set("hooks.poststop", List.of(hook("poststop")));
            assertThatThrownBy(() -> create(failing, "c"))
                    .hasMessage("hooks." + kind + "[1]: error running hook #1: /bin/sh: exit status 3, output: oh no");
            assertThat(names()).as(kind).containsExactly("first", "poststop");
            assertThat(containers.list()).isEmpty();
        }
    }

    @Test
    void oneThatFailsAtStartEndsTheContainerAndPoststopIsCalled() throws IOException {
        for (String kind : List.of("startContainer", "poststart")) {
            Files.deleteIfExists(log);
            Bundle failing = bundle("sleep", "1000");
            failing.set(
                            "hooks." + kind,
                            List.of(kind.equals("poststart") ? map("path", "/bin/false") : inside("false")))
                    .set("hooks.poststop", List.of(hook("poststop")));
            Created created = create(failing, kind);
            assertThatThrownBy(() -> created.container().start(spawner))
                    .hasMessageContaining("hooks." + kind + "[0]: ");
            assertThat(created.await()).isEqualTo(137);
            assertThat(names()).as(kind).containsExactly("poststop");
            assertThat(containers.list()).isEmpty();
        }
    }

    @Test
    void aPoststopThatFailsIsReportedAndTheContainerIsGone() {
        bundle.set("hooks.poststop", List.of(map("path", "/bin/false")));
        Container container = create(bundle, "c").container();
        assertThatThrownBy(() -> container.delete(true, spawner)).isInstanceOf(PoststopFailed.class);
        assertThat(containers.list()).isEmpty();
    }

    @Test
    void oneThatTakesTooLongIsKilled() {
        bundle.set(
                "hooks.createRuntime",
                List.of(map("path", "/bin/sleep", "args", List.of("sleep", "1000"), "timeout", 1)));
        assertThatThrownBy(() -> create(bundle, "c"))
                .hasMessage(
                        "hooks.createRuntime[0]: error running hook #0: /bin/sleep: hook ran past specified timeout of 1 seconds");
    }

    @Test
    void oneThatIsMissingIsNamed() {
        bundle.set("hooks.createRuntime", List.of(map("path", "/not/there")));
        assertThatThrownBy(() -> create(bundle, "c"))
                .hasMessageStartingWith(
                        "hooks.createRuntime[0]: error running hook #0: exec /not/there: no such file or directory");
    }

    /** Mounts a tmpfs with a file in it, from the host, in the mount namespace of the process that its state names. */
    private static Map<String, Object> mounting(Path on) {
        return shell("pid=$(sed 's/.*\"pid\":\\([0-9]*\\).*/\\1/'); nsenter -m -t $pid mount -t tmpfs none " + on
                + " && nsenter -m -t $pid sh -c 'echo hello >" + on + "/file'");
    }

    @ParameterizedTest
    @CsvSource({
        "prestart, mnt, false",
        "createRuntime, mnt, false",
        "createRuntime, dev/below, false",
        "prestart, mnt, true",
        "createRuntime, mnt, true"
    })
    void whatOneOfTheHostMountsBelowTheRootfsIsSeenInTheContainer(String kind, String on, boolean user)
            throws IOException {
        Files.createDirectories(bundle.rootfs.resolve("mnt"));
        if (user) {
            bundle.userNamespace();
        }
        Path target = bundle.rootfs.resolve(on);
        Map<String, Object> makes = shell("nsenter -m -t $(sed 's/.*\"pid\":\\([0-9]*\\).*/\\1/') mkdir -p " + target);
        bundle.set("hooks." + kind, List.of(makes, mounting(target)));
        bundle.set("process.args", Bundle.probe("cat", "/" + on + "/file"));
        assertThat(run(bundle)).isEqualTo("hello\n");
        assertThat(target.resolve("file")).doesNotExist();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void oneThatCreatesTheContainerBeginsInItsRootfs(boolean user) throws IOException {
        if (user) {
            bundle.userNamespace();
            // The root of the user namespace could not come here by itself.
            Files.setPosixFilePermissions(bundle.dir, PosixFilePermissions.fromString("rwx------"));
        }
        bundle.set("hooks.createContainer", List.of(shell("/bin/pwd >seen && test -c dev/null")));
        bundle.set("process.args", Bundle.probe("cat", "/seen"));
        assertThat(run(bundle)).isEqualTo(bundle.rootfs + "\n");
    }

    /** As runc does: the caller's on the host, the process's in the container, and none if that is what it says. */
    @Test
    void oneWithoutAnEnvironmentInheritsOne() throws IOException {
        String name = System.getenv().keySet().stream()
                .filter(key -> key.matches("[A-Z_]{4,}")
                        && !List.of("PATH", "SHLVL", "OLDPWD").contains(key))
                .findFirst()
                .orElseThrow();
        String own = System.getenv(name);
        String script = "echo \"${JPOD_HOOK-none} ${" + name + "-none}\" >>" + log;
        Map<String, Object> inherits = map("path", "/bin/sh", "args", List.of("sh", "-c", script));
        Map<String, Object> empty = map("path", "/bin/sh", "args", List.of("sh", "-c", script), "env", List.of());
        bundle.set("process.env", List.of("PATH=/", "JPOD_HOOK=process"));
        for (String kind : List.of("prestart", "createRuntime", "createContainer", "poststart", "poststop")) {
            bundle.set("hooks." + kind, List.of(inherits, empty));
        }
        run(bundle);
        String host = "none " + own;
        assertThat(Files.readAllLines(log))
                .containsExactly(
                        host,
                        "none none",
                        host,
                        "none none",
                        "process none",
                        "none none",
                        host,
                        "none none",
                        host,
                        "none none");
    }

    /** How a hook may hide what it starts: in its group, in a session of its own, as an orphan, as the orphan of one. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "sleep 1000 & echo $! >PIDS; wait",
                "setsid sh -c 'echo $$ >PIDS; exec sleep 1000' & wait",
                "(setsid sh -c 'echo $$ >PIDS; exec sleep 1000' </dev/null >/dev/null 2>&1 &); sleep 1000",
                "timeout 1000 sh -c 'echo $$ >>PIDS; sleep 1000 & echo $! >>PIDS; wait'; sleep 1000"
            })
    void oneThatTakesTooLongIsKilledWithAllThatItStarted(String script) throws IOException {
        Path pids = Files.createFile(temporary.resolve("pids"));
        Map<String, Object> slow = shell(script.replace("PIDS", pids.toString()));
        // Until it has had the time to start something.
        for (int seconds = 1; Files.size(pids) == 0; seconds *= 2) {
            slow.put("timeout", seconds);
            bundle.set("hooks.createRuntime", List.of(slow));
            assertThatThrownBy(() -> create(bundle, "c"))
                    .hasMessage(
                            "hooks.createRuntime[0]: error running hook #0: /bin/sh: hook ran past specified timeout of %d seconds",
                            seconds);
        }
        assertThat(Files.readAllLines(pids))
                .allSatisfy(
                        pid -> assertThat(ProcessStat.of(Integer.parseInt(pid)).filter(process -> !process.hasEnded()))
                                .isEmpty());
    }

    @Test
    void oneThatDoesNotReadItsStateIsNotHeldUpByIt() {
        bundle.set("annotations", map("large", "x".repeat(200_000)));
        bundle.set("hooks.createRuntime", List.of(map("path", "/bin/true")));
        bundle.set("hooks.createContainer", List.of(shell("head -c 10 >/dev/null")));
        bundle.set("hooks.poststart", List.of(shell("exec <&-; true")));
        run(bundle);
    }

    @Test
    void whatOnePrintsIsTakenAndABeginningKept() {
        bundle.set("hooks.createRuntime", List.of(shell("yes | head -c 50000000; exit 3")));
        assertThatThrownBy(() -> create(bundle, "c"))
                .hasMessageMatching(
                        "(?s)hooks.createRuntime.0.: error running hook #0: /bin/sh: exit status 3, output: y y .*\\.\\.\\.")
                .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(5000));
    }

    @Test
    void whatOneLeavesBehindIsItsOwnBusinessAndHoldsNothingUp() throws IOException {
        Path pid = temporary.resolve("pid");
        bundle.set("hooks.createRuntime", List.of(shell("sleep 1000 & echo $! >" + pid + "; echo done")));
        run(bundle);
        int left = Integer.parseInt(Files.readString(pid).strip());
        assertThat(ProcessStat.of(left)).isPresent();
        ProcessHandle.of(left).orElseThrow().destroyForcibly();
    }
}
