package io.jpod.cli.option;

import io.jpod.cli.command.Caller;
import io.jpod.cli.command.CallerFile;
import io.jpod.cli.command.Definition;
import io.jpod.cli.command.Jpod;
import io.jpod.container.ContainerException;
import io.jpod.engine.Manner;
import io.jpod.engine.Witness;
import io.jpod.exec.ReadyProcess;
import io.jpod.oci.Process;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a caller wants to have from a new process, and to give to it. */
public final class ProcessOptions {
    private @Nullable String consoleSocket;
    private @Nullable String pidfdSocket;
    private @Nullable String pidFile;
    private int preserve;

    public void define(Definition d) {
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

    /**
     * How a process is started.
     *
     * @param stays whether the container outlasts its end, or exec the process
     * @param tracing null: none
     */
    public Manner manner(Jpod jpod, boolean stays, BundleOptions bundle, @Nullable Tracing tracing) {
        return new Manner(
                stays,
                consoleSocket == null ? null : jpod.path(consoleSocket),
                preserved(jpod.caller()),
                bundle.pivots(),
                bundle.makesKeyring(),
                Tracing.of(tracing),
                new Told(jpod, tracing));
    }

    /** Tells whoever asked for it of a new process. */
    private final class Told implements Witness {
        private final Jpod jpod;
        private final @Nullable Tracing tracing;

        Told(Jpod jpod, @Nullable Tracing tracing) {
            this.jpod = jpod;
            this.tracing = tracing;
        }

        @Override
        public void ready(ReadyProcess process) {
            if (pidFile != null) {
                CallerFile.of(jpod, pidFile).replace(Integer.toString(process.pid()));
            }
            if (pidfdSocket != null) {
                jpod.engine().sendPidfd(process, jpod.path(pidfdSocket));
            }
            Tracing.next(tracing);
            jpod.tell(process);
        }

        @Override
        public void runs() {
            Tracing.end(tracing);
        }
    }

    /** systemd is told by whoever the unit names, and that is not us. */
    public static void requireNoNotify(Caller caller) {
        if (!caller.environment().getOrDefault("NOTIFY_SOCKET", "").isEmpty()) {
            throw new IllegalStateException(
                    "NOTIFY_SOCKET is set, but jpod does not pass readiness on to systemd: use Type=exec or unset it");
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

    /** What the process is told of the sockets it gets; it is process 1 of its container (sd_listen_fds(3)). */
    public static List<String> listenFds(Caller caller) {
        int passed = passedBySystemd(caller);
        return passed == 0 ? List.of() : List.of("LISTEN_FDS=" + passed, "LISTEN_PID=1");
    }

    static Process withListenFds(Process process, Caller caller) {
        List<String> env = new ArrayList<>(process.env());
        env.addAll(listenFds(caller));
        return process.with(p -> p.env = env);
    }

    /** LISTEN_PID says for whom they are: the variables are inherited further than the descriptors. */
    static int passedBySystemd(Caller caller) {
        Map<String, String> environment = caller.environment();
        String count = environment.getOrDefault("LISTEN_FDS", "");
        if (count.isEmpty()) {
            return 0;
        }
        String pid = Integer.toString(caller.pid());
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
