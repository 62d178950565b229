package io.jpod.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.jpod.abi.Flags;
import io.jpod.engine.hands.Wire;
import io.jpod.linux.Fd;
import io.jpod.linux.Message;
import io.jpod.linux.Poll;
import io.jpod.linux.Sockets;
import io.jpod.linux.SyscallException;
import io.jpod.testing.Await;
import io.jpod.testing.Built;
import io.jpod.testing.Needs;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The installed tree as users have it: hands that start a JVM, or find one that serves. */
@Needs(Built.HANDS)
class ServeTest {
    @TempDir
    Path dir;

    private final List<Process> started = new ArrayList<>();

    @BeforeEach
    void install() throws IOException {
        Files.createDirectories(dir.resolve("bin"));
        Files.createDirectories(dir.resolve("lib/jpod"));
        Files.copy(Resident.HANDS, dir.resolve("bin/jpod"));
        String classes = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        List<String> brain = List.of(
                System.getProperty("java.home") + "/bin/java",
                "--enable-native-access=ALL-UNNAMED",
                "-XX:TieredStopAtLevel=1",
                "-Djava.library.path=" + Resident.HANDS.toAbsolutePath().getParent(),
                "-cp",
                classes,
                "io.jpod.server.Main");
        Files.write(argv(), brain);
    }

