package io.jpod.container;

import static io.jpod.container.Bundle.map;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jpod.abi.Flags;
import io.jpod.linux.Linux;
import io.jpod.oci.State.Status;
import io.jpod.testing.Await;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is done with a container is done with it as it is by then, and to no other one of its id. */
class LifeTest extends ContainerTests {
    private static final String MISSING = "container does not exist: c";

    /** What a maker leaves who was killed, or has just not gone on, between taking the name and locking it. */
    private Path nameOnly() throws IOException {
        Files.createDirectories(containers.root());
        Path name = containers.root().resolve("c");
        Linux.mkdirat(Linux.AT_FDCWD, name.toString(), 0500);
        return name;
    }

    @Test
    void aNameThatNobodyHasLockedYetIsNoContainer() throws IOException {
        for (boolean force : List.of(true, false)) {
            Path name = nameOnly();
            Container container = containers.get("c");
            assertThatThrownBy(() -> container.start(spawner)).hasMessage(MISSING);
            assertThat(name).doesNotExist();
            nameOnly();
            if (force) {
                container.delete(true, spawner);
            } else {
                assertThatThrownBy(() -> container.delete(false, spawner)).hasMessage(MISSING);
            }
            assertThat(name).doesNotExist();
        }
        nameOnly();
        assertThat(start(bundle("true"), "c").await()).isZero();
    }

    @Test
    void aDirectoryThatSomebodyIsAboutToFillOrToRemoveIsNoContainer() {
        RecordDir.Claim claim = RecordDir.claim(containers.root(), "c").orElseThrow();
        assertThat(containers.find("c")).isEmpty();
        assertThat(containers.list()).isEmpty();
        claim.lock().close();
        assertThat(containers.get("c").status()).isEqualTo(Status.CREATING);
    }

    @Test
    void thatNothingIsLostTakesNoName() throws IOException {
        start(bundle("true"), "other").await();
        Path root = containers.root();
        Object before = Files.getLastModifiedTime(root);
        containers.named("c").delete(true, spawner);
        assertThat(Files.getLastModifiedTime(root)).isEqualTo(before);
    }

    private enum End {
        END {
            @Override
            void of(LifeTest test, Container container) {
                container.end(test.spawner);
            }
        },
        DELETE {
            @Override
            void of(LifeTest test, Container container) {
                container.deleteIfSame(test.spawner);
            }
        },
        DISCARD {
            @Override
            void of(LifeTest test, Container container) {
                container.discard(test.spawner);
            }
        };

        abstract void of(LifeTest test, Container container);
    }

    @ParameterizedTest
    @EnumSource
    void whatIsMeantForOneDoesNotMeetTheNextOfItsId(End end) {
        Container first = start(bundle("sleep", "1000"), "c").container();
        first.delete(true, spawner);
        Container second = start(bundle("sleep", "1000"), "c").container();
        end.of(this, first);
        assertThat(second.status()).isEqualTo(Status.RUNNING);
        end.of(this, second);
        assertThat(second.pid()).isZero();
    }

    @ParameterizedTest
    @EnumSource(names = {"RUNNING", "PAUSED"})
    void whoeverStopsOneNeedsNoConnection(Status status) {
        Container container = start(bundle("sleep", "1000"), "c").container();
        if (status == Status.PAUSED) {
            container.pause(spawner);
        }
        Containers.stop(List.of(container), 15, Duration.ofMillis(1), spawner);
        assertThat(container.status()).isEqualTo(Status.STOPPED);
    }

    /** Others may look into it and signal it, but not take it down. */
    @Test
    void poststartHooksKeepOneFromBeingDeletedAndFromNothingElse() throws Exception {
        Path fifo = temporary.resolve("fifo");
        new ProcessBuilder("mkfifo", fifo.toString()).start().waitFor();
        Bundle bundle = bundle("sleep", "1000");
        bundle.set("hooks.poststart", List.of(map("path", "/bin/cat", "args", List.of("cat", fifo.toString()))));
        Container container = create(bundle, "c").container();
        try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
            Future<?> start = threads.submit(() -> container.start(spawner));
            Await.until(() -> container.status() == Status.RUNNING, () -> "it does not run");
            assertThat(exec(container, "echo", "inside")).isEqualTo("inside\n");
            Future<?> removal = threads.submit(() -> container.delete(true, spawner));
            awaitLockOf(container);
            assertThat(exec(container, "echo", "inside")).isEqualTo("inside\n");
            container.kill((int) Flags.SIGKILL, spawner);
            Await.until(() -> container.status() == Status.STOPPED, () -> "it is not killed");
            assertThat(start).isNotDone();
            assertThat(removal).isNotDone();
            // The hook goes on once somebody has written.
            Files.writeString(fifo, "now");
            start.get();
            removal.get();
        }
        assertThat(containers.list()).isEmpty();
    }
}
