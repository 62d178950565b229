package io.jpod.cli;

import io.jpod.container.Container;
import io.jpod.container.ContainerException;
import io.jpod.container.ExecOptions;
import io.jpod.exec.ReadyProcess;
import io.jpod.linux.Fd;
import io.jpod.oci.Process;
import java.util.List;
import org.jspecify.annotations.Nullable;

final class Exec implements Verb {
    private final Jpod jpod;
    private final ProcessOptions process = new ProcessOptions();
    private final ExecProcess changes = new ExecProcess();
    private final TraceOptions trace = new TraceOptions();
    private boolean detach;
    private boolean ignorePaused;
    private @Nullable String cgroup;
    private String id = "";
    private List<String> words = List.of();

    Exec(Jpod jpod) {
        this.jpod = jpod;
    }

    @Override
    public void define(Definition d) {
        d.synopsis("jpod exec [OPTIONS] ID COMMAND [ARG...]", "       jpod exec [OPTIONS] --process FILE ID");
        // What runc ends with when the process could not be started.
        d.failsWith(255);
        d.stopsAtOperand();
        process.define(d);
        changes.define(d);
        trace.define(d);
        d.flag("-d --detach", "Return as soon as the process was started.", on -> detach = on);
        d.flag("--ignore-paused", "In a paused container, wait until it is resumed.", on -> ignorePaused = on);
        d.value("--cgroup=PATH", "Start in this cgroup below the container's, which must be there.", v -> cgroup = v);
        d.operand("ID", "The container.", v -> id = v);
        d.operands(0, "COMMAND", "What to run, with its arguments.", v -> words = v);
        d.footer(
                "The process has the environment, user, capabilities, limits and so on of the container's config.json, or those of"
                        + " --process; options change them. jpod ends like the process, or with 255 if it could not be started.",
                "",
                "Examples:",
                "  jpod exec -t web sh",
                "  jpod exec --user 1000:1000 --env DEBUG=1 web /app/check");
    }

    @Override
    public Integer call() {
        if (changes.isFromFile() && !words.isEmpty()) {
            throw new Misuse("a command and --process exclude each other");
        }
        if (!changes.isFromFile() && words.isEmpty()) {
            // Not the command line's fault to runc, which ends with 255.
            throw new IllegalArgumentException("exec failed: process args cannot be empty");
        }
        try {
            return execute();
        } catch (RuntimeException e) {
            throw new ContainerException("exec failed: " + e.getMessage(), e);
        }
    }

    private int execute() {
        Caller caller = jpod.caller();
        Container container = jpod.containers().get(id);
        Process spec = ProcessOptions.withListenFds(changes.process(jpod, container, words), caller);
        try (TerminalRoute console = TerminalRoute.of(caller, spec.terminal(), detach, process.consoleSocket(jpod))) {
            ExecOptions options = new ExecOptions(
                    changes.isFromFile() ? "" : "process",
                    List.of(caller.stdio(0), caller.stdio(1), caller.stdio(2)),
                    console.socket(),
                    process.preserved(caller),
                    below(),
                    ignorePaused);
            try (Tracing tracing = trace.begin(jpod);
                    ReadyProcess executed = container.exec(spec, options, caller, Tracing.of(tracing))) {
                Tracing.next(tracing);
                handOver(executed, console);
                executed.execute();
                Tracing.end(tracing);
                jpod.tell(executed);
                executed.warnings().forEach(jpod::warn);
                return detach ? ExitCode.OK.number() : executed.await();
            }
        }
    }

    /** runc's form is [CONTROLLER:]PATH; the one hierarchy of cgroup v2 has no controllers of its own to name. */
    private @Nullable String below() {
        if (cgroup == null || cgroup.equals("/")) {
            return cgroup == null ? null : "";
        }
        String path = cgroup.startsWith("/") ? cgroup.substring(1) : cgroup;
        if (path.isEmpty() || path.contains(":") || List.of(path.split("/", -1)).contains("..")) {
            throw new IllegalArgumentException("--cgroup: must be a path below the container's cgroup, is \"" + cgroup
                    + "\" (cgroup v2 has no hierarchies by controller)");
        }
        return path;
    }

    private void handOver(ReadyProcess executed, TerminalRoute console) {
        try (Fd terminal = console.receive()) {
            process.announce(jpod, executed);
            if (terminal != null) {
                jpod.caller().relay(terminal);
            }
            if (detach) {
                // conmon adopts the process and wants to know how it ends, however soon.
                jpod.caller().leave();
            } else {
                jpod.caller().forwardSignals(executed.pid());
            }
        } catch (RuntimeException | Error e) {
            executed.kill();
            throw e;
        }
    }
}
