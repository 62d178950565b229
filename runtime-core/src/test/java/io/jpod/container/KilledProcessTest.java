package io.jpod.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jpod.abi.Flags;
import io.jpod.exec.LocalSpawner;
import io.jpod.exec.Observer;
import io.jpod.exec.ReadyProcess;
import io.jpod.linux.Fd;
import io.jpod.linux.Processes;
import io.jpod.oci.State.Status;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The process that is set up is killed at each point at which somebody waits for it: nobody waits any longer, and nothing is left.
 * Which point it is, is counted, so no clock decides.
 */
class KilledProcessTest extends ContainerTests {
    /** Kills the process that it is about to wait for, or adopt, for the n-th time. */
    private static final class Killing extends LocalSpawner {
        private final int point;
        private int passed;

        Killing(int point) {
            this.point = point;
        }

        boolean hasKilled() {
            return passed > point;
        }

        @Override
        public Child spawn(Setting setting, List<Fd> descriptors) {
            Child child = super.spawn(setting, descriptors);
            kill(child.pidfd());
            return child;
        }

        @Override
        public Child adopt(int pid) {
            try (Fd clone = Processes.pidfdOpen(pid)) {
                kill(clone);
            }
            Child child = super.adopt(pid);
            kill(child.pidfd());
            return child;
        }

        @Override
        public boolean await(Fd socket, Fd process) {
            kill(process);
            boolean hasSpoken = super.await(socket, process);
            // What it has said is there, and it is killed before it is heard.
            kill(process);
            return hasSpoken;
        }

        private void kill(Fd process) {
            if (passed++ == point) {
                Processes.signal(process, (int) Flags.SIGKILL);
                Processes.awaitEnd(process, -1);
            }
        }
    }

    private Bundle bundle(boolean userNamespace) throws IOException {
        Bundle bundle = bundle("sleep", "1000");
        return userNamespace ? bundle.userNamespace() : bundle;
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whileItIsCreated(boolean userNamespace) throws IOException {
        int killed = 0;
        while (true) {
            Killing killing = new Killing(killed);
            Bundle bundle = bundle(userNamespace);
            try (Created created = containers.create(bundle.spec(), bundle.options("c"), killing, Observer.NONE)) {
                // Killed when it had gone on as its clone, or had said its last word, or not at all.
                created.container().delete(true, spawner);
                created.await();
            } catch (RuntimeException e) {
                assertThat(killing.hasKilled()).isTrue();
            }
            assertThat(containers.list()).isEmpty();
            if (!killing.hasKilled()) {
                break;
            }
            killed++;
        }
        assertThat(killed).isEqualTo(userNamespace ? 9 : 3);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whileItComesIn(boolean userNamespace) throws IOException {
        Container container = start(bundle(userNamespace), "c").container();
        int killed = 0;
        while (true) {
            Killing killing = new Killing(killed);
            Bundle process = bundle("true");
            ExecOptions options = new ExecOptions("", process.stdio(), null, 0, null, false);
            try (ReadyProcess executed = container.exec(process.spec().process(), options, killing, Observer.NONE)) {
                executed.execute();
                // The one that has gone on as its clone is needed no more.
                assertThat(executed.await()).isIn(killing.hasKilled() ? List.of(137, 0) : List.of(0));
            } catch (RuntimeException e) {
                assertThat(killing.hasKilled()).isTrue();
            }
            if (!killing.hasKilled()) {
                break;
            }
            killed++;
        }
        assertThat(killed).isEqualTo(7);
        assertThat(container.status()).isEqualTo(Status.RUNNING);
    }

    @Test
    void whileItIsStarted() throws IOException {
        for (int point = 0; point < 2; point++) {
            Killing killing = new Killing(point);
            Created created = create(bundle(false), "c" + point);
            try {
                created.container().start(killing);
            } catch (RuntimeException e) {
                assertThat(e).isInstanceOf(ContainerException.class);
            }
            assertThat(killing.hasKilled()).isTrue();
            assertThat(created.await()).isEqualTo(137);
            assertThatThrownBy(() -> created.container().start(spawner)).isInstanceOf(ContainerException.class);
            created.container().delete(true, spawner);
        }
    }
}
