package io.jpod.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jpod.abi.Flags;
import io.jpod.exec.Spawner.Child;
import io.jpod.linux.Fd;
import io.jpod.linux.Message;
import io.jpod.linux.Processes;
import io.jpod.linux.Sockets;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What hands may say in an order that the real ones seldom choose. The test is the hands. */
@Timeout(30)
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

    @Test
    void aCloneThatEndedBeforeWeKnewItHasAnExitCode() throws Exception {
        Process ended = new ProcessBuilder("true").start();
        ended.waitFor();
        say(List.of(), Wire.EXITED, (int) ended.pid(), 3 << 8);
        try (Child clone = children.adopt((int) ended.pid())) {
            assertThat(clone.await()).isEqualTo(3);
            assertThatThrownBy(clone::pidfd).hasMessageContaining("ESRCH");
        }
    }

    @Test
    void theEndOfACloneMayBeToldLater() {
        try (Child clone = children.adopt(self)) {
            say(List.of(), Wire.EXITED, self, 9);
            assertThat(clone.await()).isEqualTo(137);
            assertThat(clone.pidfd().isOpen()).isTrue();
        }
    }

    @Test
    void aHangUpEndsAllWaiting() {
        try (Child clone = children.adopt(self)) {
            hands.close();
            assertThatThrownBy(clone::await).hasMessage("the caller hung up");
            assertThatThrownBy(() -> children.spawn(new Message(Wire.spawn(0, 0, 0), List.of())))
                    .hasMessage("the caller hung up");
        }
    }

    @Test
    void nonsenseEndsTheConversation() {
        try (Child clone = children.adopt(self)) {
            say(List.of(), Wire.SPAWNED, 7);
            assertThatThrownBy(clone::await).hasMessageStartingWith("the caller answered a spawn with 7");
        }
    }
}
