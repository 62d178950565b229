package io.jpod.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.jpod.testing.Built;
import io.jpod.testing.Needs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** The pages of docs/labs that are about limits, with them. */
@Tag("vm")
@Needs({Built.JPOD, Built.LAB})
class LabsVmTest {
    @TempDir
    Path dir;

    @TestFactory
    Stream<DynamicTest> everyLabWithLimits() throws IOException {
        assertThat(LabsTest.hasControllers()).isTrue();
        return Lab.all().stream()
                .filter(Lab::hasLimits)
                .map(lab -> dynamicTest(
                        lab.name(), () -> LabRun.check(lab, true, Files.createDirectory(dir.resolve(lab.name())))));
    }
}
