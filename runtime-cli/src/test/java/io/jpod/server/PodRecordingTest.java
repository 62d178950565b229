package io.jpod.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpod.cli.Cli;
import io.jpod.testing.Built;
import io.jpod.testing.Needs;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A recording of a resident brain has the steps of a pod. */
@Tag("root")
@Needs(Built.HANDS)
class PodRecordingTest {
    @TempDir
    Path dir;

    private void run(Resident resident, String... arguments) throws Exception {
        Process process = resident.call(List.of(), arguments);
        String errors = new String(process.getErrorStream().readAllBytes());
        assertThat(process.waitFor()).as(errors).isZero();
    }

    @Test
    void theStepsOfAPodAreRecorded() throws Exception {
        Path file = dir.resolve("recording.jfr");
        String root = dir.resolve("root").toString();
        String name = "recorded" + ProcessHandle.current().pid();
        try (Resident resident = new Resident(dir, Cli::run);
                Recording recording = new Recording()) {
            recording.enable("jpod.Plan");
            recording.enable("jpod.Step");
            recording.start();
            run(resident, "--root", root, "pod", "create", "--network", "none", name);
            run(resident, "--root", root, "pod", "rm", "--force", name);
            recording.stop();
            recording.dump(file);
        }
        List<RecordedEvent> events = RecordingFile.readAllEvents(file).stream()
                .filter(event -> event.hasField("id") && name.equals(event.getString("id")))
                .toList();
        List<RecordedEvent> steps = events.stream()
                .filter(event -> event.getEventType().getName().equals("jpod.Step"))
                .sorted(Comparator.comparingInt(event -> event.getInt("number")))
                .toList();
        assertThat(events).hasSize(steps.size() + 1);
        assertThat(events.stream().filter(event -> event.hasField("steps")))
                .singleElement()
                .satisfies(plan -> assertThat(plan.getInt("steps")).isEqualTo(steps.size()));
        assertThat(steps).allSatisfy(step -> {
            assertThat(step.getBoolean("complete")).isTrue();
            assertThat(step.getLong("took")).isNotNegative();
        });
        assertThat(steps).extracting(step -> step.getString("by")).contains("brain", "builder thread");
    }
}
