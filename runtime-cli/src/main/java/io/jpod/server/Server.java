package io.jpod.server;

import io.jpod.abi.Errno;
import io.jpod.abi.Flags;
import io.jpod.cli.command.Caller;
import io.jpod.engine.hands.Wire;
import io.jpod.exec.BuilderThread;
import io.jpod.linux.Fd;
import io.jpod.linux.Linux;
import io.jpod.linux.Message;
import io.jpod.linux.Poll;
import io.jpod.linux.Processes;
import io.jpod.linux.Sockets;
import io.jpod.linux.SyscallException;
import io.jpod.linux.Whereabouts;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * The resident brain: one thread for each connection, one command for each connection. It holds nothing that the disk does
 * not, so it may be killed at any time. Whatever a peer sends ends that peer's connection and nothing else.
 */
public final class Server implements AutoCloseable {
    /** More callers than this at a time get a brain of their own. */
    private static final int MOST_CALLERS = 1000;

    /** Descriptors of the JVM, of the server, and of whatever is loaded late: a class that cannot be loaded once never can. */
    private static final int OWN_DESCRIPTORS = 64;

    /** What one command has open at most. Measured for run: 30 with all namespaces, a pod and a terminal, and one for each mount. */
    private static final int DESCRIPTORS = 48;

    /** How long commands may go on after {@link #stop}. A foreground container goes on without us. */
    private static final Duration DRAIN = Duration.ofSeconds(5);

    /** Longer than that. */
    private static final Duration END = Duration.ofSeconds(10);

    private static final int CLEAR_BACKLOG = 100;

    private final Listener listener;
    private final ToIntFunction<Caller> command;
    private final Runnable rest;
    private final Consumer<String> log;
    private final Whereabouts own = Whereabouts.own();
    private final List<Fd> wake = Linux.pipe();
    private final AtomicInteger callers = new AtomicInteger();
    private final ThreadFactory factory = Thread.ofPlatform()
            .daemon()
            .name("caller-", 1)
            .uncaughtExceptionHandler((_, e) -> complain(e))
            .factory();
    private final ExecutorService threads = new ThreadPoolExecutor(
            0,
            MOST_CALLERS,
            Quiet.REST.toSeconds(),
            TimeUnit.SECONDS,
            new SynchronousQueue<>(),
            work -> factory.newThread(() -> withBuilder(work)));

    /** Closed for a moment to accept whom nothing else is left for. */
    private Fd spare = Linux.duplicate(wake.getFirst());

    private volatile boolean isStopping;
    private volatile long lastUsed = System.nanoTime();

    /**
     * @param listener closed with the server
     * @param command what is done for each caller; returns the exit code
     * @param rest what is done when nobody has come or gone for a while
     * @param log gets one line for each connection that ends in an error of its peer or of ours
     */
    public Server(Listener listener, ToIntFunction<Caller> command, Runnable rest, Consumer<String> log) {
        this.listener = listener;
        this.command = command;
        this.rest = rest;
        this.log = log;
    }

    /**
     * Serves until {@link #stop}, or until nobody has called for so long, or until somebody hangs up.
     *
     * @param patron the connection of whoever wants this server
     * @param idle null for no limit
     */
    public void serve(Fd patron, @Nullable Duration idle) {
        Quiet quiet = new Quiet(idle);
        boolean goesOn = true;
        while (goesOn && !isStopping) {
            goesOn = switch (quiet.next(System.nanoTime(), callers.get(), lastUsed)) {
                case Quiet.End _ -> false;
                case Quiet.Rest _ -> {
                    rest.run();
                    yield true;
                }
                case Quiet.Wait(long milliseconds) -> await(patron, milliseconds);
            };
        }
        drain();
    }

    /** Serves until SIGTERM, too. */
    void serveUntilEnd(Fd patron, @Nullable Duration idle) {
        Thread stop = stopping(this, Thread.currentThread());
        Runtime.getRuntime().addShutdownHook(stop);
        serve(patron, idle);
        remove(stop);
    }

