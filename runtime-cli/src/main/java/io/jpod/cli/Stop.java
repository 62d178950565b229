package io.jpod.cli;

import io.jpod.abi.Flags;
import io.jpod.container.Container;
import io.jpod.container.Containers;
import io.jpod.oci.State.Status;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

@Command(
        name = "stop",
        description = "Stop containers, all at the same time: TERM, and KILL for those that go on.",
        footer = {
            "",
            "They stay, with their logs, until they are deleted; 'jpod restart' starts them again.",
            "",
            "Example:",
            "  jpod stop --time 2 web db"
        })
final class Stop implements Callable<Integer> {
    @ParentCommand
    private Jpod jpod;

    @Option(
            names = {"-t", "--time"},
            paramLabel = "SECONDS",
            description = "How long they may take before they are killed (default: 10).")
    private int seconds = 10;

    @Parameters(paramLabel = "ID", arity = "1..*", description = "The container.")
    private List<String> ids;

    @Override
    public Integer call() {
        List<Container> containers =
                ids.stream().map(id -> jpod.containers().get(id)).toList();
        stop(jpod, containers, PodStop.grace(seconds));
        containers.forEach(container -> jpod.caller().out().println(container.id()));
        return ExitCode.OK.number();
    }

    /** Those that are paused hear nothing until they are not. */
    static void stop(Jpod jpod, List<Container> containers, Duration grace) {
        containers.stream()
                .filter(container -> container.status() == Status.PAUSED)
                .forEach(Container::resume);
        Containers.stop(containers, (int) Flags.SIGTERM, grace, jpod.caller().connection());
    }
}
