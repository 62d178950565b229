package io.jpod.pod;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jpod.cgroup.CgroupFs;
import io.jpod.cgroup.OwnedCgroups;
import io.jpod.container.Containers;
import io.jpod.container.Damage;
import io.jpod.container.PartialRemoval;
import io.jpod.exec.LocalSpawner;
import io.jpod.exec.Spawner;
import io.jpod.linux.MountTable;
import io.jpod.linux.Mountpoints;
import io.jpod.linux.ProcessStat;
import io.jpod.linux.RecordFiles;
import io.jpod.net.Networks;
import io.jpod.net.cni.CniPlaces;
import io.jpod.oci.NamespaceType;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A pod goes with all that it left, whatever became of its record and wherever an earlier removal was cut off. */
@Tag("root")
class PodRecordTest {
    @TempDir
    private Path temporary;

    private final Spawner spawner = new LocalSpawner();
    private Path root;
    private Pods pods;
    private Containers containers;

    @BeforeEach
    void open() {
        root = temporary.resolve("root");
        containers = new Containers(root);
        pods = new Pods(containers, new Networks(root, root), new CniPlaces(root, List.of(), root));
    }

    @AfterEach
    void assertNothingIsLeft() {
        assertThat(pods.list()).isEmpty();
        assertThat(MountTable.below(root.toString())).isEmpty();
        CgroupFs.find()
                .ifPresent(fs -> assertThat(OwnedCgroups.leftOf(fs.owned().ownedBy(containers.mark()), Set.of()))
                        .isEmpty());
        assertThat(new Doctor(pods, spawner, null).examine()).isEmpty();
    }

    private static PodSpec spec(String name, boolean withProcess) {
        Set<NamespaceType> share = EnumSet.copyOf(PodSpec.DEFAULT_SHARE);
        if (withProcess) {
            share.add(NamespaceType.PID);
        }
        return OwnPods.of(name, share, List.of(new PodSpec.EmptyDir("v", "/v", 4096)));
    }

    private Pod make(String name, boolean withProcess) {
        return pods.create(spec(name, withProcess), spawner);
    }

