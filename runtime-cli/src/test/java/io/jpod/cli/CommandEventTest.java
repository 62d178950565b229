package io.jpod.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpod.abi.Flags;
import io.jpod.linux.Fd;
import io.jpod.linux.Linux;
import java.io.OutputStream;
import java.io.PrintStream;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CommandEventTest {
    @TempDir
    Path dir;

    private void run(Fd nothing, String... arguments) {
        PrintStream away = new PrintStream(OutputStream.nullOutputStream(), true);
        Map<String, Object> caller = Map.of(
                "arguments",
                List.of(arguments),
                "environment",
                Map.of(),
                "directory",
                dir,
                "uid",
                0,
                "out",
                away,
                "err",
                away,
                "stdio",
                nothing,
                "isTerminal",
                false);
        Jpod.run((Caller) Proxy.newProxyInstance(
                Caller.class.getClassLoader(),
                new Class<?>[] {Caller.class},
                (proxy, method, parameters) -> caller.get(method.getName())));
    }

    @Test
    void aRecordingHasEachCommandAndNothingThatWasTyped() throws Exception {
        Path file = dir.resolve("recording.jfr");
        try (Recording recording = new Recording();
                Fd nothing = Linux.open("/dev/null", Flags.O_RDWR, 0)) {
            recording.enable("jpod.Command");
            recording.start();
            run(nothing, "--root", "s3cret/root", "state", "s3cret");
            run(nothing, "--root", "s3cret/root", "pod", "ps");
            run(nothing, "run", "--env", "A=s3cret", "--no-such-option");
            run(nothing, "s3cret");
            run(nothing, "--version");
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
