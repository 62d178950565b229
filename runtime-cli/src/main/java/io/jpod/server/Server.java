package io.jpod.server;

import io.jpod.abi.Errno;
import io.jpod.abi.Flags;
import io.jpod.cli.Caller;
import io.jpod.linux.Fd;
import io.jpod.linux.Linux;
import io.jpod.linux.Message;
import io.jpod.linux.Processes;
import io.jpod.linux.Sockets;
import io.jpod.linux.SyscallException;
import io.jpod.linux.Whereabouts;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
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

    /** How long commands may go on after {@link #stop}. A foreground container goes on without us. */
    private static final Duration DRAIN = Duration.ofSeconds(5);

    private static final int CLEAR_BACKLOG = 100;

    private final Listener listener;
    private final ToIntFunction<Caller> command;
    private final Runnable rest;
    private final Consumer<String> log;
    private final Whereabouts own = Whereabouts.own();
    private final List<Fd> wake = Linux.pipe();
    private final AtomicInteger callers = new AtomicInteger();
    private final ExecutorService threads = Executors.newCachedThreadPool(
            Thread.ofPlatform().daemon().name("caller-", 1).factory());
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

    /** Ends {@link #serve}, from any thread. */
    public synchronized void stop() {
        isStopping = true;
        if (wake.getLast().isOpen()) {
            Linux.writeFully(wake.getLast(), ByteBuffer.allocate(1));
        }
    }

    /** False if that was the end. */
    private boolean await(Fd patron, long milliseconds) {
        long[] events = Linux.poll(List.of(listener.socket(), wake.getFirst(), patron), Flags.POLLIN, milliseconds);
        if (events[1] != 0 || events[2] != 0) {
            return false;
        }
        if (events[0] != 0) {
            accept().ifPresent(connection -> threads.execute(() -> answer(connection)));
        }
        return true;
    }

    /** The next connection, counted as a caller; empty if it is gone, or cannot be had just now. */
    private Optional<Fd> accept() {
        try {
            Fd connection = Sockets.accept(listener.socket());
            callers.incrementAndGet();
            lastUsed = System.nanoTime();
            return Optional.of(connection);
        } catch (SyscallException e) {
            if (e.is(Errno.ECONNABORTED)) {
                return Optional.empty();
            }
            if (e.is(Errno.EMFILE) || e.is(Errno.ENFILE) || e.is(Errno.ENOBUFS) || e.is(Errno.ENOMEM)) {
                // It stays in the backlog; other callers' ends make room.
                log.accept(e.getMessage());
                Linux.poll(List.of(wake.getFirst()), Flags.POLLIN, CLEAR_BACKLOG);
                return Optional.empty();
            }
            throw e;
        }
    }

    /** The edge: nothing that one connection does may end the others. */
    private void answer(Fd connection) {
        try (connection;
                Hands hands = Hands.greet(connection)) {
            if (callers.get() > MOST_CALLERS || !isHere(hands.peer())) {
                Sockets.send(connection, new Message(Wire.elsewhere(), List.of()));
            } else {
                // Before anything lasting: a brain that dies from here on is not replaced, or it might be done twice.
                Sockets.send(connection, new Message(Wire.accepted(), List.of()));
                hands.exit(command.applyAsInt(hands));
            }
        } catch (Throwable e) {
            log.accept(String.valueOf(e.getMessage() == null ? e : e.getMessage()));
        } finally {
            lastUsed = System.nanoTime();
            callers.decrementAndGet();
        }
    }

    /** Whether paths, pids and rights mean to this process what they mean to us. */
    private boolean isHere(Sockets.Credentials peer) {
        return peer.uid() == Processes.uid()
                && peer.pid() > 0
                && Whereabouts.of(peer.pid()).equals(Optional.of(own));
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
    }
}
