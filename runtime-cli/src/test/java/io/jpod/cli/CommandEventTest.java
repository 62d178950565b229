package io.jpod.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CommandEventTest {
    @TempDir
    Path dir;

    @Test
    void aRecordingHasEachCommandAndNothingThatWasTyped() throws Exception {
        Path file = dir.resolve("recording.jfr");
        try (Recording recording = new Recording();
                FakeCaller caller = new FakeCaller(dir)) {
            recording.enable("jpod.Command");
            recording.start();
            caller.run("--root", "s3cret/root", "state", "s3cret");
            caller.run("--root", "s3cret/root", "pod", "ps");
            caller.run("run", "--env", "A=s3cret", "--no-such-option");
            caller.run("s3cret");
            caller.run("--version");
            recording.stop();
            recording.dump(file);
        }
        List<RecordedEvent> commands = RecordingFile.readAllEvents(file).stream()
                .sorted(Comparator.comparing(RecordedEvent::getStartTime))
                .toList();
        assertThat(commands)
                .extracting(command -> command.getString("verb") + " " + command.getInt("exitCode"))
                .containsExactly("state 1", "pod ps 0", " 1", " 1", " 0");
        assertThat(commands.toString()).doesNotContain("s3cret");
    }
}
