package io.jpod.engine.hands;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jpod.abi.Errno;
import io.jpod.abi.Flags;
import io.jpod.exec.Spawner.Child;
import io.jpod.linux.Fd;
import io.jpod.linux.Message;
import io.jpod.linux.Processes;
import io.jpod.linux.Sockets;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What hands may say in an order that the real ones seldom choose. The test is the hands. */
class ChildrenTest {
    private final List<Fd> ends = Sockets.pair(Flags.SOCK_SEQPACKET);
    private final Fd hands = ends.getLast();
    private final Children children = new Children(ends.getFirst());
    private final int self = (int) ProcessHandle.current().pid();

    @BeforeEach
    void spawnOne() {
        try (Fd pidfd = Processes.pidfdOpen(self)) {
            say(List.of(pidfd), Wire.SPAWNED, self);
        }
        children.spawn(new Message(Wire.spawn(0, 0, 0), List.of())).close();
    }

    @AfterEach
    void hangUp() {
        ends.forEach(Fd::close);
    }

    private void say(List<Fd> fds, int... words) {
        ByteBuffer bytes = ByteBuffer.allocate(words.length * Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (int word : words) {
            bytes.putInt(word);
        }
        Sockets.send(hands, new Message(bytes.array(), fds));
    }

    private Child adopted(int pid) {
        try (Fd pidfd = Processes.pidfdOpen(pid)) {
            say(List.of(pidfd), Wire.SPAWNED, pid);
        }
        return children.adopt(pid);
    }

    @Test
    void aCloneThatEndedBeforeWeKnewItHasNoPidfd() {
        say(List.of(), Wire.EXITED, self + 1, 3 << 8);
        say(List.of(), Wire.SPAWNED, -Errno.ESRCH.number());
        assertThatThrownBy(() -> children.adopt(self + 1)).hasMessageContaining("pid " + (self + 1) + ": ESRCH");
    }

    @Test
    void whomTheHandsDoNotKnowIsNoClone() {
        say(List.of(), Wire.SPAWNED, -Errno.ECHILD.number());
        assertThatThrownBy(() -> children.adopt(1)).hasMessageContaining("pid 1: ECHILD");
    }

    @Test
    void theEndOfACloneMayBeToldLater() {
        try (Child clone = adopted(self)) {
            say(List.of(), Wire.EXITED, self, 9);
            assertThat(clone.await()).isEqualTo(137);
            assertThat(clone.pidfd().isOpen()).isTrue();
        }
    }

    @Test
    void aHangUpEndsAllWaiting() {
        try (Child clone = adopted(self)) {
            hands.close();
            assertThatThrownBy(clone::await).hasMessage("the caller hung up");
            assertThatThrownBy(() -> children.spawn(new Message(Wire.spawn(0, 0, 0), List.of())))
                    .hasMessage("the caller hung up");
        }
    }

    @Test
    void nonsenseEndsTheConversation() {
        try (Child clone = adopted(self)) {
            say(List.of(), Wire.SPAWNED, 7);
            assertThatThrownBy(clone::await).hasMessageStartingWith("the caller answered a spawn with 7");
        }
    }

    private final List<Fd> words = Sockets.pair(Flags.SOCK_SEQPACKET);
    private final Process speaker = startSleep();

    private static Process startSleep() {
        try {
            return new ProcessBuilder("sleep", "1000").start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @AfterEach
    void endSpeaker() throws InterruptedException {
        speaker.destroyForcibly().waitFor();
        words.forEach(Fd::close);
    }

    @Test
    void aWordIsWaitedForAsLongAsProcessAndHandsLive() throws Exception {
        try (Fd process = Processes.pidfdOpen((int) speaker.pid())) {
            say(List.of(), Wire.EXITED, self + 1, 0);
            Sockets.send(words.getLast(), new Message(new byte[] {1}, List.of()));
            assertThat(children.await(words.getFirst(), process)).isTrue();
            // What was said before the end counts.
            speaker.destroyForcibly().waitFor();
            assertThat(children.await(words.getFirst(), process)).isTrue();
            Sockets.receive(words.getFirst(), 1, 0);
            // Somebody still holds the other end, and nobody waits for him.
            assertThat(children.await(words.getFirst(), process)).isFalse();
        }
    }

    @Test
    void noWordIsWaitedForWithoutHands() {
        try (Fd process = Processes.pidfdOpen((int) speaker.pid())) {
            hands.close();
            assertThatThrownBy(() -> children.await(words.getFirst(), process)).hasMessage("the caller hung up");
        }
    }
}
