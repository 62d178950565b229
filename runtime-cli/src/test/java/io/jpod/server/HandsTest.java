package io.jpod.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jpod.abi.Arch;
import io.jpod.abi.Flags;
import io.jpod.abi.Sys;
import io.jpod.cli.Cli;
import io.jpod.cli.command.Caller;
import io.jpod.exec.Spawner;
import io.jpod.linux.Fd;
import io.jpod.linux.Linux;
import io.jpod.linux.Poll;
import io.jpod.linux.Processes;
import io.jpod.testing.Await;
import io.jpod.testing.Built;
import io.jpod.testing.Needs;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.ToIntFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a command can do through the real hands. */
@Needs(Built.HANDS)
class HandsTest {
    @TempDir
    Path dir;

    private record Ended(int code, String out, String err) {}

    private Ended run(ToIntFunction<Caller> command, List<String> prefix, String... arguments) throws Exception {
        try (Resident resident = new Resident(dir, command)) {
            Process process = resident.call(prefix, arguments);
            process.getOutputStream().close();
            String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            String err = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
            return new Ended(process.waitFor(), out, err);
        }
    }

    @Test
    void aCommandSeesItsCallerAndEndsWithACode() throws Exception {
        Path place = Files.createDirectories(dir.resolve("plätze/hier"));
        List<String> prefix = List.of("env", "-C", place.toString(), "GREETING=grüß dich=", "GREETING2=");
        Ended ended = run(
                caller -> {
                    caller.out()
                            .print(caller.arguments() + " "
                                    + caller.environment().get("GREETING"));
                    caller.err().print(caller.directory() + " " + caller.uid() + " " + caller.isTerminal(1));
                    assertThat(caller.environment())
                            .containsEntry("GREETING2", "")
                            .containsKey("PATH");
                    assertThat(caller.program()).isEqualTo(dir.toAbsolutePath().resolve("bin/jpod"));
                    assertThat(caller.inherited()).isZero();
                    return 17;
                },
                prefix,
                "run",
                "",
                "übung");
        assertThat(ended.out()).isEqualTo("[run, , übung] grüß dich=");
        assertThat(ended.err()).isEqualTo(place + " " + Processes.uid() + " false");
        assertThat(ended.code()).isEqualTo(17);
    }

    @Test
    void aCommandReadsItsCallersInput() throws Exception {
        try (Resident resident = new Resident(dir, caller -> Linux.readFully(caller.stdio(0), 1000).length)) {
            Process process = resident.call(List.of());
            process.outputWriter().append("12345").close();
            assertThat(process.waitFor()).isEqualTo(5);
        }
    }

    @Test
    void muchOutputArrivesWhole() throws Exception {
        String line = "x".repeat(99);
        Ended ended = run(
                caller -> {
                    for (int i = 0; i < 20_000; i++) {
                        caller.out().println(line);
                    }
                    return 0;
                },
                List.of());
        assertThat(ended.out()).hasSize(2_000_000);
    }

    @Test
    void outputThatCannotBeWrittenIsNoSuccess() throws Exception {
        Ended full = run(Cli::run, List.of("sh", "-c", "exec \"$0\" --version >/dev/full"));
        assertThat(full.code()).isEqualTo(1);
        assertThat(full.err()).contains("cannot write to stdout");
    }

    @Test
    void whatIsNotUtf8IsNotGuessed() throws Exception {
        List<String> prefix =
                List.of("sh", "-c", "export V=$(printf '\\303\\251\\377'); exec \"$0\" run $(printf 'a\\377')");
        Ended ended = run(
                caller -> {
                    assertThat(caller.arguments()).isEqualTo(List.of("run", "a\udcff"));
                    assertThat(caller.environment()).containsEntry("V", "\u00e9\udcff");
                    return 3;
                },
                prefix);
        assertThat(ended.code()).as(ended.err()).isEqualTo(3);
    }

    @Test
    void aDirectoryThatIsGoneCanStillBeUsed() throws Exception {
        Path gone = Files.createDirectories(dir.resolve("gone"));
        List<String> prefix = List.of("sh", "-c", "cd " + gone + " && rmdir " + gone + " && exec \"$0\"");
        Ended ended = run(
                caller -> {
                    assertThat(caller.directory()).isDirectory();
                    assertThatThrownBy(() -> Files.createFile(caller.directory().resolve("x")))
                            .isInstanceOf(IOException.class);
                    return 4;
                },
                prefix);
        assertThat(ended.code()).isEqualTo(4);
    }

    @Test
    void theHandsAreTheParentOfWhatIsSpawned() throws Exception {
        CompletableFuture<Integer> parent = new CompletableFuture<>();
        ToIntFunction<Caller> command = caller -> {
            List<Fd> pipe = Linux.pipe();
            try (Spawner.Child child = spawn(caller, 0, pipe.getFirst(), exitAfterInput(42))) {
                parent.complete((int) ProcessHandle.of(child.pid())
                        .orElseThrow()
                        .parent()
                        .orElseThrow()
                        .pid());
                pipe.forEach(Fd::close);
                return child.await();
            }
        };
        try (Resident resident = new Resident(dir, command)) {
            Process process = resident.call(List.of());
            assertThat(parent.get()).isEqualTo((int) process.pid());
            assertThat(process.waitFor()).isEqualTo(42);
        }
    }