    /** SIGTERM runs this. The JVM stays until this command has told its own caller how it ended, and its thread has too. */
    private static Thread stopping(Server server, Thread serving) {
        return new Thread(() -> {
            server.stop();
            try {
                serving.join(END);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    private static void remove(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // The JVM is ending: the hook runs already, and waits for us.
        }
    }

    /** Ends {@link #serve}, from any thread. */
    public synchronized void stop() {
        isStopping = true;
        if (wake.getLast().isOpen()) {
            Linux.writeFully(wake.getLast(), ByteBuffer.allocate(1));
        }
    }

    /** False if that was the end. */
    private boolean await(Fd patron, long milliseconds) {
        long[] events = Poll.poll(List.of(listener.socket(), wake.getFirst(), patron), Flags.POLLIN, milliseconds);
        if (events[1] != 0 || events[2] != 0) {
            return false;
        }
        if (events[0] != 0) {
            try {
                accept().ifPresent(this::take);
            } catch (OutOfMemoryError e) {
                complain(e);
                Poll.poll(List.of(wake.getFirst()), Flags.POLLIN, CLEAR_BACKLOG);
            }
        }
        return true;
    }

    /** The next connection; empty if it is gone, or cannot be had just now. */
    private Optional<Fd> accept() {
        try {
            return Optional.of(Sockets.accept(listener.socket()));
        } catch (SyscallException e) {
            if (e.is(Errno.ECONNABORTED)) {
                return Optional.empty();
            }
            if (e.is(Errno.EMFILE) || e.is(Errno.ENFILE) || e.is(Errno.ENOBUFS) || e.is(Errno.ENOMEM)) {
                complain(e);
                acceptWithTheSpare();
                return Optional.empty();
            }
            throw e;
        }
    }

    private void acceptWithTheSpare() {
        spare.close();
        try {
            turnAway(Sockets.accept(listener.socket()));
            spare = Linux.duplicate(wake.getFirst());
        } catch (SyscallException e) {
            // It stays in the backlog; other callers' ends make room.
            Poll.poll(List.of(wake.getFirst()), Flags.POLLIN, CLEAR_BACKLOG);
        }
    }

    /**
     * Serves a caller on a thread of its own if there is room for a whole command. What ran out in the middle of one would
     * make it fail, where a brain of its own need not.
     */
    private void take(Fd connection) {
        if (callers.get() >= room()) {
            turnAway(connection);
            return;
        }
        callers.incrementAndGet();
        lastUsed = System.nanoTime();
        try {
            threads.execute(() -> serve(connection));
        } catch (Throwable e) {
            // OutOfMemoryError: no further thread can be had.
            callers.decrementAndGet();
            complain(e);
            turnAway(connection);
        }
    }

    /** How many callers there is room for. Asked each time, since the limit can be changed from outside. */
    private static long room() {
        long limit = Processes.openFiles().soft();
        return limit < 0 ? MOST_CALLERS : Math.min(MOST_CALLERS, (limit - OWN_DESCRIPTORS) / DESCRIPTORS);
    }

    /** To a brain of its own. Its HELLO may be unread: the hands find what was said before the end of the connection. */
    private void turnAway(Fd connection) {
        try (connection) {
            Sockets.send(connection, new Message(Wire.word(Wire.ELSEWHERE), List.of()));
        } catch (SyscallException e) {
            complain(e);
        }
    }

    private static void withBuilder(Runnable work) {
        try {
            work.run();
        } finally {
            BuilderThread.letGo();
        }
    }

    /** One command. Without a thread for its builder there is none, and this one ends too: it would keep the room from others. */
    private void serve(Fd connection) {
        try {
            BuilderThread.keepReady();
        } catch (Throwable e) {
            turnAway(connection);
            leave();
            throw e;
        }
        try (connection) {
            answer(connection);
        } catch (Throwable e) {
            complain(e);
        } finally {
            leave();
        }
        // For the next one, who does not wait for it then.
        BuilderThread.keepReady();
    }

    private void leave() {
        lastUsed = System.nanoTime();
        callers.decrementAndGet();
    }

    private void complain(Throwable e) {
        log.accept(String.valueOf(e.getMessage() == null ? e : e.getMessage()));
    }

    private void answer(Fd connection) {
        try (Command called = Command.of(connection)) {
            if (isHere(connection, called.pid())) {
                // Before anything lasting: a brain that dies from here on is not replaced, or it might be done twice.
                Sockets.send(connection, new Message(Wire.word(Wire.ACCEPTED), List.of()));
                called.exit(command.applyAsInt(called));
            } else {
                Sockets.send(connection, new Message(Wire.word(Wire.ELSEWHERE), List.of()));
            }
        }
    }

    /** Whether paths and pids mean to this process what they mean to us, and whether it may do what we may, no more and no less. */
    private boolean isHere(Fd connection, int pid) {
        return Whereabouts.ofPeer(connection, pid).filter(own::isSame).isPresent();
    }

    private void drain() {
        listener.close();
        threads.shutdown();
        try {
            if (!threads.awaitTermination(DRAIN.toMillis(), TimeUnit.MILLISECONDS)) {
                log.accept(callers.get() + " commands go on without this brain");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public synchronized void close() {
        listener.close();
        wake.forEach(Fd::close);
        spare.close();
    }
}
