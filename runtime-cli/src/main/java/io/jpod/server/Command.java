package io.jpod.server;

import io.jpod.cli.command.Caller;
import io.jpod.engine.hands.Hands;
import io.jpod.engine.hands.Invocation;
import io.jpod.linux.Fd;
import io.jpod.linux.Kernel;
import io.jpod.linux.Processes;
import io.jpod.linux.Terminals;
import java.io.BufferedOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/** One command of a caller: what its hands have said that they were called with. */
final class Command extends Hands implements Caller {
    private final Invocation invocation;
    private final PrintStream out;
    private final PrintStream err;

    private Command(Fd connection, Invocation invocation) {
        super(connection, invocation);
        this.invocation = invocation;
        this.out = print(connection, invocation.stdio().get(1));
        this.err = print(connection, invocation.stdio().get(2));
    }

    /**
     * Waits for HELLO on a new connection, which stays the caller's.
     *
     * @throws io.jpod.engine.hands.HandsLost if something else came, or nothing in time
     */
    static Command of(Fd connection) {
        Invocation invocation = greet(connection);
        try {
            return new Command(connection, invocation);
        } catch (RuntimeException | Error e) {
            invocation.close();
            throw e;
        }
    }

    private static PrintStream print(Fd connection, Fd fd) {
        return new PrintStream(new BufferedOutputStream(new FdOutput(connection, fd)), true, StandardCharsets.UTF_8);
    }

    @Override
    public List<String> arguments() {
        return invocation.arguments();
    }

    @Override
    public Path directory() {
        return invocation.path();
    }

    @Override
    public int umask() {
        return Processes.umask(pid());
    }

    @Override
    public PrintStream out() {
        return out;
    }

    @Override
    public PrintStream err() {
        return err;
    }

    @Override
    public boolean isTerminal(int number) {
        return Terminals.windowSize(stdio(number)).isPresent();
    }

    @Override
    public int inherited() {
        return invocation.inherited();
    }

    @Override
    public void serve(
            Supplier<Path> socket,
            @Nullable Duration idle,
            ToIntFunction<Caller> command,
            Runnable rest,
            Consumer<String> warnings) {
        Kernel.stay();
        // Containers are children of their callers' hands, and have their limits.
        Processes.raiseOpenFiles();
        Listener listener = Listener.passedBy(this).orElseGet(() -> Listener.at(socket.get()));
        try (Server server = new Server(listener, command, rest, warnings)) {
            server.serveUntilEnd(connection(), idle);
        }
    }

    @Override
    public void exit(int code) {
        out.flush();
        err.flush();
        super.exit(code);
    }
}
