package io.jpod.pod;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpod.pod.PodView.Process;
import java.util.List;
import org.junit.jupiter.api.Test;

class ProcessReaderTest {
    @Test
    void aProcessHasANumberInEachNamespaceAndTheInnermostIsItsOwn() {
        assertThat(ProcessReader.innermost("Name:\tx\nNSpid:\t4711\t12\t1\nNSpgid:\t1\n", 4711))
                .isEqualTo(1);
        assertThat(ProcessReader.innermost("", 4711)).isEqualTo(4711);
    }

    @Test
    void thoseThatAreGoneAreLeftOut() {
        int own = (int) ProcessHandle.current().pid();

        List<Process> processes = ProcessReader.of(List.of(own, Integer.MAX_VALUE));

        assertThat(processes).singleElement().satisfies(process -> {
            assertThat(process.pid()).isEqualTo(own);
            assertThat(process.command()).contains("java");
        });
    }
}
