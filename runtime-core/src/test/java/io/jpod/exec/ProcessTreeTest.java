package io.jpod.exec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jpod.linux.Fd;
import io.jpod.linux.ProcessStat;
import io.jpod.linux.Processes;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ProcessTreeTest {
    /** A child of this JVM's. */
    private record Started(Process process, Fd pidfd) implements Spawner.Child {
        @Override
        public int pid() {
            return (int) process.pid();
        }

        @Override
        public int await() {
            return process.onExit().join().exitValue();
        }

        @Override
        public void close() {
            pidfd.close();
        }
    }

    /** As with one that has become somebody else's, and may not be killed. */
    @Test
    void whatCannotBeKilledKeepsNeitherTheOthersNorTheRoot() throws IOException {
        Process process = new ProcessBuilder("sh", "-c", "sleep 1000 & sleep 1000 & echo; wait").start();
        // Both are there.
        assertThat(process.getInputStream().read()).isEqualTo('\n');
        List<ProcessHandle> children = process.children().toList();
        List<ProcessStat> asked = new ArrayList<>();
        try (Started root = new Started(process, Processes.pidfdOpen((int) process.pid()))) {
            assertThatThrownBy(() -> ProcessTree.kill(root, child -> {
                        asked.add(child);
                        throw new IllegalStateException("EPERM");
                    }))
                    .hasMessage("EPERM");
        }
        assertThat(asked).hasSize(2);
        assertThat(process.isAlive()).isFalse();
        children.forEach(ProcessHandle::destroyForcibly);
    }
}
