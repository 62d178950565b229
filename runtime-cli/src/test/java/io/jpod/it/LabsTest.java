package io.jpod.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.jpod.testing.Built;
import io.jpod.testing.Needs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** The pages of docs/labs are true: what they say to type is typed, and what they show comes. */
@Tag("root")
@Needs({Built.JPOD, Built.LAB})
class LabsTest {
    @TempDir
    Path dir;

    @TestFactory
    Stream<DynamicTest> everyLab() throws IOException {
        boolean hasControllers = hasControllers();
        return Lab.all().stream()
                .map(lab -> dynamicTest(lab.name(), () -> {
                    if (lab.hasLimits() && !hasControllers) {
                        System.out.println(lab.name() + ": no controllers in cgroup v2 here, so without its limits");
                    }
                    LabRun.check(lab, hasControllers, Files.createDirectory(dir.resolve(lab.name())));
                }));
    }

    static boolean hasControllers() throws IOException {
        Path file = Path.of("/sys/fs/cgroup/cgroup.controllers");
        return Files.exists(file) && Files.readString(file).contains("memory");
    }

    @Test
    void everyLabCleansUpAndLooks() throws IOException {
        for (Lab lab : Lab.all()) {
            Lab.Command last = lab.commands().getLast();
            assertThat(last.text()).as(lab.name()).isEqualTo("jpod doctor");
            assertThat(last.expected()).as(lab.name()).isEqualTo(List.of("nothing is left over"));
        }
    }

    @Test
    void everyLabIsInTheIndex() throws IOException {
        assertThat(Jpod.HOME.resolve("docs/labs/README.md"))
                .content()
                .contains(Lab.all().stream().map(lab -> "(" + lab.name() + ")").toList());
    }
}
