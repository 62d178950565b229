package io.jpod.oci;

import static io.jpod.oci.Examples.config;
import static io.jpod.oci.Examples.device;
import static io.jpod.oci.Examples.linux;
import static io.jpod.oci.Examples.mount;
import static io.jpod.oci.Examples.process;
import static io.jpod.oci.Examples.read;
import static io.jpod.oci.Examples.resources;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the spec allows, or engines are known to write, is taken. */
class LenientConfigTest {
    @Test
    void theVersionAloneIsAConfig() {
        Spec spec = read("{\"ociVersion\": \"1.0.0\"}");
        assertThat(spec.process()).isNull();
        assertThat(spec.root()).isNull();
        assertThat(spec.linux()).isEqualTo(Linux.NONE);
        assertThat(spec.hooks()).isEqualTo(Hooks.NONE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.0.0", "1.0.2-dev", "1.0.0-rc5-dev", "1.2.0+dev", "1.3.0", "1.99.0"})
    void everyVersionOfTheFirstMajorIsTaken(String version) {
        assertThat(read("{\"ociVersion\": \"" + version + "\"}").ociVersion()).isEqualTo(version);
    }

    @Test
    void unknownPropertiesAreIgnored() {
        assertThat(read(config("\"a\": {\"b\": [1e400, -0.5, 99999999999999999999999]}, \"linux\": {\"c\": null}")))
                .isEqualTo(read("{\"ociVersion\": \"1.3.0\"}"));
    }

    @Test
    void nullAndTheEmptyStringAreAbsence() {
        assertThat(read(config("\"process\": null, \"hooks\": null, \"mounts\": null, \"hostname\": \"\","
                        + " \"linux\": {\"cgroupsPath\": \"\", \"resources\": null, \"seccomp\": null}")))
                .isEqualTo(read("{\"ociVersion\": \"1.3.0\"}"));
    }

    @Test
    void aRelativeDestinationIsTakenFromTheRoot() {
        assertThat(read(mount("\"destination\": \"data/x\""))
                        .mounts()
                        .getFirst()
                        .destination())
                .isEqualTo("/data/x");
    }

    @Test
    void dotsInNamesAreNotDotDot() {
        assertThat(read(mount("\"destination\": \"/a..b/...\"")).mounts()).hasSize(1);
    }

    @Test
    void emptyMountOptionsAreDropped() {
        assertThat(read(mount("\"destination\": \"/a\", \"options\": [\"rbind\", \"\"]"))
                        .mounts()
                        .getFirst()
                        .options())
                .containsExactly("rbind");
    }

    @Test
    void theConsoleSizeIsIgnoredWithoutATerminal() {
        assertThat(read(process("\"consoleSize\": {\"height\": 5, \"width\": 7}"))
                        .process())
                .extracting(Process::consoleSize)
                .isNull();
        assertThat(read(process("\"consoleSize\": \"big\"")).process()).isNotNull();
    }

    @Test
    void withoutAUserItIsRoot() {
        assertThat(read(process("\"env\": []")).process().user()).isEqualTo(Process.User.ROOT);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"{}|0|0", "{\"uid\": 7}|7|0", "{\"gid\": 7}|0|7", "{\"uid\": null, \"gid\": null}|0|0"})
    void anIdThatIsMissingIsZero(String user, long uid, long gid) {
        Process.User read = read(process("\"user\": " + user)).process().user();
        assertThat(read.uid()).isEqualTo(uid);
        assertThat(read.gid()).isEqualTo(gid);
    }

    @ParameterizedTest
    @CsvSource({"rwa, rw", "mwr, rwm", "rr, r", "wax, w", "rwm, rwm"})
    void accessIsASetOfLetters(String written, String read) {
        assertThat(read(resources("\"devices\": [{\"allow\": true, \"access\": \"" + written + "\"}]"))
                        .linux()
                        .resources()
                        .devices()
                        .getFirst()
                        .access())
                .isEqualTo(read);
    }

    @ParameterizedTest
    @CsvSource({"2Mb, 2MB", "2mb, 2MB", "1gB, 1GB", "64kB, 64KB", "2MB, 2MB"})
    void thePageSizeIsWrittenInAnyCase(String written, String read) {
        assertThat(read(resources("\"hugepageLimits\": [{\"pageSize\": \"" + written + "\", \"limit\": 1}]"))
                        .linux()
                        .resources()
                        .hugepageLimits())
                .containsExactly(new Resources.HugepageLimit(read, 1));
    }

    @ParameterizedTest
    @ValueSource(strings = {"IOPRIO_CLASS_IDLE", "IOPRIO_CLASS_BE", "IOPRIO_CLASS_RT"})
    void anIoPriorityThatIsMissingIsZero(String name) {
        assertThat(read(process("\"ioPriority\": {\"class\": \"" + name + "\"}"))
                        .process()
                        .ioPriority())
                .isEqualTo(new Process.IoPriority(Process.IoPriority.Kind.valueOf(name), 0));
    }

    @Test
    void theNumbersOfAFifoDoNotMatter() {
        Device fifo = read(device("\"type\": \"p\", \"path\": \"/f\", \"major\": 3, \"minor\": -1"))
                .linux()
                .devices()
                .getFirst();
        assertThat(fifo.major()).isZero();
        assertThat(fifo.minor()).isZero();
    }

    @Test
    void aHookWithoutAnEnvironmentIsAnotherThanOneWithAnEmptyOne() {
        assertThat(read(Examples.hook("\"path\": \"/h\""))
                        .hooks()
                        .of(HookKind.POSTSTOP)
                        .getFirst()
                        .env())
                .isNull();
        assertThat(read(Examples.hook("\"path\": \"/h\", \"env\": []"))
                        .hooks()
                        .of(HookKind.POSTSTOP)
                        .getFirst()
                        .env())
                .isEmpty();
    }

    @Test
    void environmentValuesMayHoldAnything() {
        assertThat(read(process("\"env\": [\"A==b\\n\", \"bad-name=1\", \"E=\"]"))
                        .process()
                        .env())
                .containsExactly("A==b\n", "bad-name=1", "E=");
    }

    @Test
    void unknownCapabilitiesAreNotAnError() {
        assertThat(read(process("\"capabilities\": {\"bounding\": [\"CAP_FUTURE\", \"kill\"]}"))
                        .process()
                        .capabilities()
                        .bounding())
                .containsExactly("CAP_FUTURE", "kill");
    }

    @Test
    void theWholeRangeOfIdsCanBeMapped() {
        Spec spec = read(linux("\"namespaces\": [{\"type\": \"user\", \"path\": \"/run/userns\"}], \"uidMappings\":"
                + " [{\"containerID\": 0, \"hostID\": 0, \"size\": 4294967295}]"));
        assertThat(spec.linux().uidMappings()).containsExactly(new IdMapping(0, 0, 4294967295L));
    }

    @Test
    void emptyMappingsNeedNoUserNamespace() {
        assertThat(read(linux("\"uidMappings\": [], \"gidMappings\": []")).linux())
                .isEqualTo(Linux.NONE);
    }

    @Test
    void aFileModeMayHaveTheTypeBitsOfItsDevice() {
        assertThat(read(device("\"type\": \"c\", \"path\": \"/dev/x\", \"major\": 1, \"minor\": 3, \"fileMode\": 8630"))
                        .linux()
                        .devices()
                        .getFirst()
                        .fileMode())
                .isEqualTo(0666);
    }

    @Test
    void limitsMayBeUnlimited() {
        Resources limits = read(resources("\"memory\": {\"limit\": -1, \"swap\": -1}, \"pids\": {\"limit\": 0},"
                        + " \"cpu\": {\"quota\": -1, \"period\": 0, \"cpus\": \"0-31:2/8,40\"},"
                        + " \"devices\": [{\"allow\": false, \"major\": -1, \"minor\": -1}]"))
                .linux()
                .resources();
        assertThat(limits.memory().limit()).isEqualTo(-1);
        assertThat(limits.pids()).isEqualTo(new Resources.Pids(0L));
        assertThat(limits.cpu().cpus()).isEqualTo("0-31:2/8,40");
    }

    @Test
    void systemdCgroupPathsAreTaken() {
        assertThat(read(linux("\"cgroupsPath\": \"machine.slice:jpod:box\""))
                        .linux()
                        .cgroupsPath())
                .isEqualTo("machine.slice:jpod:box");
    }

    @Test
    void sixtyFourLevelsAreNotTooDeep() {
        assertThat(read(config("\"a\": " + "[".repeat(63) + "]".repeat(63))).ociVersion())
                .isEqualTo("1.3.0");
    }

    @Test
    void eightTimesAsMuchDoesNotTakeSixtyFourTimesAsLong() {
        readingTime(40_000);
        assertThat(readingTime(320_000)).isLessThan(30 * readingTime(40_000));
    }

    /** The thread's own: it does not count what others do meanwhile. */
    private static long readingTime(int annotations) {
        StringBuilder json = new StringBuilder(config("\"annotations\": {"));
        json.setLength(json.length() - 1);
        for (int i = 1; i < annotations; i++) {
            json.append('"').append(i).append("\":\"\",");
        }
        json.append("\"last\": \"\"}}");
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadCpuTime();
        assertThat(read(json.toString()).annotations()).hasSize(annotations);
        return threads.getCurrentThreadCpuTime() - before;
    }

    @Test
    void aProcessAloneHasItsOwnPaths() {
        byte[] json = Examples.bytes("{\"cwd\": \"/\", \"args\": [\"ps\"], \"user\": {\"uid\": 1, \"gid\": 2}}");
        Process process = SpecReader.readProcess(json, "process.json");
        assertThat(process.args()).containsExactly("ps");
        assertThatThrownBy(() -> SpecReader.readProcess(Examples.bytes("{\"args\": [1]}"), "process.json"))
                .hasMessage("process.json: args[0]: must be a string, is a number");
    }

    @Test
    void resourcesAloneHaveTheirOwnPaths() {
        assertThat(SpecReader.readResources(Examples.bytes("{\"pids\": {\"limit\": 7}}"), "-")
                        .pids())
                .isEqualTo(new Resources.Pids(7L));
        assertThatThrownBy(() -> SpecReader.readResources(Examples.bytes("{\"pids\": {\"limit\": \"7\"}}"), "-"))
                .hasMessage("-: pids.limit: must be an integer, is a string");
    }

    @Test
    void aSeccompProfileAloneIsRead() {
        assertThat(SpecReader.readSeccomp(Examples.bytes("{\"defaultAction\": \"SCMP_ACT_LOG\"}"), "p.json"))
                .isEqualTo(new Seccomp(Seccomp.Action.SCMP_ACT_LOG, null, List.of(), List.of(), null, null, List.of()));
    }
}
