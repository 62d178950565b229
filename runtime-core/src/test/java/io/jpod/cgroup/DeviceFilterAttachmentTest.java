package io.jpod.cgroup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.jpod.abi.Errno;
import io.jpod.abi.Flags;
import io.jpod.linux.Fd;
import io.jpod.linux.Linux;
import io.jpod.linux.SyscallException;
import io.jpod.oci.Resources.DeviceRule.Type;
import io.jpod.testing.Own;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

/** Filters on a real cgroup, with a shell in it that opens devices. */
@Tag("root")
@EnabledIf("possible")
class DeviceFilterAttachmentTest {
    private static final List<Path> HIERARCHIES = List.of(Path.of("/sys/fs/cgroup/unified"), Path.of("/sys/fs/cgroup"));

    private Path directory = Path.of("");

    static boolean possible() {
        return hierarchies().findAny().isPresent();
    }

    private static Stream<Path> hierarchies() {
        return HIERARCHIES.stream().filter(path -> Files.isWritable(path.resolve("cgroup.procs")));
    }

    @BeforeEach
    void create() throws IOException {
        Path root = hierarchies().findFirst().orElseThrow();
        directory = Files.createDirectory(root.resolve(Own.CGROUPS.substring(1)));
    }

    @AfterEach
    void remove() throws IOException {
        Files.delete(directory);
    }

    private Fd open() {
        return Linux.open(directory.toString(), Flags.O_RDONLY, 0);
    }

    /** What a process in the cgroup can do, as the exit code of a shell. */
    private int inCgroup(String command) throws Exception {
        String script = "echo $$ > " + directory + "/cgroup.procs && " + command;
        Process shell = new ProcessBuilder("sh", "-c", script)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        return shell.waitFor();
    }

    @Test
    void aProcessInTheCgroupOpensWhatTheLastFilterAllows() throws Exception {
        try (Fd cgroup = open()) {
            assertThat(inCgroup(": < /dev/zero")).isZero();

            DeviceFilterAttachment.put(
                    cgroup,
                    DeviceFilter.compile(
                            List.of(DeviceFilterTest.DENY_ALL, DeviceFilterTest.allow(Type.C, 1, 3, "r"))));
            assertThat(inCgroup(": < /dev/null")).isZero();
            assertThat(inCgroup(": > /dev/null")).isNotZero();
            assertThat(inCgroup(": < /dev/zero")).isNotZero();

            DeviceFilterAttachment.put(
                    cgroup,
                    DeviceFilter.compile(
                            List.of(DeviceFilterTest.DENY_ALL, DeviceFilterTest.allow(Type.C, 1, 5, "rwm"))));
            assertThat(inCgroup(": < /dev/zero")).isZero();
            assertThat(inCgroup(": < /dev/null")).isNotZero();
            assertThat(DeviceFilterAttachment.attached(cgroup)).hasSize(1);
        }
    }

    @Test
    void theVerifierTakesWhateverIsCompiled() {
        try (Fd cgroup = open()) {
            for (int seed = 0; seed < 100; seed++) {
                DeviceFilterAttachment.put(cgroup, DeviceFilter.compile(DeviceFilterTest.random(new Random(seed))));
            }
            assertThat(DeviceFilterAttachment.attached(cgroup)).hasSize(1);
        }
    }

    @Test
    void aDirectoryThatIsNoCgroupIsAnError() {
        byte[] program = DeviceFilter.compile(List.of());
        try (Fd elsewhere = Linux.open("/tmp", Flags.O_RDONLY, 0)) {
            assertThatExceptionOfType(SyscallException.class)
                    .isThrownBy(() -> DeviceFilterAttachment.put(elsewhere, program))
                    .matches(e -> e.is(Errno.EBADF));
        }
    }
}
