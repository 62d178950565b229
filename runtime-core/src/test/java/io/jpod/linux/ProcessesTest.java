package io.jpod.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.jpod.abi.Flags;
import io.jpod.testing.Await;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class ProcessesTest {

    @Test
    void signalsByPidfd() throws Exception {
        Process sleep = new ProcessBuilder("sleep", "1000").start();
        try (Fd pidfd = Processes.pidfdOpen((int) sleep.pid())) {
            assertThat(Processes.awaitEnd(pidfd, 10)).isFalse();
            Processes.signal(pidfd, (int) Flags.SIGKILL);
            assertThat(Processes.awaitEnd(pidfd, -1)).isTrue();
            assertThat(sleep.waitFor()).isEqualTo(137);
            assertThatThrownBy(() -> Processes.signal(pidfd, 0)).hasMessageContaining("ESRCH");
        }
    }

    @Test
    void theKernelKeepsTheExitCodeOfSomebodyElsesChild() throws Exception {
        // The shell's child: we can hold a pidfd, but not wait for it. What runs in the background has /dev/null for 0.
        Process shell =
                new ProcessBuilder("sh", "-c", "exec 3<&0; (read x <&3; exit 7) & echo $!; wait; read y").start();
        int child = Integer.parseInt(shell.inputReader().readLine());
        try (Fd pidfd = Processes.pidfdOpen(child)) {
            assertThat(Processes.exitCode(pidfd)).isEqualTo(OptionalInt.empty());
            shell.outputWriter().write("\n");
            shell.outputWriter().flush();
            assertThat(Processes.awaitEnd(pidfd, -1)).isTrue();
            Await.until(() -> ProcessStat.of(child).isEmpty(), () -> child + " is not reaped");
            OptionalInt code = Processes.exitCode(pidfd);
            assumeThat(code).as("PIDFD_INFO_EXIT (Linux 6.15)").isPresent();
            assertThat(code).hasValue(7);
        } finally {
            shell.destroyForcibly().waitFor();
        }
    }

    @Test
    void readsStatusAsWaitGivesIt() {
        assertThat(Processes.exitCode(0x0300)).isEqualTo(3);
        assertThat(Processes.exitCode(9)).isEqualTo(137);
        assertThat(Processes.exitCode(0x80 | 11)).isEqualTo(139);
    }

    @Test
    void aProcessHasAStateAStartTimeAndAParent() throws Exception {
        Process sleep = new ProcessBuilder("sleep", "1000").start();
        ProcessStat stat = ProcessStat.of((int) sleep.pid()).orElseThrow();
        assertThat(stat.pid()).isEqualTo((int) sleep.pid());
        assertThat(stat.parent()).isEqualTo((int) ProcessHandle.current().pid());
        assertThat(stat.hasEnded()).isFalse();
        assertThat(stat.startTime())
                .isGreaterThan(ProcessStat.of(1).orElseThrow().startTime());
        sleep.destroyForcibly().waitFor();
        assertThat(ProcessStat.of((int) sleep.pid())).isEmpty();
    }

    @Test
    void aProcessMayCallItselfWhatItLikes() {
        ProcessStat stat =
                ProcessStat.parse("42 (a) Z (b) c) S 7 0 0 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 98765 0 0\n");
        assertThat(stat).isEqualTo(new ProcessStat(42, "a) Z (b) c", 'S', 7, 0, false, 98765));
    }

    @Test
    void aProcessThatIsEndingSaysSo() {
        assertThat(ProcessStat.parse("42 (a) S 7 0 0 0 -1 4194564 1 2 3 4 5 6 7 8 20 0 1 0 98765 0 0\n")
                        .isEnding())
                .isTrue();
    }

    @Test
    void whereaboutsDifferInAnotherMountNamespace() throws Exception {
        assumeThat(Processes.uid()).isZero();
        Process same = new ProcessBuilder("sh", "-c", "echo; read x").start();
        Process other = new ProcessBuilder("unshare", "-m", "sh", "-c", "echo; read x").start();
        try {
            same.inputReader().readLine();
            other.inputReader().readLine();
            assertThat(Whereabouts.of((int) same.pid())).hasValue(Whereabouts.own());
            assertThat(Whereabouts.of((int) other.pid())).isPresent();
            assertThat(Whereabouts.of((int) other.pid())).isNotEqualTo(Whereabouts.of((int) same.pid()));
        } finally {
            same.destroy();
            other.destroy();
        }
        other.waitFor();
        assertThat(Whereabouts.of((int) other.pid())).isEmpty();
    }

    @Test
    void aProcessHasANumberInEachNamespaceAndTheInnermostIsItsOwn() {
        assertThat(Processes.innermost("Name:\tx\nNSpid:\t4711\t12\t1\nNSpgid:\t1\n", 4711))
                .isEqualTo(1);
        assertThat(Processes.innermost("", 4711)).isEqualTo(4711);
    }
}
