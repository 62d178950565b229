package io.jpod.engine;

import io.jpod.abi.Flags;
import io.jpod.container.Container;
import io.jpod.container.Created;
import io.jpod.container.LogDir;
import io.jpod.engine.hands.Parent;
import io.jpod.json.Times;
import io.jpod.linux.Fd;
import io.jpod.linux.Linux;
import io.jpod.linux.Terminals;
import java.nio.file.Path;
import java.util.List;

/** From a spec to a container whose parent knows what to do with it, whatever becomes of us. */
final class Launch {
    /** Bytes of an exit code as text. */
    private static final int LONGEST_EXIT = 8;

    private final Engine engine;
    private final Parent parent;
    private final Manner manner;

    /** @param parent the engine's, or that of what goes on in the background */
    Launch(Engine engine, Parent parent, Manner manner) {
        this.engine = engine;
        this.parent = parent;
        this.manner = manner;
    }

    /** Makes one that waits for {@link Container#start}, by anybody. */
    void create(Blueprint blueprint, Stdio stdio) {
        try (Created created = engine.containers()
                .create(blueprint.spec(), manner.options(blueprint, parent, stdio), parent, manner.observer())) {
            tell(created, () -> {});
        }
    }

    /** Makes one and starts it; its terminal is the parent's, and so are the signals. */
    Running attached(Blueprint blueprint, Stdio stdio) {
        Created created = prepare(blueprint, stdio);
        return new Running(engine, started(created, () -> attach(created, stdio)), manner.stays());
    }

    /** Makes one and starts it; a monitor keeps its exit code, and its output if that is nobody else's. */
    Container detached(Blueprint blueprint, Stdio stdio) {
        return detached(prepare(blueprint, stdio), stdio);
    }

    /** The same with one that has ended: it is made again, and its log goes on. */
    Container again(Container container, Stdio stdio) {
        return detached(container.recreate(stdio.fds(), stdio.console().socket(), parent), stdio);
    }

    private Created prepare(Blueprint blueprint, Stdio stdio) {
        return engine.containers()
                .prepare(blueprint.spec(), manner.options(blueprint, parent, stdio), parent, manner.observer());
    }

    private void attach(Created created, Stdio stdio) {
        try (Fd terminal = stdio.console().receive()) {
            if (terminal != null) {
                parent.relay(terminal);
            }
        }
        parent.forwardSignals(created.process().pid());
        stdio.close();
    }

    private Container detached(Created created, Stdio stdio) {
        try (Created started = started(created, () -> {
            watch(created, stdio);
            parent.forwardSignals(created.process().pid());
            stdio.console().close();
        })) {
            return started.container();
        }
    }

    /** Who is told of it may still refuse it. */
    private void tell(Created created, Runnable then) {
        created.settle(parent, () -> {
            manner.witness().ready(created.process());
            created.process().warnings().forEach(engine::warn);
            then.run();
        });
    }

    /** @param handOver after which the parent does what is left, if we are gone */
    private Created started(Created created, Runnable handOver) {
        try {
            tell(created, () -> {
                if (!manner.stays()) {
                    parent.will(will(created.container()));
                }
                handOver.run();
            });
            created.start(parent);
            manner.witness().runs();
            return created;
        } catch (RuntimeException | Error e) {
            created.close();
            throw e;
        }
    }

    private void watch(Created created, Stdio stdio) {
        Container container = created.container();
        int pid = created.process().pid();
        try (Fd exit = exitFile(container)) {
            Stdio.Log output = stdio.log();
            if (output == null) {
                parent.watch(pid, exit);
                return;
            }
            LogDir log = container.log();
            if (!log.exists()) {
                Path logs = engine.places().logs();
                log.make(logs == null ? null : logs.resolve(container.id()), output.bounds());
            }
            try (Fd terminal = stdio.console().receive();
                    Fd directory = log.open()) {
                if (terminal != null) {
                    Terminals.leaveLineEnds(terminal);
                }
                parent.watch(pid, exit, terminal == null ? output.from() : terminal, directory, log.bounds());
            }
        }
    }

    /** Locked until the exit code is written. A disk that is full by then does not matter. */
    private static Fd exitFile(Container container) {
        Fd file = Linux.open(container.exitFile().toString(), Flags.O_WRONLY | Flags.O_CREAT | Flags.O_EXCL, 0600);
        Linux.flock(file, Flags.LOCK_EX);
        Linux.reserve(file, LONGEST_EXIT);
        return file;
    }

    /** What is done at the container's end if there is no brain any more; not to another one of the same name. */
    private List<String> will(Container container) {
        String created = Times.text(container.created().orElseThrow());
        String root = engine.places().root().toString();
        return List.of("--root", root, "delete", "--force", "--created", created, container.id());
    }
}
