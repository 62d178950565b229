package io.jpod.container;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.jpod.cgroup.CgroupFs;
import io.jpod.oci.State.Status;
import io.jpod.testing.Own;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code delete --force} works from what is on disk, wherever set-up was cut off and whatever became of the record. */
class DeleteTest extends ContainerTests {
    @Test
    void aDirectoryAlone() {
        emptyDirectory("c");
        assertThat(containers.get("c").status()).isEqualTo(Status.CREATING);
        containers.get("c").delete(false, spawner);
        assertThat(containers.list()).isEmpty();
    }

    @Test
    void aRecordOfCgroupsThatWereMadeAndOfNoProcess() throws IOException {
        CgroupFs fs = CgroupFs.find().orElse(null);
        assumeThat(fs).as("cgroup2").isNotNull();
        String parent = fs.mount() + Own.CGROUPS;
        String cgroup = parent + "/half/c";
        Files.createDirectories(Path.of(cgroup));
        emptyDirectory("c").write(record(cgroup, List.of(parent, parent + "/half", cgroup)));
        containers.get("c").delete(true, spawner);
        assertThat(Path.of(parent)).doesNotExist();
        assertThat(containers.list()).isEmpty();
    }

    @Test
    void aRecordOfCgroupsThatWereNeverMade() {
        String cgroup =
                CgroupFs.find().map(fs -> fs.mount() + Own.CGROUPS + "/never").orElse(null);
        emptyDirectory("c").write(record(cgroup, cgroup == null ? List.of() : List.of(cgroup)));
        containers.get("c").delete(true, spawner);
        assertThat(containers.list()).isEmpty();
    }

    @Test
    void neverTouchesACgroupOutsideTheHierarchy() {
        assumeThat(CgroupFs.find()).isPresent();
        Path victim = temporary.resolve("victim");
        assertThatCode(() -> Files.createDirectory(victim)).doesNotThrowAnyException();
        emptyDirectory("c").write(record(victim.toString(), List.of(victim.toString())));
        containers.get("c").delete(true, spawner);
        assertThat(victim).exists();
        assertThat(containers.list()).isEmpty();
    }

    @Test
    void aProcessOfAnotherBootOrAnotherStartIsLeftAlone() {
        long self = ProcessHandle.current().pid();
        StoredState reused = record(null, List.of()).withProcess((int) self, 1);
        emptyDirectory("c").write(reused);
        assertThat(containers.get("c").status()).isEqualTo(Status.STOPPED);
        assertThatThrownBy(() -> containers.get("c").delete(true, spawner))
                .isInstanceOf(PoststopFailed.class)
                .hasMessage("its config.json is lost: poststop hooks were not run");
        assertThat(containers.list()).isEmpty();
        assertThat(ProcessHandle.current().isAlive()).isTrue();
    }

    /** The cgroup is found by the config that was kept beside the record, so the process in it ends too. */
    @ParameterizedTest
    @ValueSource(
            strings = {"", "{", "{\"id\": \"c\"", "[]", "\u0000\u0000", "{\"id\":\"c\",\"created\":\"yesterday\"}"})
    void aDamagedRecord(String text) throws IOException {
        String cgroup = Own.CGROUPS + "-damaged";
        Created created = start(bundle("sleep", "1000").set("linux.cgroupsPath", cgroup), "c");
        Files.write(containers.root().resolve("c/state.json"), text.getBytes(UTF_8));
        assertThat(containers.list()).hasSize(1);
        assertThatThrownBy(() -> containers.get("c").delete(false, spawner)).isInstanceOf(ContainerException.class);
        containers.get("c").delete(true, spawner);
        assertThat(created.await()).isEqualTo(137);
        CgroupFs.find().ifPresent(fs -> assertThat(Path.of(fs.mount() + cgroup)).doesNotExist());
        assertThat(containers.list()).isEmpty();
    }

    @Test
    void aDamagedRecordAndNoConfig() throws IOException {
        Files.writeString(emptyDirectory("c").path().resolve("state.json"), "{");
        containers.get("c").delete(true, spawner);
        assertThat(containers.list()).isEmpty();
    }

    @Test
    void twiceIsAnError() {
        Container container = create(bundle("true"), "c").container();
        container.delete(true, spawner);
        assertThatThrownBy(() -> containers.get("c")).hasMessage("container does not exist: c");
    }

    private StoredState record(String cgroup, List<String> directories) {
        Bundle bundle = bundle("true");
        return new StoredState(
                "c",
                "1.3.0",
                0,
                0,
                Containers.bootId(),
                bundle.dir.toString(),
                bundle.rootfs.toString(),
                Instant.EPOCH,
                0,
                cgroup,
                directories,
                Map.of(),
                Belonging.NONE,
                new StoredState.Wishes(true, true, 0),
                StoredState.Poststop.DUE);
    }
}
