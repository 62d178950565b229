package io.jpod.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jpod.container.Volumes;
import io.jpod.oci.Mount;
import io.jpod.oci.Namespace;
import io.jpod.oci.NamespaceType;
import io.jpod.oci.Process;
import io.jpod.oci.Resources;
import io.jpod.oci.Spec;
import io.jpod.oci.SpecReader;
import io.jpod.oci.SpecWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DefaultSpecTest {
    private static final Sharing PRIVATE = new Sharing(Set.of(), Map.of(), null, null);

    private static final DefaultSpec.Host HOST = new DefaultSpec.Host(
            true,
            List.of("/sys/devices/system/cpu/cpu0/thermal_throttle"),
            PRIVATE,
            Map.of("TERM", "vt100", "LANG", "C"),
            new Volumes(Path.of("/data")));

    private static final DefaultSpec.Host HOST_WITHOUT_PIDS =
            new DefaultSpec.Host(false, List.of(), PRIVATE, Map.of(), new Volumes(Path.of("/data")));

    private static Spec spec() {
        return spec(wish -> wish);
    }

    private static Spec spec(UnaryOperator<Wish.Builder> changes) {
        return spec(HOST, changes);
    }

    private static Spec spec(DefaultSpec.Host host, UnaryOperator<Wish.Builder> changes) {
        Wish.Builder wish = Wish.of(Path.of("/srv/web")).args("true").paths(Path.of("/home/me")::resolve);
        return DefaultSpec.of(changes.apply(wish).build(), host, "web", Process.User.ROOT);
    }

    private static Mount mount(Spec spec, String destination) {
        return spec.mounts().stream()
                .filter(mount -> mount.destination().equals(destination))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void isClosedByDefault() {
        Spec spec = spec();

        assertThat(spec.process().noNewPrivileges()).isTrue();
        assertThat(spec.process().capabilities().bounding())
                .hasSize(11)
                .doesNotContain("CAP_NET_RAW", "CAP_MKNOD", "CAP_AUDIT_WRITE", "CAP_SYS_ADMIN");
        assertThat(spec.process().capabilities().inheritable()).isEmpty();
        assertThat(spec.process().capabilities().ambient()).isEmpty();
        assertThat(spec.linux().seccomp()).isNotNull();
        assertThat(spec.linux().maskedPaths())
                .contains("/proc/kcore", "/proc/interrupts", "/sys/devices/system/cpu/cpu0/thermal_throttle");
        assertThat(spec.linux().readonlyPaths()).contains("/proc/sys", "/proc/sysrq-trigger");
        assertThat(spec.linux().resources().devices())
                .containsExactly(new Resources.DeviceRule(false, null, null, null, "rwm"));
        assertThat(spec.linux().resources().pids()).isEqualTo(new Resources.Pids(2048L));
        assertThat(spec.linux().namespaces())
                .extracting(Namespace::type)
                .containsExactlyInAnyOrder(
                        NamespaceType.PID,
                        NamespaceType.NETWORK,
                        NamespaceType.IPC,
                        NamespaceType.UTS,
                        NamespaceType.MOUNT,
                        NamespaceType.CGROUP);
        assertThat(mount(spec, "/sys").options()).contains("ro");
        assertThat(mount(spec, "/proc").options()).contains("nosuid", "noexec", "nodev");
    }

    @Test
    void canBeWrittenAndReadAgain() {
        Spec spec = spec(wish ->
                wish.tty(true).memory(64 << 20).cpus(1.5).volume("/a:/b:ro").tmpfs("/tmp"));

        assertThat(SpecReader.read(SpecWriter.write(spec).getBytes(StandardCharsets.UTF_8), "config.json"))
                .isEqualTo(spec);
    }

    @Test
    void asksForNoLimitThatNobodyWantsOfAHostWithoutIt() {
        assertThat(spec(HOST_WITHOUT_PIDS, wish -> wish).linux().resources().pids())
                .isNull();
        assertThat(spec(HOST_WITHOUT_PIDS, wish -> wish.pids(-1))
                        .linux()
                        .resources()
                        .pids())
                .isNull();
        assertThat(spec(HOST_WITHOUT_PIDS, wish -> wish.pids(9))
                        .linux()
                        .resources()
                        .pids())
                .isEqualTo(new Resources.Pids(9L));
    }

    @Test
    void capabilitiesAreAddedAndDroppedByName() {
        assertThat(spec(wish -> wish.capAdd("net_raw").capDrop("CAP_CHOWN"))
                        .process()
                        .capabilities()
                        .effective())
                .contains("CAP_NET_RAW")
                .doesNotContain("CAP_CHOWN");
        assertThat(spec(wish -> wish.capDrop("ALL").capAdd("NET_RAW", "KILL"))
                        .process()
                        .capabilities()
                        .permitted())
                .containsExactlyInAnyOrder("CAP_NET_RAW", "CAP_KILL");
        assertThat(spec(wish -> wish.capAdd("ALL").capDrop("SYS_ADMIN"))
                        .process()
                        .capabilities()
                        .bounding())
                .hasSize(40)
                .doesNotContain("CAP_SYS_ADMIN");
        assertThatThrownBy(() -> spec(wish -> wish.capAdd("fly"))).hasMessage("capAdd: no such capability: fly");
    }

    @Test
    void volumesAreRelativeToTheCallerAndHarmless() {
        assertThat(mount(spec(wish -> wish.volume("site:/www")), "/www").source())
                .as("a name, and not a path")
                .isEqualTo("/data/volumes/site");
        assertThat(mount(spec(wish -> wish.volume("./site:/www")), "/www"))
                .isEqualTo(new Mount("/www", "bind", "/home/me/site", List.of("nosuid", "nodev", "rprivate", "rbind")));
        assertThat(mount(spec(wish -> wish.volume("/a:/b:ro,suid,rshared,bind")), "/b")
                        .options())
                .containsExactly("ro", "suid", "rshared", "bind", "nodev");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/a", ":/b", "/a:b", "/a:/b:bogus", "/a:/../b", "/a:/b:ro:x"})
    void refusesVolumesThatMeanNothing(String volume) {
        assertThatThrownBy(() -> spec(wish -> wish.volume(volume)))
                .isInstanceOf(InvalidWish.class)
                .hasMessageStartingWith("volume: ");
    }

    @ParameterizedTest
    @CsvSource({"1.5,150000", "0.01,1000", "2,200000", "0.333333,33333"})
    void cpusAreTimeInAPeriod(double cpus, long quota) {
        Resources.Cpu cpu = spec(wish -> wish.cpus(cpus)).linux().resources().cpu();

        assertThat(cpu.quota()).isEqualTo(quota);
        assertThat(cpu.period()).isEqualTo(100_000);
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, -1, 0.001, 1e99})
    void refusesCpusThatCannotBe(double cpus) {
        assertThatThrownBy(() -> spec(wish -> wish.cpus(cpus)))
                .isInstanceOf(InvalidWish.class)
                .hasMessageStartingWith("cpus: ");
    }

    @Test
    void namespacesThatAreNotItsOwnAreThoseOfTheHostOrOfAnother() {
        Sharing sharing =
                new Sharing(Set.of(NamespaceType.NETWORK), Map.of(NamespaceType.UTS, "/proc/7/ns/uts"), null, "other");
        Spec spec = spec(
                new DefaultSpec.Host(false, List.of(), sharing, Map.of(), new Volumes(Path.of("/data"))), wish -> wish);

        assertThat(spec.linux().namespace(NamespaceType.NETWORK)).isNull();
        assertThat(spec.linux().namespace(NamespaceType.UTS))
                .isEqualTo(new Namespace(NamespaceType.UTS, "/proc/7/ns/uts"));
        assertThat(spec.hostname()).isNull();
        assertThat(spec.process().env()).contains("HOSTNAME=other");
    }

    @Test
    void environmentIsTheContainersOwn() {
        assertThat(spec(wish -> wish.env("A=b=c", "LANG", "NOT_THERE", "PATH=/bin"))
                        .process()
                        .env())
                .containsExactly("HOSTNAME=web", "A=b=c", "LANG=C", "PATH=/bin");
        assertThat(spec(wish -> wish.tty(true)).process().env()).contains("TERM=vt100");
        assertThatThrownBy(() -> spec(wish -> wish.env("=x"))).isInstanceOf(InvalidWish.class);
    }

    @Test
    void anErrorIsInTheWordsOfADoor() {
        assertThatThrownBy(() -> spec(wish -> wish.capAdd("fly")))
                .isInstanceOfSatisfying(
                        InvalidWish.class,
                        invalid -> assertThat(invalid.in(field -> "my " + field))
                                .isEqualTo("my capAdd: no such capability: fly"));
    }

    @Test
    void aWishNeedsARootFileSystem() {
        assertThatThrownBy(() -> Wish.builder().build()).hasMessage("rootfs: is needed");
    }
}
