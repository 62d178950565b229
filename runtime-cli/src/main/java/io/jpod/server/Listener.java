package io.jpod.server;

import io.jpod.abi.Errno;
import io.jpod.abi.Flags;
import io.jpod.cli.command.Caller;
import io.jpod.linux.Fd;
import io.jpod.linux.Linux;
import io.jpod.linux.Processes;
import io.jpod.linux.Sockets;
import io.jpod.linux.Stat;
import io.jpod.linux.SyscallException;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The socket that callers find the resident brain at.
 *
 * @param file what to remove at the end; null if the socket is systemd's
 * @param lock held as long as we serve; null likewise
 */
public record Listener(
        Fd socket, @Nullable Path file, @Nullable Fd lock) implements AutoCloseable {
    private static final int BACKLOG = 512;
    private static final int FIRST_PASSED = 3;
    private static final int OTHERS_WRITE = 022;

    /**
     * Listens at a path, whose directory must be ours alone to write to: who may replace the socket may answer for us.
     *
     * @throws IllegalStateException if another brain serves there, or the directory is not safe
     */
    public static Listener at(Path path) {
        Path directory = path.toAbsolutePath().getParent();
        if (directory == null) {
            throw new IllegalArgumentException("not the path of a socket: " + path);
        }
        prepare(directory);
        Fd lock = Linux.open(path + ".lock", Flags.O_RDWR | Flags.O_CREAT, 0600);
        try {
            // The kernel gives the lock back however its holder ends, so a socket that is left over has no holder.
            if (!Linux.flock(lock, Flags.LOCK_EX | Flags.LOCK_NB) || isListenedAt(path)) {
                throw new IllegalStateException("another brain serves at " + path);
            }
            remove(path);
            return new Listener(Sockets.listen(path.toString(), Flags.SOCK_SEQPACKET, 0600, BACKLOG), path, lock);
        } catch (RuntimeException e) {
            lock.close();
            throw e;
        }
    }

    /** By systemd, which takes no lock: what it hands over, it goes on listening at. */
    private static boolean isListenedAt(Path path) {
        try (Fd _ = Sockets.connect(path.toString(), Flags.SOCK_SEQPACKET)) {
            return true;
        } catch (SyscallException e) {
            return false;
        }
    }

    private static void prepare(Path directory) {
        try {
            Linux.mkdirat(Linux.AT_FDCWD, directory.toString(), 0700);
        } catch (SyscallException e) {
            if (!e.is(Errno.EEXIST)) {
                throw e;
            }
        }
        Stat stat = Stat.of(directory.toString());
        if (!stat.isDirectory() || stat.uid() != Processes.uid() || (stat.permissions() & OTHERS_WRITE) != 0) {
            throw new IllegalStateException(
                    directory + ": must be a directory of uid " + Processes.uid() + " that nobody else can write to");
        }
    }

    private static void remove(Path path) {
        try {
            Linux.unlinkat(Linux.AT_FDCWD, path.toString(), 0);
        } catch (SyscallException e) {
            if (!e.is(Errno.ENOENT)) {
                throw e;
            }
        }
    }

    /**
     * The socket that systemd listens at for us, see sd_listen_fds(3); empty if the caller was not started that way. It is
     * the caller's descriptor 3, which the brain takes a duplicate of.
     */
    public static Optional<Listener> passedBy(Caller caller) {
        String count = caller.environment().get("LISTEN_FDS");
        int pid = Sockets.peer(caller.connection()).pid();
        if (count == null || !String.valueOf(pid).equals(caller.environment().get("LISTEN_PID"))) {
            return Optional.empty();
        }
        if (!count.equals("1") || caller.inherited() < 1) {
            throw new IllegalStateException("LISTEN_FDS=" + count + ": one socket is expected");
        }
        try (Fd pidfd = Processes.pidfdOpen(pid)) {
            Fd socket = Processes.descriptorOf(pidfd, FIRST_PASSED);
            if (!Sockets.isListening(socket, Flags.SOCK_SEQPACKET)) {
                socket.close();
                throw new IllegalStateException("LISTEN_FDS: not a listening socket of ListenSequentialPacket=");
            }
            return Optional.of(new Listener(socket, null, null));
        }
    }

    /** Removes the file first, so that nobody connects to what nobody will answer. Closing twice is harmless. */
    @Override
    public void close() {
        // After the first time the file may be another brain's.
        if (file != null && socket.isOpen()) {
            remove(file);
        }
        socket.close();
        if (lock != null) {
            lock.close();
        }
    }
}
