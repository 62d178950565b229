package io.jpod.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.jpod.testing.Await;
import io.jpod.testing.Built;
import io.jpod.testing.Needs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The units that {@code make install} installs, with the words of their own that systemd would start. */
@Needs({Built.JPOD, Built.PROBE, Built.BUSYBOX})
class SystemdTest {
    private static final Path UNITS = Jpod.HOME.resolve("runtime-cli/src/main/systemd");
    private static final Path ACTIVATE = Path.of("/usr/bin/systemd-socket-activate");
    private static final Path ANALYZE = Path.of("/usr/bin/systemd-analyze");

    @AutoClose
    private final Jpod jpod = Jpod.oneShot();

    private static String service() throws IOException {
        return Files.readString(UNITS.resolve("jpod.service.in"))
                .replace("@BIN@", Jpod.HOME.resolve("bin").toString());
    }

    private static List<String> values(String unit, String key) {
        return unit.lines()
                .filter(line -> line.startsWith(key + "="))
                .map(line -> line.substring(key.length() + 1))
                .toList();
    }

    @Test
    void systemdKnowsAllThatTheyAsk() throws IOException {
        assumeThat(ANALYZE).exists();
        Path dir = jpod.newDir("units");
        Path service = Files.writeString(dir.resolve("jpod.service"), service());
        Path socket = Files.copy(UNITS.resolve("jpod.socket"), dir.resolve("jpod.socket"));
        Result result = jpod.program(
                        List.of(ANALYZE.toString(), "verify", "--man=no", socket.toString(), service.toString()))
                .run();
        assertThat(result.ok().err()).isEmpty();
    }

    @Test
    @Tag("root")
    void theServiceMayEndAndBeKilledAndContainersGoOn() throws Exception {
        assumeThat(ACTIVATE).exists();
        // Hands without a brain to start: whoever answers them is the service.
        Path hands =
                Files.copy(Jpod.HOME.resolve("bin/jpod"), jpod.newDir("hands").resolve("jpod"));
        Path bundle = jpod.probe("sleep", "1000").dir();
        Files.createDirectories(
                jpod.socket().getParent(),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        String id = jpod.id();
        Process service = activated();
        try {
            jpod.program(List.of(
                            hands.toString(), "--root", jpod.root.toString(), "run", "-d", "-b", bundle.toString(), id))
                    .env("JPOD_ONESHOT", "0")
                    .run()
                    .ok();
            // KillMode=control-group
            List<ProcessHandle> all = new ArrayList<>(service.descendants().toList());
            all.add(service.toHandle());
            assertThat(all).as("the JVM and who waits for it").hasSize(2);
            all.forEach(ProcessHandle::destroy);
            service.waitFor();
            assertThat(jpod.status(id)).isEqualTo("running");
            assertThat(jpod.socket()).as("systemd's, not ours").exists();
        } finally {
            service.descendants().forEach(ProcessHandle::destroyForcibly);
            service.destroyForcibly();
        }
    }

    /** What the units say, started by somebody who does as systemd does. */
    private Process activated() throws IOException {
        List<String> command = new ArrayList<>(List.of(ACTIVATE.toString(), "--seqpacket"));
        command.addAll(List.of("-l", jpod.socket().toString()));
        for (String variable : values(service(), "Environment")) {
            command.addAll(List.of("-E", variable));
        }
        command.addAll(List.of(values(service(), "ExecStart").getFirst().split(" ")));
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(jpod.dir.resolve("io/service").toFile())
                .start();
        Await.until(
                () -> Files.exists(jpod.socket()) || !process.isAlive(),
                () -> "systemd-socket-activate does not listen");
        assertThat(process.isAlive()).as("systemd-socket-activate").isTrue();
        return process;
    }
}
