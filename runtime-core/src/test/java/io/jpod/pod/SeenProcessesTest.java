package io.jpod.pod;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpod.pod.PodView.Process;
import java.util.List;
import org.junit.jupiter.api.Test;

class SeenProcessesTest {
    @Test
    void thoseThatAreGoneAreLeftOut() {
        int own = (int) ProcessHandle.current().pid();

        List<Process> processes = SeenProcesses.of(List.of(own, Integer.MAX_VALUE));

        assertThat(processes).singleElement().satisfies(process -> {
            assertThat(process.pid()).isEqualTo(own);
            assertThat(process.command()).contains("java");
        });
    }
}