    @Test
    void manyChildrenOneAfterTheOther() throws Exception {
        Ended ended = run(
                caller -> {
                    for (int i = 0; i < 100; i++) {
                        try (Spawner.Child child = spawn(caller, 0, caller.stdio(0), exitAfterInput(i % 50))) {
                            assertThat(child.await()).isEqualTo(i % 50);
                        }
                    }
                    return 100;
                },
                List.of());
        assertThat(ended.code()).isEqualTo(100);
    }

    @Test
    void whatCannotBeSpawnedIsTheKernelsError() throws Exception {
        Ended ended = run(
                caller -> {
                    assertThatThrownBy(() -> spawn(caller, 1, caller.stdio(0), exitAfterInput(0)))
                            .hasMessage("clone3 jpod-init: EINVAL (invalid argument)");
                    return 5;
                },
                List.of());
        assertThat(ended.code()).isEqualTo(5);
    }

    @Test
    void whenTheCallerDiesTheCommandLearnsIt() throws Exception {
        CompletableFuture<Throwable> learned = new CompletableFuture<>();
        CompletableFuture<Integer> spawned = new CompletableFuture<>();
        ToIntFunction<Caller> command = caller -> {
            List<Fd> pipe = Linux.pipe();
            try (Spawner.Child child = spawn(caller, 0, pipe.getFirst(), exitAfterInput(0))) {
                spawned.complete(child.pid());
                child.await();
            } catch (RuntimeException e) {
                assertThat(Poll.poll(List.of(caller.connection()), 0, 0)[0] & Flags.POLLHUP)
                        .isNotZero();
                learned.complete(e);
            }
            pipe.forEach(Fd::close);
            return 0;
        };
        try (Resident resident = new Resident(dir, command)) {
            Process process = resident.call(List.of());
            spawned.get();
            process.destroyForcibly();
            assertThat(learned.get()).hasMessage("the caller hung up");
            assertThat(resident.serves()).isTrue();
        }
    }

    @Test
    void aDetachedCallerReturnsAndTheExitCodeIsWrittenLater() throws Exception {
        Path exitFile = dir.resolve("exit");
        List<Fd> pipe = Linux.pipe();
        ToIntFunction<Caller> command = caller -> {
            caller.background();
            try (Spawner.Child child = spawn(caller, 0, pipe.getFirst(), exitAfterInput(7));
                    Fd file = Linux.open(exitFile.toString(), Flags.O_WRONLY | Flags.O_CREAT, 0600)) {
                caller.watch(child.pid(), file);
                caller.forwardSignals(child.pid());
                return 0;
            }
        };
        try (Resident resident = new Resident(dir, command)) {
            // Its output is not read to the end: the child has it open.
            assertThat(resident.call(List.of()).waitFor()).isZero();
        }
        assertThat(exitFile).isEmptyFile();
        pipe.forEach(Fd::close);
        Await.until(() -> Files.size(exitFile) > 0, () -> "no exit code is written");
        assertThat(exitFile).hasContent("7\n");
    }

    @Test
    void aWillIsRunWhenTheBrainIsGone() throws Exception {
        CompletableFuture<Void> willed = new CompletableFuture<>();
        CompletableFuture<List<String>> heir = new CompletableFuture<>();
        List<Fd> pipe = Linux.pipe();
        ToIntFunction<Caller> command = caller -> {
            if (!caller.arguments().isEmpty()) {
                heir.complete(caller.arguments());
                return 0;
            }
            caller.background();
            try (Spawner.Child child = spawn(caller, 0, pipe.getFirst(), exitAfterInput(9))) {
                caller.forwardSignals(child.pid());
                caller.will(List.of("delete", "ünser"));
                willed.complete(null);
                return 0;
            }
        };
        try (Resident resident = new Resident(dir, command)) {
            assertThat(resident.call(List.of()).waitFor()).isZero();
            willed.get();
            pipe.forEach(Fd::close);
            assertThat(heir.get()).containsExactly("delete", "ünser");
        }
    }

    private static Spawner.Child spawn(Caller caller, long flags, Fd stdin, byte[] program) {
        try (Fd memfd = Linux.sealedMemfd("program", program)) {
            return caller.spawn(
                    new Spawner.Setting(flags, null, null, stdin, caller.stdio(1), caller.stdio(2), 0), List.of(memfd));
        }
    }

    /** The bytes of program.h: read(0, blob, 1), then exit_group(code). */
    private static byte[] exitAfterInput(int code) {
        ByteBuffer program = ByteBuffer.allocate(32 + 2 * 88 + 8).order(ByteOrder.LITTLE_ENDIAN);
        program.putInt(0x444f504a).putShort((short) 1).putShort((short) 0);
        program.putInt(2).putInt(0).putInt(8).putInt(2).putInt(-1).putInt(0);
        program.putInt(Sys.READ.number(Arch.host())).putLong(0).put(new byte[] {0, 1, 0, 0, 0, 0});
        program.putShort((short) 0).putInt(0).putLong(0).putLong(0).putLong(1).position(32 + 88);
        program.putInt(Sys.EXIT_GROUP.number(Arch.host()))
                .putLong(0)
                .putLong(0)
                .putInt(0)
                .putLong(code);
        return program.array();
    }
}
