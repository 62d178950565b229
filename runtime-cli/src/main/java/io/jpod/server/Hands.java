package io.jpod.server;

import io.jpod.abi.Errno;
import io.jpod.abi.Flags;
import io.jpod.abi.NativeText;
import io.jpod.abi.Sys;
import io.jpod.cli.Caller;
import io.jpod.container.LogDir;
import io.jpod.exec.CallerGone;
import io.jpod.linux.Fd;
import io.jpod.linux.Linux;
import io.jpod.linux.Message;
import io.jpod.linux.Processes;
import io.jpod.linux.Shims;
import io.jpod.linux.Sockets;
import io.jpod.linux.SyscallException;
import java.io.BufferedOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The caller of one command, at the other end of a connection. One thread runs the command, and hears what the hands say. */
final class Hands implements Caller, AutoCloseable {
    /** How long the hands may take to begin, and to hang up after EXIT, in milliseconds. They do it at once. */
    private static final int PATIENCE = 10_000;

    private final Fd connection;
    private final Invocation invocation;
    private final Sockets.Credentials peer;
    private final Children children;
    private final PrintStream out;
    private final PrintStream err;

    private Hands(Fd connection, Sockets.Credentials peer, Invocation invocation) {
        this.connection = connection;
        this.invocation = invocation;
        this.peer = peer;
        this.children = new Children(connection);
        this.out = print(connection, invocation.stdio().get(1));
        this.err = print(connection, invocation.stdio().get(2));
    }

    /**
     * Waits for HELLO on a new connection, which stays the caller's.
     *
     * @throws HandsLost if something else came, or nothing in time
     */
    static Hands greet(Fd connection) {
        if (Linux.poll(List.of(connection), Flags.POLLIN, PATIENCE)[0] == 0) {
            throw new HandsLost("does not say HELLO");
        }
        Message message = Sockets.receive(connection, Wire.LONGEST, Wire.Hello.FDS);
        if (message == null) {
            throw new HandsLost("hung up before HELLO");
        }
        Sockets.Credentials peer = Sockets.peer(connection);
        Invocation invocation = Invocation.of(message, peer.pid());
        try {
            return new Hands(connection, peer, invocation);
        } catch (RuntimeException | Error e) {
            invocation.close();
            throw e;
        }
    }

    private static PrintStream print(Fd connection, Fd fd) {
        return new PrintStream(new BufferedOutputStream(new FdOutput(connection, fd)), true, StandardCharsets.UTF_8);
    }

    @Override
    public Child spawn(Setting setting, List<Fd> descriptors) {
        List<Fd> fds = new ArrayList<>(List.of(Shims.init(), setting.stdin(), setting.stdout(), setting.stderr()));
        int flags = 0;
        if (setting.cgroup() != null) {
            flags |= Wire.SPAWN_CGROUP;
            fds.add(setting.cgroup());
        }
        if (setting.pidNamespace() != null) {
            flags |= Wire.SPAWN_PIDNS;
            fds.add(setting.pidNamespace());
        }
        fds.addAll(descriptors);
        return children.spawn(new Message(Wire.spawn(flags, setting.cloneFlags(), setting.preserve()), fds));
    }

    @Override
    public Child adopt(int pid) {
        return children.adopt(pid);
    }

    /** A monitor's connection is its own: the caller of a detached container is who has connected, and waits for the exit code. */
    @Override
    public void requireCaller() {
        if (Linux.poll(List.of(connection), 0, 0)[0] != 0 || !Processes.isRunning(peer.pid())) {
            throw new CallerGone();
        }
    }

    @Override
    public void reapUnnamed(int child) {
        // The hands wait for every child that they have.
    }

    @Override
    public boolean await(Fd socket, Fd process) {
        return children.await(socket, process);
    }

    @Override
    public List<String> arguments() {
        return invocation.arguments();
    }

    @Override
    public Map<String, String> environment() {
        return invocation.environment();
    }

    @Override
    public Path directory() {
        return invocation.path();
    }

    @Override
    public int uid() {
        return peer.uid();
    }

    @Override
    public int pid() {
        return peer.pid();
    }

    @Override
    public int umask() {
        return Processes.umask(peer.pid());
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
    public Fd stdio(int number) {
        return invocation.stdio().get(number);
    }

    @Override
    public boolean isTerminal(int number) {
        return Linux.windowSize(stdio(number)).isPresent();
    }

    @Override
    public int inherited() {
        return invocation.inherited();
    }

    @Override
    public void relay(Fd terminal) {
        // The container may ask before the hands have read the message; later changes are theirs to pass on.
        invocation.stdio().stream()
                .flatMap(fd -> Linux.windowSize(fd).stream())
                .findFirst()
                .ifPresent(size -> Linux.setWindowSize(terminal, size));
        // As runc has it. Only a terminal that the hands make raw wants the carriage returns.
        if (!isTerminal(0) || !isTerminal(1)) {
            Linux.leaveLineEnds(terminal);
        }
        send(Wire.relay(), List.of(terminal));
    }

    @Override
    public void forwardSignals(int pid) {
        send(Wire.forward(pid), List.of());
        // What is complete has its own, and a caller may wait for days.
        stdio(0).close();
    }

    @Override
    public void detach() {
        send(Wire.detach(), List.of());
    }

    @Override
    public void leave() {
        send(Wire.leave(), List.of());
    }

    @Override
    public void watch(int pid, Fd exitFile) {
        send(Wire.watch(pid, 0, 0), List.of(exitFile));
    }

    @Override
    public void watch(int pid, Fd exitFile, Fd output, Fd directory, LogDir.Bounds bounds) {
        send(Wire.watch(pid, bounds.size(), bounds.files()), List.of(exitFile, output, directory));
    }

    @Override
    public void will(List<String> arguments) {
        List<String> argv = new ArrayList<>(arguments);
        argv.addFirst("jpod");
        byte[] text = NativeText.encode(argv.stream().collect(Collectors.joining("\0", "", "\0")));
        try (Fd memfd = Linux.sealedMemfd("jpod-will", text)) {
            send(Wire.will(argv.size()), List.of(memfd));
        }
    }

    @Override
    public Fd connection() {
        return connection;
    }

    @Override
    public @Nullable Path program() {
        try {
            return Path.of(Linux.readlink("/proc/" + peer.pid() + "/exe"));
        } catch (SyscallException e) {
            if (e.is(Errno.ENOENT) || e.is(Errno.ESRCH) || e.is(Errno.EACCES)) {
                return null;
            }
            throw e;
        }
    }

    private void send(byte[] bytes, List<Fd> fds) {
        Sockets.send(connection, new Message(bytes, fds));
    }

    /**
     * Ends the command, and waits until the hands have hung up: words of theirs that are unread when we close would reset
     * the connection and take EXIT with it. Nothing happens if they are gone already.
     */
    void exit(int code) {
        out.flush();
        err.flush();
        try {
            send(Wire.exit(code), List.of());
        } catch (SyscallException e) {
            if (!e.is(Errno.EPIPE) && !e.is(Errno.ECONNRESET)) {
                throw e;
            }
        }
        children.awaitHangUp(PATIENCE);
    }

    /** Leaves the connection to whoever made it. */
    @Override
    public void close() {
        invocation.close();
    }

    /** What spawn failed with, as the call that it stands for. */
    static SyscallException notSpawned(int errno) {
        return new SyscallException(Sys.CLONE3, "jpod-init", errno);
    }
}
