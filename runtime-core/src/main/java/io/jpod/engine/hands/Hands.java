package io.jpod.engine.hands;

import io.jpod.abi.Errno;
import io.jpod.abi.Flags;
import io.jpod.abi.NativeText;
import io.jpod.abi.Sys;
import io.jpod.container.LogDir;
import io.jpod.exec.CallerGone;
import io.jpod.linux.Fd;
import io.jpod.linux.Linux;
import io.jpod.linux.Message;
import io.jpod.linux.Poll;
import io.jpod.linux.Processes;
import io.jpod.linux.Shims;
import io.jpod.linux.Sockets;
import io.jpod.linux.SyscallException;
import io.jpod.linux.Terminals;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Hands at the other end of a connection. One thread uses them, and hears what they say. */
public class Hands implements Parent {
    /** How long the hands may take to begin, and to hang up after EXIT, in milliseconds. They do it at once. */
    private static final int PATIENCE = 10_000;

    private final Fd connection;
    private final Invocation invocation;
    private final Sockets.Credentials peer;
    private final Children children;

    /** @param invocation closed with this object */
    protected Hands(Fd connection, Invocation invocation) {
        this.connection = connection;
        this.invocation = invocation;
        this.peer = Sockets.peer(connection);
        this.children = new Children(connection);
    }

    /**
     * Waits for HELLO on a new connection, which stays the caller's.
     *
     * @throws HandsLost if something else came, or nothing in time
     */
    public static Invocation greet(Fd connection) {
        if (Poll.poll(List.of(connection), Flags.POLLIN, PATIENCE)[0] == 0) {
            throw new HandsLost("does not say HELLO");
        }
        Message message = Sockets.receive(connection, Wire.LONGEST, Wire.Hello.FDS);
        if (message == null) {
            throw new HandsLost("hung up before HELLO");
        }
        return Invocation.of(message, Sockets.peer(connection).pid());
    }

    /** Those of a program that is started for this; they are a child of somebody's, and already in the background. */
    static Parent start(Parent parent, Path program) {
        HandsProgram started = HandsProgram.start(parent, program);
        try {
            Hands hands = new Started(started, greet(started.connection()), parent.uid(), program);
            hands.background();
            return hands;
        } catch (RuntimeException | Error e) {
            started.close();
            throw e;
        }
    }

    private static final class Started extends Hands {
        private final HandsProgram started;
        private final int uid;
        private final Path program;

        Started(HandsProgram started, Invocation invocation, int uid, Path program) {
            super(started.connection(), invocation);
            this.started = started;
            this.uid = uid;
            this.program = program;
        }

        @Override
        public int uid() {
            return uid;
        }

        @Override
        public Path program() {
            return program;
        }

        @Override
        public void close() {
            try (started) {
                exit(0);
                super.close();
            }
        }
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
        if (Poll.poll(List.of(connection), 0, 0)[0] != 0 || !Processes.isRunning(peer.pid())) {
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
    public Map<String, String> environment() {
        return invocation.environment();
    }

    @Override
    public int uid() {
        return peer.uid();
    }

    /** Of their process. */
    public int pid() {
        return peer.pid();
    }

    @Override
    public Fd stdio(int number) {
        return invocation.stdio().get(number);
    }

    @Override
    public void relay(Fd terminal) {
        // The container may ask before the hands have read the message; later changes are theirs to pass on.
        invocation.stdio().stream()
                .flatMap(fd -> Terminals.windowSize(fd).stream())
                .findFirst()
                .ifPresent(size -> Terminals.setWindowSize(terminal, size));
        // As runc has it. Only a terminal that the hands make raw wants the carriage returns.
        if (invocation.stdio().subList(0, 2).stream()
                .anyMatch(fd -> Terminals.windowSize(fd).isEmpty())) {
            Terminals.leaveLineEnds(terminal);
        }
        send(Wire.word(Wire.RELAY), List.of(terminal));
    }

    @Override
    public void forwardSignals(int pid) {
        send(Wire.word(Wire.FORWARD, pid), List.of());
        // What is complete has its own, and a caller may wait for days.
        stdio(0).close();
    }

    @Override
    public Parent background() {
        send(Wire.word(Wire.DETACH), List.of());
        return this;
    }

    @Override
    public void leave() {
        send(Wire.word(Wire.LEAVE), List.of());
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
            send(Wire.word(Wire.WILL, argv.size()), List.of(memfd));
        }
    }

    @Override
    public Fd connection() {
        return connection;
    }

    @Override
    public Path program() {
        try {
            return Path.of(Linux.readlink("/proc/" + peer.pid() + "/exe"));
        } catch (SyscallException e) {
            throw new IllegalStateException("the jpod program cannot be found: " + e.getMessage(), e);
        }
    }

    private void send(byte[] bytes, List<Fd> fds) {
        Sockets.send(connection, new Message(bytes, fds));
    }

    /**
     * Ends the command, and waits until the hands have hung up: words of theirs that are unread when we close would reset
     * the connection and take EXIT with it. Nothing happens if they are gone already.
     */
    public void exit(int code) {
        try {
            send(Wire.word(Wire.EXIT, code), List.of());
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
