package io.jpod.exec;

import static io.jpod.exec.ProgramBuilder.OUTPUT;
import static io.jpod.exec.ProgramBuilder.number;
import static io.jpod.exec.ProgramBuilder.on;
import static io.jpod.exec.ProgramBuilder.register;
import static io.jpod.exec.ProgramBuilder.to;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jpod.abi.Arch;
import io.jpod.abi.Flags;
import io.jpod.abi.Sys;
import io.jpod.linux.Fd;
import io.jpod.linux.Linux;
import io.jpod.linux.ProcessStat;
import io.jpod.linux.Processes;
import io.jpod.plan.Lowering;
import io.jpod.plan.Names;
import io.jpod.plan.Op;
import io.jpod.plan.Program;
import io.jpod.plan.Step;
import io.jpod.testing.Await;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ShimProcessTest extends ExecutorContract {
    private static final int SIGSTOP = 19;
    private static final int SIGCONT = 18;
    private static final long IN_CREATE = 0x100;

    private static ShimProcess start(Program program, Map<String, Fd> inputs) {
        return start(program, inputs, null);
    }

    private static ShimProcess start(Program program, Map<String, Fd> inputs, @Nullable Recording recording) {
        try (Fd nothing = Linux.open("/dev/null", Flags.O_RDWR, 0)) {
            Spawner.Setting setting = new Spawner.Setting(0, null, null, nothing, nothing, nothing, 0);
            return ShimProcess.start(new LocalSpawner(), program, inputs, setting, recording);
        }
    }

    /** Failures are told over the status socket, which every program for jpod-init has. */
    private static Program withStatus(Program program) {
        List<Program.Slot> inputs = new ArrayList<>(program.inputs());
        if (inputs.stream().noneMatch(slot -> slot.name().equals(Lowering.STATUS))) {
            inputs.add(new Program.Slot(Lowering.STATUS, program.registers()));
        }
        return new Program(
                program.ops(),
                program.registers() + 1,
                inputs,
                program.outputs(),
                program.blob(),
                program.relocations());
    }

    @Override
    void run(Program program, Map<String, Fd> inputs, @Nullable Recording recording) throws OpFailed {
        try (ShimProcess process = start(withStatus(program), inputs, recording)) {
            try {
                assertThat(process.await()).isInstanceOf(ShimProcess.Gone.class);
                assertThat(process.child().await()).isZero();
            } catch (OpFailed e) {
                assertThat(process.child().await()).isEqualTo(1);
                throw e;
            }
        }
    }

    /** Reading inotify(7) is one of the calls that a stop interrupts, signal(7). */
    @Test
    void anInterruptedCallIsMadeAgain(@TempDir Path watched) throws Exception {
        ProgramBuilder program = new ProgramBuilder();
        Op.Blob buffer = program.bytes(new byte[512]);
        Op.Blob directory = program.string(watched.toString());
        program.into(to(1), Sys.INOTIFY_INIT1, number(0))
                .call(Sys.INOTIFY_ADD_WATCH, register(1), directory, number(IN_CREATE))
                .call(Sys.CLOSE, OUTPUT)
                .call(Sys.READ, register(1), buffer, number(512));
        List<Fd> pipe = Linux.pipe();
        try (Fd read = pipe.get(0);
                ShimProcess process = start(withStatus(program.build()), Map.of(ProgramBuilder.OUT, pipe.get(1)))) {
            pipe.get(1).close();
            // The end of the pipe: the watch is there.
            assertThat(Linux.readFully(read, 1)).isEmpty();
            for (int i = 0; i < 10; i++) {
                awaitState(process, 'S');
                Processes.signal(process.child().pidfd(), SIGSTOP);
                awaitState(process, 'T');
                Processes.signal(process.child().pidfd(), SIGCONT);
            }
            Files.createFile(watched.resolve("new"));
            assertThat(process.await()).isInstanceOf(ShimProcess.Gone.class);
            assertThat(process.child().await()).isZero();
        }
    }

    /** S: in a call that waits; T: stopped; Z: ended. */
    private static void awaitState(ShimProcess process, char state) {
        Await.until(() -> state(process) == state, () -> "not " + state + " but " + state(process));
    }

    private static char state(ShimProcess process) {
        return ProcessStat.of(process.child().pid()).orElseThrow().state();
    }

    private static ProgramBuilder waiting(int milestone) {
        ProgramBuilder program = new ProgramBuilder().input(Lowering.STATUS, 1);
        Op.Blob record = program.bytes(ByteBuffer.allocate(12)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(1)
                .putInt(milestone)
                .array());
        return program.call(Sys.WRITE, register(1), record, number(12))
                .cases(List.of(on(new Op.OnZero(), new Op.Fail())), Sys.READ, register(1), record, number(1));
    }

    @Test
    void waitsAtAMilestoneUntilItMayGoOn() throws Exception {
        try (Fd output = Linux.open("/dev/null", Flags.O_RDWR, 0);
                ShimProcess process = start(waiting(4).build(), Map.of(ProgramBuilder.OUT, output))) {
            assertThat(process.await()).isEqualTo(new ShimProcess.Reached(4));
            // It goes on to its end if it does not wait here: nothing else is left to wait for.
            Await.until(() -> "SZ".indexOf(state(process)) >= 0, () -> "it neither waits nor ends");
            assertThat(state(process)).isEqualTo('S');
            process.proceed();
            assertThat(process.await()).isInstanceOf(ShimProcess.Gone.class);
            assertThat(process.child().await()).isZero();
        }
    }

    @Test
    void endsIfNobodyListensAnyMore() throws Exception {
        try (Fd output = Linux.open("/dev/null", Flags.O_RDWR, 0)) {
            ShimProcess process = start(waiting(1).build(), Map.of(ProgramBuilder.OUT, output));
            process.await();
            try (Fd pidfd = Linux.duplicate(process.child().pidfd())) {
                process.close();
                assertThat(Processes.await(pidfd)).isEqualTo(1);
            }
        }
    }

    @Test
    void itsOnlyDescriptorsAreStdioAndItsInputs() throws Exception {
        try (Fd output = Linux.open("/dev/null", Flags.O_RDWR, 0);
                Fd inherited = Linux.duplicate(output);
                ShimProcess process = start(waiting(1).build(), Map.of(ProgramBuilder.OUT, output))) {
            process.await();
            assertThat(inherited.number()).isPositive();
            try (var fds = Files.list(Path.of("/proc/" + process.child().pid() + "/fd"))) {
                assertThat(fds.map(fd -> fd.getFileName().toString()).sorted())
                        .containsExactly("0", "1", "2", "4", "5");
            } catch (IOException e) {
                throw new AssertionError(e);
            }
            process.proceed();
            process.await();
            process.child().await();
        }
    }

    /** A filter that kills who asks for the time, or for anything else but the end: from there on nobody asks. */
    @Test
    void nothingIsTimedUnderASeccompFilter() throws Exception {
        ProgramBuilder program = new ProgramBuilder();
        // struct sock_filter: load the number; if it is exit_group's or close's, allow it; else kill the process.
        Op.Blob filter = program.bytes(ByteBuffer.allocate(40)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(0x20)
                .putLong(0x15L | 2L << 16 | (long) Sys.EXIT_GROUP.number(Arch.host()) << 32)
                .putLong(0x15L | 1L << 16 | (long) Sys.CLOSE.number(Arch.host()) << 32)
                .putLong(0x06L | 0x80000000L << 32)
                .putLong(0x06L | 0x7fff0000L << 32)
                .array());
        Op.Blob sockFprog = program.bytes(ByteBuffer.allocate(16)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(5)
                .array());
        program.point(sockFprog.offset() + 8, filter);
        program.call(Sys.PRCTL, number(Flags.PR_SET_NO_NEW_PRIVS), number(1))
                .call(Sys.SECCOMP, number(Flags.SECCOMP_SET_MODE_FILTER), number(0), sockFprog)
                .call(Sys.CLOSE, OUTPUT);
        Program built = program.build();
        try (Recording recording = new Recording(built, Names.NONE);
                Fd output = Linux.open("/dev/null", Flags.O_RDWR, 0)) {
            run(built, Map.of(ProgramBuilder.OUT, output), recording);
            assertThat(recording.calls()).extracting(Recording.Call::result).containsExactly(0L, 0L, 0L);
            assertThat(recording.calls().get(0).nanoseconds()).isPositive();
            assertThat(recording.calls().get(1).nanoseconds()).isEqualTo(-1);
            assertThat(recording.calls().get(2).nanoseconds()).isEqualTo(-1);
        }
    }

    /** The descriptors are those that it has without a record, and no call is added but for the time. */
    @Test
    void theRecordIsNoDescriptorOfTheProcess() throws Exception {
        Program built = waiting(1).build();
        try (Recording recording = new Recording(built, Names.NONE);
                Fd output = Linux.open("/dev/null", Flags.O_RDWR, 0);
                ShimProcess process = start(built, Map.of(ProgramBuilder.OUT, output), recording)) {
            process.await();
            try (var fds = Files.list(Path.of("/proc/" + process.child().pid() + "/fd"))) {
                assertThat(fds.map(fd -> fd.getFileName().toString()).sorted())
                        .containsExactly("0", "1", "2", "4", "5");
            }
            // The news of a milestone may come before the call that sent it has returned.
            Await.until(() -> recording.untilTheEnd().size() == 2, () -> "calls: " + recording.untilTheEnd());
            assertThat(recording.untilTheEnd().getFirst().result()).isEqualTo(12);
            assertThat(recording.untilTheEnd().getFirst().arguments().getFirst())
                    .isEqualTo("5<r1>");
            Processes.signal(process.child().pidfd(), (int) Flags.SIGKILL);
            process.child().await();
            // Whoever was killed in a call has told of the ones before it.
            assertThat(recording.untilTheEnd())
                    .extracting(Recording.Call::outcome)
                    .containsExactly(Recording.Outcome.RETURNED, Recording.Outcome.NOT_RETURNED);
        }
    }

    private static final int CLONED = Step.Milestone.CLONED.number();

    /** What a process of a container would say if it held the socket. */
    private static byte[] record(int kind, int index, int value) {
        return ByteBuffer.allocate(12)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(kind)
                .putInt(index)
                .putInt(value)
                .array();
    }

    /** Goes on as a clone, which says this; both then wait. */
    private static ProgramBuilder clonedAndSaying(List<byte[]> words) {
        ProgramBuilder program = new ProgramBuilder().input(Lowering.STATUS, 1);
        Op.Blob go = program.bytes(new byte[8]);
        program.call(Sys.SETPGID, number(0), number(0))
                .cases(
                        List.of(on(new Op.OnZero(), new Op.Skip(1))),
                        Sys.CLONE,
                        number(Flags.CLONE_PARENT | Flags.SIGCHLD),
                        number(0),
                        number(0),
                        number(0),
                        number(0))
                .cases(List.of(on(new Op.OnZero(), new Op.Fail())), Sys.READ, register(1), go, number(1));
        for (byte[] word : words) {
            program.call(Sys.WRITE, register(1), program.bytes(word), number(word.length));
        }
        return program.cases(List.of(on(new Op.OnZero(), new Op.Fail())), Sys.READ, register(1), go, number(1));
    }

    private static List<Integer> children() throws IOException {
        List<Integer> pids = new ArrayList<>();
        try (var tasks = Files.list(Path.of("/proc/self/task"))) {
            for (Path task : tasks.toList()) {
                try {
                    for (String pid :
                            Files.readString(task.resolve("children")).strip().split(" ")) {
                        if (!pid.isEmpty()) {
                            pids.add(Integer.parseInt(pid));
                        }
                    }
                } catch (NoSuchFileException e) {
                    // A thread that has just ended.
                    continue;
                }
            }
        }
        return pids;
    }

    /** The clone, which is a child of ours. */
    private static int cloneOf(int original, List<Integer> before) throws IOException {
        while (true) {
            List<Integer> pids = children();
            pids.removeAll(before);
            pids.remove((Integer) original);
            if (!pids.isEmpty()) {
                return pids.getFirst();
            }
        }
    }

    /** In the name of a clone that somebody has taken over, before the process has named it itself. */
    @Test
    void whatNoProcessOfOursWouldSayIsNotBelieved() throws Exception {
        Process victim = new ProcessBuilder("sleep", "1000").start();
        int pid = (int) victim.pid();
        List<byte[]> lies = List.of(
                record(1, CLONED, pid),
                record(1, Step.Milestone.READY.number(), 0),
                record(2, 0, 13),
                record(2, -1, 13),
                record(2, 1 << 20, 13),
                record(3, 0, 0),
                record(77, 0, 0));
        for (byte[] lie : lies) {
            List<Integer> before = children();
            try (Fd output = Linux.open("/dev/null", Flags.O_RDWR, 0);
                    ShimProcess process =
                            start(clonedAndSaying(List.of(lie)).build(), Map.of(ProgramBuilder.OUT, output))) {
                Spawner.Child original = process.child();
                int clone = cloneOf(original.pid(), before);
                assertThatThrownBy(process::await).hasMessage("somebody else speaks for the process that is set up");
                assertThat(process.child()).isSameAs(original);
                end(process, clone);
            }
        }
        for (byte[] lie : List.of(new byte[11], new byte[13])) {
            List<Integer> before = children();
            try (Fd output = Linux.open("/dev/null", Flags.O_RDWR, 0);
                    ShimProcess process =
                            start(clonedAndSaying(List.of(lie)).build(), Map.of(ProgramBuilder.OUT, output))) {
                int clone = cloneOf(process.child().pid(), before);
                assertThatThrownBy(process::await).hasMessageMatching(".*11 bytes|.*EMSGSIZE.*");
                end(process, clone);
            }
        }
        assertThat(victim.isAlive()).isTrue();
        victim.destroyForcibly().waitFor();
    }

    private static void end(ShimProcess process, int clone) {
        try (Fd original = Linux.duplicate(process.child().pidfd());
                Spawner.Child other = new LocalSpawner().adopt(clone)) {
            process.close();
            Processes.await(original);
            other.await();
        }
    }

    @Test
    void aMilestoneIsReachedOnce() throws Exception {
        ProgramBuilder program = waiting(CLONED + 1);
        Op.Blob again = program.bytes(record(1, CLONED, 1));
        program.call(Sys.WRITE, register(1), again, number(12));
        try (Fd output = Linux.open("/dev/null", Flags.O_RDWR, 0);
                ShimProcess process = start(program.build(), Map.of(ProgramBuilder.OUT, output))) {
            assertThat(process.await()).isEqualTo(new ShimProcess.Reached(CLONED + 1));
            process.proceed();
            assertThatThrownBy(process::await).hasMessage("somebody else speaks for the process that is set up");
            process.child().await();
        }
    }

    /** A clone that nobody has named yet holds the socket, and waits for us. */
    @Test
    void nobodyWaitsForOneWhoIsGone() throws Exception {
        List<Integer> before = children();
        try (Fd output = Linux.open("/dev/null", Flags.O_RDWR, 0);
                ShimProcess process = start(clonedAndSaying(List.of()).build(), Map.of(ProgramBuilder.OUT, output))) {
            int clone = cloneOf(process.child().pid(), before);
            Processes.signal(process.child().pidfd(), (int) Flags.SIGKILL);
            assertThat(process.await()).isInstanceOf(ShimProcess.Gone.class);
            process.child().await();
            assertThat(children()).contains(clone);
            // With our end of the socket ends what it waits for, and we wait for that.
            process.close();
            assertThat(children()).doesNotContain(clone);
        }
    }

    @Test
    void onlyAChildIsAdopted() throws Exception {
        Process grandchild = new ProcessBuilder("sh", "-c", "sleep 1000 & echo $!; wait").start();
        int pid = Integer.parseInt(grandchild.inputReader().readLine());
        for (int stranger : List.of(pid, 1, (int) ProcessHandle.current().pid(), 1 << 30)) {
            assertThatThrownBy(() -> new LocalSpawner().adopt(stranger)).hasMessageContaining("ECHILD");
        }
        ProcessHandle.of(pid).orElseThrow().destroyForcibly();
        grandchild.destroyForcibly().waitFor();
    }
}
