package io.jpod.cli;

import io.jpod.container.ContainerException;
import io.jpod.exec.ReadyProcess;
import io.jpod.linux.Fd;
import io.jpod.linux.Message;
import io.jpod.linux.Sockets;
import io.jpod.oci.Process;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a caller wants to have from a new process, and to give to it. */
final class ProcessOptions {
    private @Nullable String consoleSocket;
    private @Nullable String pidfdSocket;
    private @Nullable String pidFile;
    private int preserve;

    void define(Definition d) {
        d.value(
                "--console-socket=PATH",
                "A listening unix socket, over which the terminal (ptmx) is sent. Needed if the process has a"
                        + " terminal and jpod does not wait for its end.",
                v -> consoleSocket = v);
        d.value(
                "--pidfd-socket=PATH",
                "A listening unix socket, over which a pidfd of the process is sent.",
                v -> pidfdSocket = v);
        d.value(
                "--pid-file=FILE",
                "Where to write the process id to, decimal and without a newline.",
                v -> pidFile = v);
        d.value(
                "--preserve-fds=N",
                "Pass N more open descriptors, from 3 on, behind those of $$LISTEN_FDS.",
                Integer.class,
                0,
                v -> preserve = v);
    }

    @Nullable Path consoleSocket(Jpod jpod) {
        return consoleSocket == null ? null : jpod.path(consoleSocket);
    }

    /** Tells whoever asked for it which process it is. */
    void announce(Jpod jpod, ReadyProcess process) {
        if (pidFile != null) {
            CallerFile.of(jpod, pidFile).replace(Integer.toString(process.pid()));
        }
        if (pidfdSocket != null) {
            try (Fd socket = TerminalRoute.connect(jpod.caller(), jpod.path(pidfdSocket))) {
                byte[] name = "pidfd".getBytes(StandardCharsets.UTF_8);
                Sockets.send(socket, new Message(name, List.of(process.pidfd())));
            }
        }
    }

    /**
     * How many descriptors the process keeps, from 3 on.
     *
     * @throws ContainerException if the caller has not so many
     */
    int preserved(Caller caller) {
        if (preserve < 0) {
            throw new ContainerException("--preserve-fds must not be negative");
        }
        int passed = passedBySystemd(caller);
        long all = (long) passed + preserve;
        if (all > caller.inherited()) {
            throw new ContainerException(
                    "descriptor %d is not open: %d are to be passed, from 3 on".formatted(3 + caller.inherited(), all));
        }
        return (int) all;
    }

    /** The process, told of the sockets it gets; it is process 1 of its container (sd_listen_fds(3)). */
    static Process withListenFds(Process process, Caller caller) {
        int passed = passedBySystemd(caller);
        if (passed == 0) {
            return process;
        }
        List<String> env = new ArrayList<>(process.env());
        env.add("LISTEN_FDS=" + passed);
        env.add("LISTEN_PID=1");
        return process.with(p -> p.env = env);
    }

    /** LISTEN_PID says for whom they are: the variables are inherited further than the descriptors. */
    static int passedBySystemd(Caller caller) {
        Map<String, String> environment = caller.environment();
        String count = environment.getOrDefault("LISTEN_FDS", "");
        if (count.isEmpty()) {
            return 0;
        }
        String pid = Integer.toString(Sockets.peer(caller.connection()).pid());
        if (!pid.equals(environment.get("LISTEN_PID"))) {
            return 0;
        }
        try {
            return Math.max(0, Integer.parseInt(count));
        } catch (NumberFormatException e) {
            throw new ContainerException("$LISTEN_FDS is no number: " + count, e);
        }
    }
}
