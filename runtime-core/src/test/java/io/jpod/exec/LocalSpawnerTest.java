package io.jpod.exec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jpod.abi.Arch;
import io.jpod.abi.Flags;
import io.jpod.abi.Sys;
import io.jpod.linux.Fd;
import io.jpod.linux.Linux;
import io.jpod.linux.Processes;
import io.jpod.testing.Built;
import io.jpod.testing.Needs;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

@Needs(Built.SHIMS)
class LocalSpawnerTest {
    private final Fd nothing = Linux.open("/dev/null", Flags.O_RDWR, 0);
    private final List<Fd> pipe = Linux.pipe();

    @AfterEach
    void closeDescriptors() {
        pipe.forEach(Fd::close);
        nothing.close();
    }

    @Test
    void theParentLearnsTheExitCodeAsOftenAsItAsks() {
        try (Spawner.Child child = spawn(0, exitGroup(42))) {
            assertThat(child.await()).isEqualTo(42);
            assertThat(child.await()).isEqualTo(42);
        }
    }

    @Test
    void aSignalIs128AndItsNumber() {
        try (Spawner.Child child = spawn(0, readStdin())) {
            assertThat(ProcessHandle.of(child.pid())).isPresent();
            Processes.signal(child.pidfd(), (int) Flags.SIGKILL);
            assertThat(child.await()).isEqualTo(137);
        }
    }

    @Test
    void whatCannotBeStartedIsTheKernelsError() {
        assertThatThrownBy(() -> spawn(Flags.CLONE_PARENT, exitGroup(0)))
                .hasMessage("clone3 jpod-init: EINVAL (invalid argument)");
    }

    @Test
    void theSoftLimitOfOpenFilesCanBeGiven() throws Exception {
        System.setProperty("jpod.nofile", "77");
        try (Spawner.Child child = spawn(0, readStdin())) {
            assertThat(Files.readString(Path.of("/proc/" + child.pid() + "/limits")))
                    .containsPattern(
                            "Max open files +77 +" + Processes.openFiles().hard());
            Processes.signal(child.pidfd(), (int) Flags.SIGKILL);
            child.await();
        } finally {
            System.clearProperty("jpod.nofile");
        }
    }

    private Spawner.Child spawn(long flags, byte[] program) {
        try (Fd memfd = Linux.sealedMemfd("program", program)) {
            return new LocalSpawner()
                    .spawn(
                            new Spawner.Setting(flags, null, null, pipe.getFirst(), nothing, nothing, 0),
                            List.of(memfd));
        }
    }

    private static byte[] exitGroup(int code) {
        return oneOp(Sys.EXIT_GROUP, code, 0, 0);
    }

    /** Waits at the pipe; reading no bytes would not. */
    private static byte[] readStdin() {
        return oneOp(Sys.READ, 0, 1, 1);
    }

    /** The bytes of program.h: a header, no registers, one op, a blob of 8. The second argument is 0 or an address in it. */
    private static byte[] oneOp(Sys call, long first, int secondKind, long third) {
        ByteBuffer program = ByteBuffer.allocate(32 + 88 + 8).order(ByteOrder.LITTLE_ENDIAN);
        program.putInt(0x444f504a).putShort((short) 1).putShort((short) 0);
        program.putInt(1).putInt(0).putInt(8).putInt(2).putInt(-1).putInt(0);
        program.putInt(call.number(Arch.host())).putInt(0).putInt(0);
        program.put(new byte[] {0, (byte) secondKind, 0, 0, 0, 0}).put(new byte[6]);
        program.putLong(first).putLong(0).putLong(third);
        return program.array();
    }
}
