package io.jpod.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jpod.exec.CallerGone;
import io.jpod.exec.LocalSpawner;
import io.jpod.exec.Observer;
import io.jpod.exec.Spawner;
import io.jpod.linux.Fd;
import io.jpod.net.Networks;
import io.jpod.net.NewNetwork;
import io.jpod.net.PortMapping;
import io.jpod.net.cni.CniPlaces;
import io.jpod.oci.Spec;
import io.jpod.oci.State.Status;
import io.jpod.pod.OwnPods;
import io.jpod.pod.Pod;
import io.jpod.pod.PodException;
import io.jpod.pod.PodStatus;
import io.jpod.pod.Pods;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * An operation does not outlive its caller unseen: one whose caller was killed before the name or the lock was its own does
 * nothing, and from then on everybody else waits for it.
 */
class CallerGoneTest extends ContainerTests {
    /** Is gone when it is asked for the so-maniest time, and later. */
    private static final class Mortal extends LocalSpawner {
        private int lives;

        Mortal(int lives) {
            this.lives = lives;
        }

        @Override
        public void requireCaller() {
            if (lives-- <= 0) {
                throw new CallerGone();
            }
        }
    }

    private final Spawner gone = new Mortal(0);

    private Pods pods() {
        Path root = containers.root();
        return new Pods(containers, new Networks(root, root), CniPlaces.usual(root));
    }

    @AfterEach
    void removePods() {
        pods().list().forEach(pod -> pod.delete(true, spawner));
    }

    @Test
    void noContainerIsMade() throws IOException {
        Bundle bundle = bundle("exit", "0");
        assertThatThrownBy(() -> containers.create(bundle.spec(), bundle.options("c"), gone, Observer.NONE))
                .isInstanceOf(CallerGone.class);
        assertThatThrownBy(() -> containers.prepare(bundle.spec(), bundle.options("c"), gone, Observer.NONE))
                .isInstanceOf(CallerGone.class);
        assertThat(containers.root().resolve("c")).doesNotExist();
    }

    @Test
    void noneIsDeleted() {
        Container container = create(bundle("exit", "0"), "c").container();
        assertThatThrownBy(() -> container.delete(true, gone)).isInstanceOf(CallerGone.class);
        assertThat(container.status()).isEqualTo(Status.CREATED);
    }

    @Test
    void noneIsMadeAgain() {
        Created ended = start(bundle("exit", "7"), "c");
        ended.await();
        List<Fd> stdio = bundle("exit", "0").stdio();
        assertThatThrownBy(() -> ended.container().recreate(stdio, null, gone)).isInstanceOf(CallerGone.class);
        assertThat(containers.get("c").status()).isEqualTo(Status.STOPPED);
    }

    /** Whether its caller was gone at the beginning, or has gone until it was ready. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void noPodIsMade(int lives) {
        assertThatThrownBy(() -> pods().create(OwnPods.named("p"), new Mortal(lives)))
                .isInstanceOf(CallerGone.class);
        assertThat(pods().list()).isEmpty();
        assertThat(pods().create(OwnPods.named("p"), spawner).status()).isEqualTo(PodStatus.CREATED);
    }

    @Test
    void noPodIsJoinedOrRemoved() {
        Pod pod = pods().create(OwnPods.named("p"), spawner);
        assertThatThrownBy(() -> pod.hold(gone)).isInstanceOf(CallerGone.class);
        assertThatThrownBy(() -> pod.delete(true, gone)).isInstanceOf(CallerGone.class);
        assertThat(pods().get("p").status()).isEqualTo(PodStatus.CREATED);
    }

    @Test
    void noVolumeIsMadeFilledOrRemoved() throws IOException {
        Volumes volumes = new Volumes(temporary.resolve("data"));
        assertThatThrownBy(() -> volumes.make("v", gone)).isInstanceOf(CallerGone.class);
        assertThat(volumes.list()).isEmpty();
        volumes.make("v", spawner);
        Bundle bundle = bundle("exit", "0");
        Files.createDirectories(bundle.rootfs.resolve("bin"));
        Spec spec = bundle.set("root.path", bundle.rootfs.toString())
                .set(
                        "mounts",
                        List.of(Map.of(
                                "destination", "/bin",
                                "source", volumes.path("v").toString(),
                                "options", List.of("bind"))))
                .spec();
        assertThatThrownBy(() -> volumes.fill(spec, gone)).isInstanceOf(CallerGone.class);
        assertThat(volumes.path("v")).isEmptyDirectory();
        assertThatThrownBy(() -> volumes.remove("v", gone)).isInstanceOf(CallerGone.class);
        assertThat(volumes.list()).containsExactly("v");
    }

    @Test
    void noNetworkIsRemovedOrPublished() {
        Networks networks = new Networks(containers.root(), containers.root());
        networks.create(NewNetwork.named("n"), spawner);
        assertThatThrownBy(() -> networks.prune(gone)).isInstanceOf(CallerGone.class);
        assertThat(networks.list()).hasSize(1);
        PortMapping port = PortMapping.parse("80").getFirst();
        assertThatThrownBy(() -> networks.publish("n", "p", port, gone)).isInstanceOf(CallerGone.class);
        assertThatThrownBy(() -> networks.unpublish("n", "p", port, gone)).isInstanceOf(CallerGone.class);
    }

    /** Also with what nobody catches. */
    @Test
    void oneThatCannotBeHandedOverIsNotToBe() {
        Created created = create(bundle("exit", "0"), "c");
        StackOverflowError error = new StackOverflowError();
        assertThatThrownBy(() -> created.settle(spawner, () -> {
                    throw error;
                }))
                .isSameAs(error);
        assertThat(containers.list()).isEmpty();
    }

    @Test
    void anInverseThatFailsWithAnErrorKeepsNoOther() {
        List<String> done = new ArrayList<>();
        Undo undo = new Undo();
        undo.onFailure(() -> done.add("first"));
        undo.onFailure(() -> {
            throw new StackOverflowError();
        });
        Throwable reason = new Throwable();
        undo.run(reason);
        assertThat(done).containsExactly("first");
        assertThat(reason.getSuppressed()).hasSize(1);
    }

    @Test
    void whatHadTheNameBeforeIsNotTheSame() {
        Pod first = pods().create(OwnPods.named("p"), spawner);
        first.delete(true, spawner);
        pods().create(OwnPods.named("p"), spawner);
        assertThatThrownBy(() -> first.hold(spawner))
                .isInstanceOf(PodException.class)
                .hasMessageContaining("another one has its name");
        first.delete(true, spawner);
        assertThat(pods().find("p")).isPresent();
    }

    @Test
    void whatIsNotStartedYetIsWaitedFor() throws ExecutionException, InterruptedException {
        Bundle bundle = bundle("sleep", "1000");
        Created prepared = containers.prepare(bundle.spec(), bundle.options("c"), spawner, Observer.NONE);
        CompletableFuture<Void> removal =
                CompletableFuture.runAsync(() -> containers.get("c").delete(true, spawner));
        awaitLockOf(containers.get("c"));
        assertThat(removal).isNotDone();
        prepared.start(spawner);
        removal.get();
        assertThat(prepared.await()).isEqualTo(128 + 9);
        prepared.close();
        assertThat(containers.list()).isEmpty();
    }
}
