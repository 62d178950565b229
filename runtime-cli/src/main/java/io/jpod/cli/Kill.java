package io.jpod.cli;

import io.jpod.container.Container;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

@Command(
        name = "kill",
        description = "Send a signal to a container's first process.",
        footer = {
            "",
            "A container that has no pid namespace of its own loses all of its processes with KILL, as it would with one.",
            "",
            "Examples:",
            "  jpod kill web           # TERM: asks it to end",
            "  jpod kill web KILL      # or SIGKILL, kill, 9",
            "  jpod kill --all web HUP"
        })
final class Kill implements Callable<Integer> {
    @ParentCommand
    private Jpod jpod;

    @Option(
            names = {"-a", "--all"},
            description = "Send it to all processes in the container.")
    private boolean all;

    @Parameters(index = "0", paramLabel = "ID", description = "The container.")
    private String id;

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "SIGNAL",
            defaultValue = "TERM",
            description = "By name or number (default: TERM).")
    private String signal;

    @Override
    public Integer call() {
        Container container = jpod.containers().get(id);
        int number = Signals.number(signal);
        if (all) {
            container.killAll(number);
        } else {
            container.kill(number);
        }
        return ExitCode.OK.number();
    }
}
