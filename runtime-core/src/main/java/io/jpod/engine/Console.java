package io.jpod.engine;

import io.jpod.abi.Errno;
import io.jpod.abi.Flags;
import io.jpod.container.ContainerException;
import io.jpod.engine.hands.Parent;
import io.jpod.linux.Fd;
import io.jpod.linux.Linux;
import io.jpod.linux.Message;
import io.jpod.linux.Poll;
import io.jpod.linux.Sockets;
import io.jpod.linux.SyscallException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where a new process's terminal goes: nowhere, because it has none; to a socket of the caller's; or to us, who hand it on to
 * the caller's terminal or to a log.
 *
 * @param socket what the process sends its ptmx over; null without a terminal
 * @param ours the other end, if the terminal is for us
 */
record Console(@Nullable Fd socket, @Nullable Fd ours) implements AutoCloseable {
    private static final int LONGEST_NAME = 4096;

    /** Before the next try, in milliseconds. */
    private static final int PAUSE = 20;

    /**
     * For somebody who waits only if it is not detached.
     *
     * @param path of a socket of the caller's; null: none
     */
    static Console of(Parent parent, boolean terminal, boolean detached, @Nullable Path path) {
        if (path != null && !(terminal && detached)) {
            throw new ContainerException(
                    "cannot use console socket if jpod will not detach or allocate tty (process.terminal)");
        }
        if (terminal && detached && path == null) {
            throw new ContainerException("cannot allocate tty if jpod will detach without setting console socket");
        }
        return path != null ? new Console(connect(parent, path), null) : own(terminal);
    }

    /** To a socket of the caller's, which may have more to do than it can: nobody waits for it longer than the caller does. */
    private static Fd connect(Parent parent, Path path) {
        while (true) {
            try {
                Fd socket = Sockets.connect(path.toString(), Flags.SOCK_STREAM | Flags.SOCK_NONBLOCK);
                Linux.setBlocking(socket);
                return socket;
            } catch (SyscallException e) {
                if (!e.is(Errno.EAGAIN)) {
                    throw e;
                }
            }
            if (Poll.poll(List.of(parent.connection()), 0, PAUSE)[0] != 0) {
                throw new ContainerException("nobody waits any more");
            }
        }
    }

    /** Sends something else that a caller wants to have over a socket of its own. */
    static void send(Parent parent, Path path, Message message) {
        try (Fd socket = connect(parent, path)) {
            Sockets.send(socket, message);
        }
    }

    /** A terminal for us, if there is to be one. */
    static Console own(boolean terminal) {
        if (!terminal) {
            return new Console(null, null);
        }
        List<Fd> pair = Sockets.pair(Flags.SOCK_STREAM);
        return new Console(pair.get(0), pair.get(1));
    }

    /** The ptmx, from a process that is ready: it has sent it; null if it is not for us. The caller closes it. */
    @Nullable Fd receive() {
        if (ours == null) {
            return null;
        }
        Message message = Sockets.receive(ours, LONGEST_NAME, 1);
        if (message == null || message.fds().isEmpty()) {
            throw new ContainerException("the process did not send its terminal");
        }
        return message.fds().getFirst();
    }

    @Override
    public void close() {
        if (socket != null) {
            socket.close();
        }
        if (ours != null) {
            ours.close();
        }
    }
}
