package io.jpod.server;

import io.jpod.abi.Errno;
import io.jpod.abi.Sys;
import io.jpod.exec.Spawner.Child;
import io.jpod.linux.Fd;
import io.jpod.linux.Linux;
import io.jpod.linux.Message;
import io.jpod.linux.Processes;
import io.jpod.linux.Sockets;
import io.jpod.linux.SyscallException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/** The processes that the hands started for us. A thread reads what they say of them, from the first spawn on. */
final class Children implements AutoCloseable {
    private final Fd connection;
    private final Map<Integer, CompletableFuture<Integer>> exits = new HashMap<>();
    private @Nullable CompletableFuture<Child> asked;
    private @Nullable Thread reader;
    private @Nullable HandsLost lost;

    Children(Fd connection) {
        this.connection = connection;
    }

    /** Sends SPAWN and waits for the answer. */
    Child spawn(Message spawn) {
        CompletableFuture<Child> answer = new CompletableFuture<>();
        synchronized (this) {
            if (lost != null) {
                throw lost;
            }
            if (asked != null) {
                throw new IllegalStateException("one spawn at a time");
            }
            asked = answer;
            if (reader == null) {
                reader = Thread.ofPlatform().daemon().name("hands").start(this::read);
            }
        }
        try {
            Sockets.send(connection, spawn);
        } catch (SyscallException e) {
            synchronized (this) {
                asked = null;
            }
            throw e;
        }
        return join(answer);
    }

    /**
     * A child that another one has cloned. It may have ended, and been reaped by the hands, before we knew that it was one:
     * then it has no pidfd any more, but an exit code.
     */
    synchronized Child adopt(int pid) {
        if (lost != null) {
            throw lost;
        }
        Fd pidfd;
        try {
            pidfd = Processes.pidfdOpen(pid);
        } catch (SyscallException e) {
            if (!e.is(Errno.ESRCH)) {
                throw e;
            }
            pidfd = null;
        }
        return new Spawned(pid, pidfd, exits.computeIfAbsent(pid, _ -> new CompletableFuture<>()));
    }

    private static <T> T join(CompletableFuture<T> future) {
        try {
            return future.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw e;
        }
    }

    private void read() {
        HandsLost reason = new HandsLost("hung up");
        try {
            for (Message message = receive(); message != null; message = receive()) {
                take(message);
            }
        } catch (HandsLost e) {
            reason = e;
        } catch (SyscallException e) {
            reason = new HandsLost("cannot be heard: " + e.getMessage());
        }
        hangUp(reason);
    }

    private @Nullable Message receive() {
        return Sockets.receive(connection, Wire.LONGEST, 1);
    }

    private synchronized void take(Message message) {
        try {
            switch (Wire.decode(message.bytes())) {
                case Wire.Spawned spawned -> answer(spawned.result(), message.fds());
                case Wire.Exited exited -> end(exited);
                case Wire.Hello hello -> throw new HandsLost("said HELLO twice");
            }
        } catch (HandsLost e) {
            message.closeFds();
            throw e;
        }
    }

    private void answer(int result, List<Fd> fds) {
        CompletableFuture<Child> answer = asked;
        asked = null;
        if (answer == null || result == 0 || fds.size() != (result > 0 ? 1 : 0)) {
            HandsLost nonsense = new HandsLost("answered a spawn with " + result + " and " + fds);
            if (answer != null) {
                answer.completeExceptionally(nonsense);
            }
            throw nonsense;
        }
        if (result < 0) {
            answer.completeExceptionally(Hands.notSpawned(-result));
            return;
        }
        CompletableFuture<Integer> exit = new CompletableFuture<>();
        exits.put(result, exit);
        answer.complete(new Spawned(result, fds.getFirst(), exit));
    }

    private void end(Wire.Exited exited) {
        // The hands tell of every child, those too that a program made by CLONE_PARENT.
        exits.computeIfAbsent(exited.pid(), _ -> new CompletableFuture<>())
                .complete(Processes.exitCode(exited.status()));
    }

    private synchronized void hangUp(HandsLost reason) {
        lost = reason;
        if (asked != null) {
            asked.completeExceptionally(reason);
        }
        exits.values().forEach(exit -> exit.completeExceptionally(reason));
    }

    /** Waits until the hands hang up, for so many milliseconds at most. */
    void awaitHangUp(int milliseconds) {
        Thread running;
        synchronized (this) {
            running = reader;
        }
        if (running != null) {
            join(running, milliseconds);
        } else {
            Linux.poll(List.of(connection), 0, milliseconds);
        }
    }

    private static void join(Thread thread, int milliseconds) {
        try {
            thread.join(milliseconds);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Ends the connection, and with it the reader, so that nobody uses its descriptor any more. */
    @Override
    public void close() {
        Sockets.shutdown(connection);
        Thread running;
        synchronized (this) {
            running = reader;
        }
        if (running != null) {
            join(running, 0);
        }
    }

    private record Spawned(int pid, @Nullable Fd descriptor, CompletableFuture<Integer> exit) implements Child {
        @Override
        public Fd pidfd() {
            if (descriptor == null) {
                throw new SyscallException(Sys.PIDFD_OPEN, "pid " + pid, Errno.ESRCH.number());
            }
            return descriptor;
        }

        @Override
        public int await() {
            return join(exit);
        }

        @Override
        public void close() {
            if (descriptor != null) {
                descriptor.close();
            }
        }
    }
}