    @AfterEach
    void endAll() throws InterruptedException {
        for (Process process : started) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly().waitFor();
        }
    }

    private Path argv() {
        return dir.resolve("lib/jpod/brain.argv");
    }

    private Path socket() {
        return dir.resolve("run/brain.sock");
    }

    private Process start(List<String> prefix, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(prefix);
        command.add(dir.resolve("bin/jpod").toString());
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("JPOD_SOCKET", socket().toString());
        Process process = builder.start();
        started.add(process);
        return process;
    }

    private Process serve(String... arguments) throws Exception {
        return serveThrough(List.of(), arguments);
    }

    private Process serveThrough(List<String> prefix, String... arguments) throws Exception {
        List<String> all = new ArrayList<>(List.of("serve"));
        all.addAll(List.of(arguments));
        Process hands = start(prefix, all.toArray(String[]::new));
        Await.until(() -> isServed() || !hands.isAlive(), () -> "jpod serve does not");
        assertThat(hands.isAlive()).as("jpod serve").isTrue();
        return hands;
    }

    /** The file alone says nothing: a brain that was killed leaves it behind. One that answers nonsense has come to serve. */
    private boolean isServed() {
        try (Fd connection = connect()) {
            Sockets.send(connection, new Message(new byte[1], List.of()));
            Sockets.receive(connection, Wire.LONGEST, 0);
            return true;
        } catch (SyscallException e) {
            return false;
        }
    }

    private String output(List<String> prefix, String... arguments) {
        try {
            Process process = start(prefix, arguments);
            process.waitFor();
            return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private Fd connect() {
        return Sockets.connect(socket().toString(), Flags.SOCK_SEQPACKET);
    }

    private void awaitServed(String arguments) {
        Await.until(() -> output(List.of(), arguments).startsWith("jpod version"), () -> output(List.of(), arguments));
    }

    private static ProcessHandle brain(Process hands) {
        return hands.children().findFirst().orElseThrow();
    }

    @Test
    void aCommandWithoutAServerBringsItsOwnBrain() throws Exception {
        Process hands = start(List.of(), "--version");
        assertThat(hands.getInputStream().readAllBytes()).asString().startsWith("jpod version");
        assertThat(hands.waitFor()).isZero();
        assertThat(socket()).doesNotExist();
    }

    @Test
    void fileNamesAreUtf8WhateverTheLocale() throws Exception {
        Path place = Files.createDirectories(dir.resolve("größe"));
        List<String> prefix = List.of("env", "-C", place.toString(), "LC_ALL=C");
        assertThat(output(prefix, "--log", "übersicht", "--no-such")).startsWith("jpod: Unknown option");
        assertThat(place.resolve("übersicht")).exists();
    }

    @Test
    void aServerMakesABrainOfOnesOwnUnnecessary() throws Exception {
        serve();
        Files.delete(argv());
        assertThat(output(List.of(), "--version")).startsWith("jpod version");
        assertThat(output(List.of(), "serve")).contains("another brain serves at " + socket());
        assertThat(output(List.of("env", "JPOD_ONESHOT=1"), "--version")).contains("cannot start java");
    }

    @Test
    void sigtermEndsAServerCleanly() throws Exception {
        Process hands = serve();
        brain(hands).destroy();
        assertThat(hands.waitFor()).isZero();
        assertThat(socket()).doesNotExist();
    }

    @Test
    void aServerEndsWithItsCaller() throws Exception {
        Process hands = serve();
        ProcessHandle brain = brain(hands);
        hands.destroy();
        assertThat(hands.waitFor()).isEqualTo(143);
        brain.onExit().get();
        assertThat(socket()).doesNotExist();
    }

    @Test
    void aServerThatIsKilledIsFollowedByTheNext() throws Exception {
        Process hands = serve();
        brain(hands).destroyForcibly();
        assertThat(hands.waitFor()).isEqualTo(1);
        assertThat(socket()).as("what kill -9 leaves behind").exists();
        serve();
        Files.delete(argv());
        assertThat(output(List.of(), "--version")).startsWith("jpod version");
    }

    @Test
    void aServerEndsWhenNobodyCalls() throws Exception {
        // It may have gone before we could call it.
        assertThat(start(List.of(), "serve", "--idle-timeout", "1").waitFor()).isZero();
        assertThat(socket()).doesNotExist();
    }

    @Test
    void systemdMayListenFirst() throws Exception {
        File activate = new File("/usr/bin/systemd-socket-activate");
        assumeThat(activate).exists();
        Files.createDirectories(socket().getParent());
        Process hands = start(
                List.of(activate.getPath(), "--seqpacket", "-E", "JPOD_ONESHOT=1", "-l", socket().toString()), "serve");
        Await.until(() -> Files.exists(socket()), () -> "systemd-socket-activate does not listen");
        // systemd-socket-activate waits for the first call before it starts us; that call waits in the backlog.
        assertThat(output(List.of(), "--version")).startsWith("jpod version");
        assertThat(output(List.of("env", "JPOD_ONESHOT=1"), "serve"))
                .as("beside systemd's")
                .contains("another brain serves at " + socket());
        Files.delete(argv());
        assertThat(output(List.of(), "--version")).startsWith("jpod version");
        brain(hands).destroy();
        assertThat(hands.waitFor()).isZero();
        assertThat(socket()).as("systemd's, not ours").exists();
    }

    /** 160: room for two. */
    @Test
    void whoFindsNoRoomIsSentElsewhereAndTheNextIsServed() throws Exception {
        serveThrough(List.of("prlimit", "--nofile=160:160"));
        Files.delete(argv());
        List<Fd> callers = List.of(held(), held());
        for (int i = 0; i < 20; i++) {
            assertThat(output(List.of(), "--version")).as("call %d", i).contains("cannot start java");
        }
        callers.forEach(Fd::close);
        awaitServed("--version");
    }

    @Test
    void aLimitThatComesLaterIsKeptToo() throws Exception {
        Process hands = serve();
        // Classes are files here. Those that it needs to complain have come when it has complained of nonsense.
        assertThat(hands.inputReader().readLine()).contains("level=warning");
        Files.delete(argv());
        Path brain = Path.of("/proc", Long.toString(brain(hands).pid()));
        String before = limit(brain);
        int full = 0;
        for (String number : Objects.requireNonNull(brain.resolve("fd").toFile().list())) {
            full = Math.max(full, 1 + Integer.parseInt(number));
        }
        limit(brain, full + ":" + before);
        for (int i = 0; i < 20; i++) {
            assertThat(output(List.of(), "--version"))
                    .as("with nothing but the spare")
                    .contains("cannot start java");
        }
        limit(brain, before + ":" + before);
        awaitServed("--version");
    }

    @Test
    void aBrainRaisesItsOwnLimitOfDescriptors() throws Exception {
        Process hands = serveThrough(List.of("prlimit", "--nofile=128:512"));
        assertThat(limit(Path.of("/proc", Long.toString(brain(hands).pid())))).isEqualTo("512");
    }

    /** A caller that says nothing, and was not turned away: whoever came before may have been just leaving. */
    private Fd held() {
        while (true) {
            Fd connection = connect();
            // Whoever comes later is answered later.
            output(List.of(), "--version");
            if (Poll.poll(List.of(connection), Flags.POLLIN, 0)[0] == 0) {
                return connection;
            }
            connection.close();
        }
    }

    private static boolean hasCallers(ProcessHandle brain) throws IOException {
        Path tasks = Path.of("/proc", Long.toString(brain.pid()), "task");
        for (String task : Objects.requireNonNull(tasks.toFile().list())) {
            Path name = tasks.resolve(task).resolve("comm");
            if (Files.exists(name) && Files.readString(name).startsWith("caller-")) {
                return true;
            }
        }
        return false;
    }

    /** The soft limit of descriptors. */
    private static String limit(Path process) throws IOException {
        return Files.readAllLines(process.resolve("limits")).stream()
                .filter(line -> line.startsWith("Max open files"))
                .map(line -> line.split(" +")[3])
                .findFirst()
                .orElseThrow();
    }

    private static void limit(Path process, String limit) throws Exception {
        String pid = String.valueOf(process.getFileName());
        assertThat(new ProcessBuilder("prlimit", "--pid", pid, "--nofile=" + limit)
                        .start()
                        .waitFor())
                .isZero();
    }

    /** As pids.max, where root is held too. */
    @Test
    @Tag("root")
    void whoFindsNoThreadIsSentElsewhereAndTheNextIsServed() throws Exception {
        Path pids = Path.of("/sys/fs/cgroup/pids");
        assumeThat(pids.resolve("cgroup.procs")).exists();
        Process hands = serve();
        Files.delete(argv());
        Path cgroup = Files.createDirectory(pids.resolve("jpod-serve-" + hands.pid()));
        try {
            Files.writeString(
                    cgroup.resolve("cgroup.procs"), Long.toString(brain(hands).pid()));
            // Those that are there still serve, until nobody calls for a while.
            Files.writeString(cgroup.resolve("pids.max"), "1");
            Await.until(() -> !hasCallers(brain(hands)), () -> "the threads of callers stay");
            for (int i = 0; i < 20; i++) {
                assertThat(output(List.of(), "--version"))
                        .as("call %d, pids.current %s", i, Files.readString(cgroup.resolve("pids.current")))
                        .contains("cannot start java");
            }
            assertThat(hands.isAlive()).isTrue();
            Files.writeString(cgroup.resolve("pids.max"), "max");
            awaitServed("--version");
        } finally {
            brain(hands).destroyForcibly();
            hands.waitFor();
            Await.until(() -> cgroup.toFile().delete(), () -> cgroup + " cannot be removed");
        }
    }
}
