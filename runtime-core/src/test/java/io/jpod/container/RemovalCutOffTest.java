package io.jpod.container;

import static io.jpod.container.Bundle.map;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jpod.linux.Fd;
import io.jpod.oci.State.Status;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A removal that is cut off anywhere is finished by the same verb; what a dead maker has left blocks nothing. */
class RemovalCutOffTest extends ContainerTests {
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void afterEveryUnlinkTheSameVerbFinishes(boolean force) throws IOException {
        for (int k = 0; ; k++) {
            Created created = start(bundle("true"), "c");
            created.await();
            Container container = containers.get("c");
            container.log().make(null, LogDir.Bounds.DEFAULT);
            Files.writeString(container.log().newest(), "said");
            StateDir dir = StateDir.at(containers.root(), "c");
            dir.writeExit("0");
            boolean isPart;
            try (Fd _ = dir.dir().lockIfThere().orElseThrow()) {
                new Deletion(container, spawner).clear();
                isPart = PartialRemoval.of(dir.dir(), "state.json", k);
            }
            if (!isPart) {
                assertThat(k).isGreaterThanOrEqualTo(5);
                return;
            }
            containers.get("c").delete(force, spawner);
            assertThat(containers.list()).as("after %d unlinks", k).isEmpty();
        }
    }

    /** Hooks that have run do not run again, and that they have is known when the config is gone. */
    @Test
    void hooksRunOnceHoweverOftenItTakes() throws IOException {
        Path marks = temporary.resolve("marks");
        for (int k = 0; ; k++) {
            Files.deleteIfExists(marks);
            Bundle bundle = bundle("true")
                    .set(
                            "hooks.poststop",
                            List.of(map("path", "/bin/sh", "args", List.of("sh", "-c", "echo ran >> " + marks))));
            start(bundle, "c").await();
            StateDir dir = StateDir.at(containers.root(), "c");
            boolean isPart;
            try (Fd _ = dir.dir().lockIfThere().orElseThrow()) {
                new Deletion(containers.get("c"), spawner).clear();
                isPart = PartialRemoval.of(dir.dir(), "state.json", k);
            }
            if (isPart) {
                containers.get("c").delete(false, spawner);
            }
            assertThat(marks).hasContent("ran");
            assertThat(containers.list()).isEmpty();
            if (!isPart) {
                return;
            }
        }
    }

    @Test
    void aConfigThatIsLostBeforeItsHooksRanIsReported() throws IOException {
        start(bundle("true").set("hooks.poststop", List.of(map("path", "/bin/true"))), "c")
                .await();
        Files.delete(containers.root().resolve("c/config.json"));
        assertThatThrownBy(() -> containers.get("c").delete(true, spawner))
                .isInstanceOf(PoststopFailed.class)
                .hasMessage("its config.json is lost: poststop hooks were not run");
        assertThat(containers.list()).isEmpty();
    }

    @Test
    void aVolumeGoesWhereverItsRemovalWasCutOff() throws IOException {
        Volumes volumes = new Volumes(temporary.resolve("data"));
        for (int k = 0; ; k++) {
            assertThat(volumes.make("v", spawner)).isTrue();
            write(volumes.path("v").resolve("a/b/c"), "text");
            write(volumes.path("v").resolve("d"), "text");
            if (!PartialRemoval.of(new RecordDir(volumes.path("v")), "", k)) {
                assertThat(k).isGreaterThanOrEqualTo(5);
                return;
            }
            volumes.remove("v", spawner);
            assertThat(volumes.list()).isEmpty();
        }
    }

    @Test
    void aVolumeThatIsALinkGoesAlone() throws IOException {
        Volumes volumes = new Volumes(temporary.resolve("data"));
        Path elsewhere = temporary.resolve("elsewhere");
        write(elsewhere.resolve("file"), "text");
        Files.createDirectories(volumes.path("v").getParent());
        Files.createSymbolicLink(volumes.path("v"), elsewhere);
        volumes.remove("v", spawner);
        assertThat(volumes.list()).isEmpty();
        assertThat(elsewhere.resolve("file")).hasContent("text");
    }

    // ---- ids

    @Test
    void anEmptyDirectoryBlocksNoId() {
        emptyDirectory("c");
        assertThat(start(bundle("true"), "c").await()).isZero();
    }

    /** As after a kill between the record and the process. */
    @Test
    void aRecordWhoseMakerIsGoneBlocksNoId() throws IOException {
        StateDir dir = cutOff("c");
        assertThat(containers.get("c").status()).isEqualTo(Status.CREATING);
        assertThat(dir.dir().isBusy()).isFalse();
        assertThat(start(bundle("true"), "c").await()).isZero();
    }

    private StateDir cutOff(String id) {
        start(bundle("true"), id).await();
        StateDir dir = StateDir.at(containers.root(), id);
        dir.write(dir.read().orElseThrow().record().withProcess(0, 0));
        return dir;
    }

    @Test
    void aRemovalThatWasCutOffBlocksNoId() {
        start(bundle("true"), "c").await();
        StateDir dir = StateDir.at(containers.root(), "c");
        new Deletion(containers.get("c"), spawner).clear();
        assertThat(PartialRemoval.of(dir.dir(), "state.json", 2)).isTrue();
        assertThat(dir.path()).isEmptyDirectory();
        assertThat(start(bundle("true"), "c").await()).isZero();
    }

    /** It is its maker's until that is gone; then the id is free. */
    @Test
    void oneThatIsBeingMadeKeepsItsId() throws IOException {
        StateDir dir = cutOff("c");
        try (Fd _ = dir.dir().lockIfThere().orElseThrow()) {
            assertThat(containers.get("c").isHalfMade()).isFalse();
        }
        assertThat(containers.get("c").isHalfMade()).isTrue();
    }

    @Test
    void oneThatIsThereKeepsItsId() throws IOException {
        start(bundle("true"), "ended").await();
        start(bundle("sleep", "1000"), "runs");
        start(bundle("sleep", "1000"), "bad");
        Files.writeString(containers.root().resolve("bad/state.json"), "{");
        for (String id : List.of("ended", "runs", "bad")) {
            assertThatThrownBy(() -> start(bundle("true"), id))
                    .hasMessage("container with given ID already exists: " + id);
        }
    }

    /** However many want what is left over: one gets it. */
    @Test
    void ofManyWhoWantTheSameIdOneGetsIt() throws Exception {
        for (int round = 0; round < 5; round++) {
            emptyDirectory("c");
            List<Bundle> bundles = new ArrayList<>();
            List<Thread> threads = new ArrayList<>();
            List<Created> won = java.util.Collections.synchronizedList(new ArrayList<>());
            List<String> lost = java.util.Collections.synchronizedList(new ArrayList<>());
            for (int i = 0; i < 4; i++) {
                bundles.add(bundle("sleep", "1000"));
            }
            for (Bundle bundle : bundles) {
                threads.add(Thread.ofPlatform().start(() -> {
                    try {
                        won.add(started(bundle.spec(), bundle.options("c"), spawner));
                    } catch (RuntimeException e) {
                        lost.add(String.valueOf(e.getMessage()));
                    }
                }));
            }
            for (Thread thread : threads) {
                thread.join();
            }
            containers.get("c").delete(true, spawner);
            for (Created created : won) {
                created.await();
                created.close();
            }
            assertThat(won).hasSize(1);
            assertThat(lost).hasSize(3).containsOnly("container with given ID already exists: c");
        }
    }
}
