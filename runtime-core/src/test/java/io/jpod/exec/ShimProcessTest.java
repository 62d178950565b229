package io.jpod.exec;

import static io.jpod.exec.ProgramBuilder.OUTPUT;
import static io.jpod.exec.ProgramBuilder.number;
import static io.jpod.exec.ProgramBuilder.on;
import static io.jpod.exec.ProgramBuilder.register;
import static io.jpod.exec.ProgramBuilder.to;
import static org.assertj.core.api.Assertions.assertThat;

import io.jpod.abi.Flags;
import io.jpod.abi.Sys;
import io.jpod.linux.Fd;
import io.jpod.linux.Linux;
import io.jpod.linux.Processes;
import io.jpod.plan.Lowering;
import io.jpod.plan.Op;
import io.jpod.plan.Program;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ShimProcessTest extends ExecutorContract {
    private static final int SIGSTOP = 19;
    private static final int SIGCONT = 18;
    private static final long IN_CREATE = 0x100;

    private static ShimProcess start(Program program, Map<String, Fd> inputs) {
        try (Fd nothing = Linux.open("/dev/null", Flags.O_RDWR, 0)) {
            Spawner.Setting setting = new Spawner.Setting(0, null, null, nothing, nothing, nothing, 0);
            return ShimProcess.start(new LocalSpawner(), program, inputs, setting);
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
    void run(Program program, Map<String, Fd> inputs) throws OpFailed {
        try (ShimProcess process = start(withStatus(program), inputs)) {
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
                Thread.sleep(2);
                Processes.signal(process.child().pidfd(), SIGSTOP);
                Thread.sleep(2);
                Processes.signal(process.child().pidfd(), SIGCONT);
            }
            Files.createFile(watched.resolve("new"));
            assertThat(process.await()).isInstanceOf(ShimProcess.Gone.class);
            assertThat(process.child().await()).isZero();
        }
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
                ShimProcess process = start(waiting(77).build(), Map.of(ProgramBuilder.OUT, output))) {
            assertThat(process.await()).isEqualTo(new ShimProcess.Reached(77));
            assertThat(Processes.awaitEnd(process.child().pidfd(), 20)).isFalse();
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
}
