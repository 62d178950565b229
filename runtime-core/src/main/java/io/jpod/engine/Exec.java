package io.jpod.engine;

import io.jpod.container.Container;
import io.jpod.container.ExecOptions;
import io.jpod.engine.hands.Parent;
import io.jpod.exec.ReadyProcess;
import io.jpod.linux.Fd;
import io.jpod.oci.Process;

/** One more process in a container. */
final class Exec {
    private final Engine engine;
    private final Parent parent;
    private final Manner manner;

    Exec(Engine engine, Manner manner) {
        this.engine = engine;
        this.parent = engine.parent();
        this.manner = manner;
    }

    int run(Container container, Command command) {
        Process process = command.process(engine, container);
        Console console = Console.of(parent, process.terminal(), manner.stays(), manner.consoleSocket());
        try (Stdio stdio = Stdio.of(parent, true, console)) {
            return run(container, command, process, stdio);
        }
    }

    int run(Container container, Command command, Process process, Stdio stdio) {
        ExecOptions options = new ExecOptions(
                command.process() == null ? "process" : "",
                stdio.fds(),
                stdio.console().socket(),
                manner.preserve(),
                command.cgroup(),
                command.ignorePaused());
        try (ReadyProcess executed = container.exec(process, options, parent, manner.observer())) {
            handOver(executed, stdio.console());
            executed.execute();
            manner.witness().runs();
            // Callers of runc take a log for one object if the program does not run.
            executed.warnings().forEach(engine::warn);
            return manner.stays() ? 0 : executed.await();
        }
    }

    private void handOver(ReadyProcess executed, Console console) {
        try (Fd terminal = console.receive()) {
            manner.witness().ready(executed);
            if (terminal != null) {
                parent.relay(terminal);
            }
            if (manner.stays()) {
                // conmon adopts the process and wants to know how it ends, however soon.
                parent.leave();
            } else {
                parent.forwardSignals(executed.pid());
            }
        } catch (RuntimeException | Error e) {
            executed.kill();
            throw e;
        }
    }
}
