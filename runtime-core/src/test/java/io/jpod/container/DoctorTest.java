package io.jpod.container;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpod.cgroup.CgroupFs;
import io.jpod.net.Networks;
import io.jpod.net.cni.CniPlaces;
import io.jpod.oci.Spec;
import io.jpod.oci.State.Status;
import io.jpod.pod.Doctor;
import io.jpod.pod.Doctor.Finding;
import io.jpod.pod.OwnPods;
import io.jpod.pod.Pod;
import io.jpod.pod.Pods;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Between doctor's look and its hand others go on: what is somebody's by then stays. */
class DoctorTest extends ContainerTests {
    private Pods pods() {
        Path root = containers.root();
        return new Pods(containers, new Networks(root, root), new CniPlaces(root, List.of(), root));
    }

    private Path logs() {
        return temporary.resolve("logs");
    }

    private List<Finding> examine(String... kinds) {
        List<Finding> findings = new Doctor(pods(), spawner, logs()).examine();
        assertThat(findings).extracting(Finding::kind).containsExactly(kinds);
        return findings;
    }

    @AfterEach
    void assertNothingIsFound() {
        pods().list().forEach(pod -> pod.delete(true, spawner));
        containers.list().forEach(container -> container.delete(true, spawner));
        examine();
    }

    @Test
    void aContainerInThePlaceOfAHalfMadeOneStays() {
        emptyDirectory("c");
        List<Finding> findings = examine("container");
        Container container = start(bundle("sleep", "1000"), "c").container();
        findings.forEach(Finding::mend);
        assertThat(container.status()).isEqualTo(Status.RUNNING);
    }

    @Test
    void aContainerInThePlaceOfADamagedOneStays() throws IOException {
        Container damaged = create(bundle("exit", "0"), "c").container();
        Files.writeString(damaged.directory().resolve("state.json"), "{");
        List<Finding> findings = examine("container");
        containers.get("c").delete(true, spawner);
        Container container = start(bundle("sleep", "1000"), "c").container();
        findings.forEach(Finding::mend);
        assertThat(container.status()).isEqualTo(Status.RUNNING);
    }

    @Test
    void aContainerWhosePodIsThereAgainStays() throws IOException {
        Bundle bundle = bundle("sleep", "1000");
        Spec spec = bundle.spec();
        Pod pod = pods().create(OwnPods.named("p"), spawner);
        CreateOptions some = bundle.options("c");
        CreateOptions options =
                new CreateOptions("c", some.bundle(), 0, some.stdio(), null, true, true, 0, pod.belonging());
        Container container =
                keep(started(pod.join(spec, "c"), options, spawner)).container();
        Path aside = temporary.resolve("aside");
        Files.move(pod.directory(), aside);
        List<Finding> findings = new Doctor(pods(), spawner, logs()).examine();
        assertThat(findings).extracting(Finding::kind).contains("container");
        Files.move(aside, pod.directory());
        findings.forEach(Finding::mend);
        assertThat(container.status()).isEqualTo(Status.RUNNING);
    }

    @Test
    void aContainerThatClaimsAPodIsNoOrphan() throws IOException {
        pods().create(OwnPods.named("p"), spawner);
        Bundle claims = bundle("sleep", "1000").set("annotations", Map.of("io.jpod.pod", "lost"));
        Container container = start(claims, "c").container();
        assertThat(new Doctor(pods(), spawner, logs()).examine()).isEmpty();
        assertThat(container.annotations()).isEqualTo(Map.of("io.jpod.pod", "lost"));
    }

    @Test
    void aPodInThePlaceOfAHalfMadeOneStays() {
        RecordDir.claim(containers.root().resolve("pods"), "p")
                .orElseThrow()
                .lock()
                .close();
        List<Finding> findings = examine("pod");
        Pod pod = pods().create(OwnPods.named("p"), spawner);
        findings.forEach(Finding::mend);
        assertThat(pods().get("p").id()).isEqualTo(pod.id());
    }

    @Test
    void aLogWhoseContainerIsMadeStays() throws IOException {
        Files.createDirectories(logs().resolve("c"));
        List<Finding> findings = examine("log");
        create(bundle("exit", "0"), "c");
        findings.forEach(Finding::mend);
        assertThat(logs().resolve("c")).exists();
        containers.get("c").delete(true, spawner);
        findings.forEach(Finding::mend);
        assertThat(logs().resolve("c")).doesNotExist();
    }

    @Test
    void aCgroupWhoseContainerIsThereAgainStays() throws IOException {
        Container container = start(bundle("sleep", "1000"), "c").container();
        Path aside = temporary.resolve("aside");
        Files.move(container.directory(), aside);
        List<Finding> findings =
                examine(CgroupFs.find().map(fs -> new String[] {"cgroup"}).orElse(new String[0]));
        Files.move(aside, container.directory());
        findings.forEach(Finding::mend);
        assertThat(containers.get("c").status()).isEqualTo(Status.RUNNING);
    }
}