    @ParameterizedTest
    @EnumSource
    void aBadRecordIsOneDamagedPod(Damage damage) throws IOException {
        Pod good = make("good", false);
        Pod bad = make("bad", true);
        int init = bad.init();
        assertThat(ProcessHandle.of(init)).isPresent();
        damage.doTo(bad.directory().resolve("pod.json"));
        assertThat(pods.list()).extracting(Pod::name).containsExactly(bad.name(), good.name());
        Pod found = pods.get(bad.name());
        assertThat(found.status()).isEqualTo(PodStatus.ERROR);
        assertThat(found.damage().isPresent()).isEqualTo(damage != Damage.LOST);
        assertThatThrownBy(found::spec).hasMessageContaining("remove it with 'jpod pod rm --force'");
        assertThat(new Doctor(pods, spawner, null).examine())
                .extracting(Doctor.Finding::kind)
                .contains("pod");
        found.delete(true, spawner);
        assertThat(ProcessStat.of(init).filter(process -> !process.hasEnded())).isEmpty();
        assertThat(pods.list()).extracting(Pod::name).containsExactly(good.name());
        good.delete(true, spawner);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void afterEveryUnlinkTheSameVerbFinishes(boolean force) {
        for (int k = 0; ; k++) {
            Pod pod = make("p", true);
            // A removal does this before its first unlink.
            CgroupFs.find()
                    .ifPresent(fs -> pod.cgroupPath().ifPresent(path -> fs.killAndRemove(path, PodDeletion.END)));
            MountTable.below(pod.directory().toString()).forEach(Mountpoints::release);
            if (!PartialRemoval.of(pod.recordDir(), "pod.json", k)) {
                assertThat(k).isGreaterThan(8);
                return;
            }
            pods.get(pod.name()).delete(force, spawner);
            assertThat(pods.list()).as("after %d unlinks", k).isEmpty();
            assertThat(new Doctor(pods, spawner, null).examine()).isEmpty();
        }
    }

    /** Wherever before the first unlink it was cut off: each of these is done by it, in this order. */
    @Test
    void afterEveryEarlierStepTheSameVerbFinishes() {
        for (int k = 0; k < 3; k++) {
            Pod pod = make("p", true);
            List<String> mounts = MountTable.below(pod.directory().toString());
            mounts.subList(0, k * mounts.size() / 2).forEach(Mountpoints::release);
            if (k == 2) {
                CgroupFs.find()
                        .ifPresent(fs -> pod.cgroupPath().ifPresent(path -> fs.killAndRemove(path, PodDeletion.END)));
            }
            pods.get(pod.name()).delete(false, spawner);
            assertThat(new Doctor(pods, spawner, null).examine()).isEmpty();
        }
    }

    @Test
    void aDirectoryThatIsLostLeavesNoProcessAndNoMount() throws Exception {
        Pod pod = make("lost", true);
        int init = pod.init();
        Path directory = pod.directory();
        // As rm -rf would, if there were no mounts in it.
        MountTable.below(directory.toString()).forEach(Mountpoints::release);
        assertThat(new ProcessBuilder("rm", "-rf", directory.toString()).start().waitFor())
                .isZero();
        assertThat(Files.exists(directory)).isFalse();
        assertThat(pods.find(pod.name())).isEmpty();
        pods.removeLost(pod.name(), spawner);
        assertThat(ProcessStat.of(init).filter(process -> !process.hasEnded())).isEmpty();
    }

    /** As after a kill in the middle of its making. */
    @Test
    void aRecordWhoseMakerIsGoneBlocksNoName() {
        Pod cutOff = make("p", true);
        int init = cutOff.init();
        Path record = cutOff.directory().resolve("pod.json");
        cutOff.recordDir()
                .write(
                        "pod.json",
                        new String(RecordFiles.read(record).orElseThrow(), StandardCharsets.UTF_8)
                                .replace("\"complete\": true", "\"complete\": false"));
        Pod again = make("p", true);
        assertThat(again.id()).isNotEqualTo(cutOff.id());
        assertThat(ProcessStat.of(init).filter(process -> !process.hasEnded())).isEmpty();
        assertThatThrownBy(() -> make("p", true)).hasMessage("pod name " + again.name() + " is in use");
        again.delete(true, spawner);
    }

    /** It is seen on the host later than its record would have been, and belongs to somebody all the same. */
    @Test
    void whatIsMadeWhileDoctorLooksIsSomebodys() {
        Doctor doctor = new Doctor(pods, spawner, null);
        Pod before = make("a", true);
        List<Doctor.Sight> sights = doctor.look();
        Pod meanwhile = make("b", true);
        assertThat(doctor.compare(sights)).isEmpty();
        before.delete(true, spawner);
        doctor.compare(sights).forEach(Doctor.Finding::mend);
        assertThat(meanwhile.status()).isEqualTo(PodStatus.CREATED);
        assertThat(MountTable.below(meanwhile.directory().toString())).isNotEmpty();
        Pod again = make("a", true);
        doctor.compare(sights).forEach(Doctor.Finding::mend);
        assertThat(again.status()).isEqualTo(PodStatus.CREATED);
        again.delete(true, spawner);
        meanwhile.delete(true, spawner);
    }

    /** What cannot be looked at is told, and is not clean. */
    @Test
    void doctorGoesOnWhereItCannotLook() throws IOException {
        Pod pod = make("p", false);
        Files.createDirectories(root.resolve("networks"));
        Files.writeString(root.resolve("networks/cni"), "no directory");
        pod.recordDir().write("pod.json", "{");
        List<Doctor.Finding> findings = new Doctor(pods, spawner, null).examine();
        assertThat(findings).extracting(Doctor.Finding::kind).containsExactly("pod", "unknown");
        Files.delete(root.resolve("networks/cni"));
        findings.getFirst().mend();
    }

    /** What has a pod's name and is no directory is none. */
    @ParameterizedTest
    @EnumSource(names = {"PIPE", "EMPTY", "LINK", "DANGLING_LINK", "DEVICE", "SOCKET"})
    void whatIsNoDirectoryIsNoPod(Damage damage) throws IOException {
        Pod good = make("good", false);
        Path odd = pods.directory().resolve("odd");
        damage.doTo(odd);
        assertThat(pods.list()).hasSize(1);
        assertThatThrownBy(() -> make("odd", false)).isInstanceOf(RuntimeException.class);
        Files.delete(odd);
        good.delete(true, spawner);
    }
}
