package io.jpod.server;

import io.jpod.abi.Flags;
import io.jpod.cli.command.Caller;
import io.jpod.linux.Fd;
import io.jpod.linux.Sockets;
import io.jpod.testing.Built;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.ToIntFunction;

/** A server in this JVM, with one command for all callers, and the real hands to call it with. */
final class Resident implements AutoCloseable {
    static final Path HANDS = Built.HANDS.file();

    /** What the hands print if they are sent elsewhere: their one-shot brain is this. */
    static final String ONE_SHOT = "started a brain of its own";

    final Path socket;
    final Queue<String> log = new ConcurrentLinkedQueue<>();
    private final Path jpod;
    private final Server server;
    private final Thread serving;
    private final List<Fd> patron = Sockets.pair(Flags.SOCK_SEQPACKET);

    Resident(Path dir, ToIntFunction<Caller> command) throws IOException {
        socket = dir.resolve("run/brain.sock");
        jpod = dir.resolve("bin/jpod");
        if (Files.exists(HANDS)) {
            Files.createDirectories(dir.resolve("bin"));
            Files.createDirectories(dir.resolve("lib/jpod"));
            Files.copy(HANDS, jpod);
            Files.writeString(dir.resolve("lib/jpod/brain.argv"), "/bin/sh\n-c\necho " + ONE_SHOT + " >&2; exit 127\n");
        }
        server = new Server(Listener.at(socket), command, () -> {}, log::add);
        serving = Thread.ofPlatform().start(() -> server.serve(patron.getFirst(), null));
    }

    /** A process that runs jpod in a directory of its own choice. Its streams are pipes. */
    Process call(List<String> prefix, String... arguments) throws IOException {
        List<String> command = new java.util.ArrayList<>(prefix);
        command.add(jpod.toAbsolutePath().toString());
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().put("JPOD_SOCKET", socket.toString());
        return builder.start();
    }

    Fd connect() {
        return Sockets.connect(socket.toString(), Flags.SOCK_SEQPACKET);
    }

    void stop() {
        server.stop();
    }

    boolean serves() {
        return serving.isAlive();
    }

    @Override
    public void close() {
        server.stop();
        try {
            serving.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        server.close();
        patron.forEach(Fd::close);
    }
}
