package io.jpod.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jpod.abi.Arch;
import io.jpod.abi.Errno;
import io.jpod.abi.Flags;
import io.jpod.abi.Sys;
import io.jpod.testing.Await;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SocketsTest {
    private static final long F_GETFD = 1;

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static Message received(Fd socket, int maxBytes, int maxFds) {
        Message message = Sockets.receive(socket, maxBytes, maxFds);
        assertThat(message).isNotNull();
        return message;
    }

    private static int openDescriptors() {
        return new java.io.File("/proc/self/fd").list().length;
    }

    @Test
    void aMessageArrivesWithItsDescriptors() {
        List<Fd> ends = Sockets.pair(Flags.SOCK_SEQPACKET);
        List<Fd> pipe = Linux.pipe();
        Sockets.send(ends.get(0), new Message(bytes("hello"), List.of(pipe.get(1), pipe.get(0))));
        Message message = received(ends.get(1), 100, 3);
        assertThat(message.bytes()).isEqualTo(bytes("hello"));
        assertThat(message.fds()).hasSize(2);
        Linux.writeFully(message.fds().get(0), ByteBuffer.wrap(bytes("through")));
        message.fds().get(0).close();
        pipe.get(1).close();
        assertThat(Linux.readFully(message.fds().get(1), 100)).isEqualTo(bytes("through"));
        for (Fd fd : message.fds().subList(1, 2)) {
            long flags = Kernel.get().syscall(io.jpod.abi.Sys.FCNTL, fd.number(), F_GETFD);
            assertThat(flags).isEqualTo(Flags.FD_CLOEXEC);
        }
        message.closeFds();
        pipe.forEach(Fd::close);
        ends.forEach(Fd::close);
    }

    @Test
    void takes250DescriptorsAtOnce() {
        List<Fd> ends = Sockets.pair(Flags.SOCK_SEQPACKET);
        List<Fd> many = new ArrayList<>();
        try (Fd zero = Linux.open("/dev/zero", Flags.O_RDONLY, 0)) {
            for (int i = 0; i < 250; i++) {
                many.add(zero);
            }
            Sockets.send(ends.get(0), new Message(bytes("x"), many));
        }
        Message message = received(ends.get(1), 1, 250);
        assertThat(message.fds()).hasSize(250);
        message.closeFds();
        ends.forEach(Fd::close);
    }

    @Test
    void tooManyDescriptorsAreRefusedAndNoneIsLeaked() {
        List<Fd> ends = Sockets.pair(Flags.SOCK_SEQPACKET);
        int before = openDescriptors();
        try (Fd zero = Linux.open("/dev/zero", Flags.O_RDONLY, 0)) {
            Sockets.send(ends.get(0), new Message(bytes("x"), List.of(zero, zero, zero, zero, zero)));
        }
        assertThatThrownBy(() -> Sockets.receive(ends.get(1), 10, 2)).hasMessageContaining("EMSGSIZE");
        assertThat(openDescriptors()).isEqualTo(before);
        ends.forEach(Fd::close);
    }

    @Test
    void aMessageThatIsTooLongIsRefused() {
        List<Fd> ends = Sockets.pair(Flags.SOCK_SEQPACKET);
        Sockets.send(ends.get(0), new Message(bytes("too long"), List.of()));
        assertThatThrownBy(() -> Sockets.receive(ends.get(1), 7, 0)).hasMessageContaining("EMSGSIZE");
        ends.forEach(Fd::close);
    }

    @Test
    void aHangUpIsNoMessage() {
        List<Fd> ends = Sockets.pair(Flags.SOCK_SEQPACKET);
        ends.get(0).close();
        assertThat(Sockets.receive(ends.get(1), 10, 0)).isNull();
        assertThat(Poll.poll(List.of(ends.get(1)), 0, 0)[0] & Flags.POLLHUP).isEqualTo(Flags.POLLHUP);
        assertThatThrownBy(() -> Sockets.send(ends.get(1), new Message(bytes("x"), List.of())))
                .isInstanceOfSatisfying(
                        SyscallException.class,
                        e -> assertThat(e.is(Errno.EPIPE)).isTrue());
        ends.get(1).close();
    }

    @Test
    void aPeerThatClosesWithUnreadWordsIsAHangUp() {
        List<Fd> ends = Sockets.pair(Flags.SOCK_SEQPACKET);
        Sockets.send(ends.get(1), new Message(bytes("unread"), List.of()));
        ends.get(0).close();
        assertThat(Sockets.receive(ends.get(1), 10, 3)).isNull();
        ends.get(1).close();
    }

    @Test
    void theKernelSaysWhoSentAMessage() {
        List<Fd> ends = Sockets.pair(Flags.SOCK_SEQPACKET);
        Sockets.signed(ends.get(0));
        Sockets.send(ends.get(1), new Message(bytes("hello"), List.of()));
        Sockets.Signed signed = Sockets.receiveSigned(ends.get(0), 10);
        assertThat(signed).isNotNull();
        assertThat(signed.bytes()).isEqualTo(bytes("hello"));
        assertThat(signed.sender()).isEqualTo((int) ProcessHandle.current().pid());
        int before = openDescriptors();
        Sockets.send(ends.get(1), new Message(bytes("x"), ends));
        Sockets.send(ends.get(1), new Message(bytes("too long"), List.of()));
        assertThatThrownBy(() -> Sockets.receiveSigned(ends.get(0), 7)).hasMessageContaining("EMSGSIZE");
        assertThatThrownBy(() -> Sockets.receiveSigned(ends.get(0), 7)).hasMessageContaining("EMSGSIZE");
        assertThat(openDescriptors()).isEqualTo(before);
        Sockets.send(ends.get(0), new Message(bytes("unread"), List.of()));
        ends.get(1).close();
        assertThat(Sockets.receiveSigned(ends.get(0), 10)).isNull();
        ends.get(0).close();
    }

    @Test
    void shutdownWakesWhoeverReceives() throws Exception {
        List<Fd> ends = Sockets.pair(Flags.SOCK_SEQPACKET);
        CompletableFuture<Path> thread = new CompletableFuture<>();
        FutureTask<@Nullable Message> receiver = new FutureTask<>(() -> {
            thread.complete(Path.of("/proc").resolve(Files.readSymbolicLink(Path.of("/proc/thread-self"))));
            return Sockets.receive(ends.get(1), 10, 0);
        });
        Thread.ofPlatform().start(receiver);
        Path call = thread.get().resolve("syscall");
        String number = Sys.RECVMSG.number(Arch.host()) + " ";
        Await.until(() -> Files.readString(call).startsWith(number), () -> "it does not receive");
        Sockets.shutdown(ends.get(1));
        assertThat(receiver.get()).isNull();
        ends.forEach(Fd::close);
    }

    @Test
    void listensAndConnectsByPathAndKnowsThePeer(@TempDir Path dir) throws Exception {
        listensAndConnects(dir.resolve("s"));
    }

    @Test
    void aPathMayBeLongerThanAnAddress(@TempDir Path dir) throws Exception {
        Path deep = Files.createDirectories(dir.resolve("d".repeat(120)));
        listensAndConnects(deep.resolve("socket"));
    }

    private void listensAndConnects(Path path) throws Exception {
        try (Fd listener = Sockets.listen(path.toString(), Flags.SOCK_SEQPACKET, 0600, 5);
                Fd client = Sockets.connect(path.toString(), Flags.SOCK_SEQPACKET);
                Fd server = Sockets.accept(listener)) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
                    .isEqualTo("rw-------");
            assertThat(Sockets.isListening(listener, Flags.SOCK_SEQPACKET)).isTrue();
            assertThat(Sockets.isListening(listener, Flags.SOCK_STREAM)).isFalse();
            assertThat(Sockets.isListening(client, Flags.SOCK_SEQPACKET)).isFalse();
            Sockets.Credentials peer = Sockets.peer(server);
            assertThat(peer.pid()).isEqualTo((int) ProcessHandle.current().pid());
            assertThat(peer.uid()).isEqualTo(Processes.uid());
        }
    }

    @Test
    void whatIsNoSocketDoesNotListen() {
        try (Fd zero = Linux.open("/dev/zero", Flags.O_RDONLY, 0)) {
            assertThat(Sockets.isListening(zero, Flags.SOCK_SEQPACKET)).isFalse();
        }
    }
}
