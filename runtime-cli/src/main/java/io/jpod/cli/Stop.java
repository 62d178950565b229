package io.jpod.cli;

import io.jpod.abi.Flags;
import io.jpod.container.Container;
import io.jpod.container.Containers;
import io.jpod.oci.State.Status;
import java.time.Duration;
import java.util.List;

final class Stop implements Verb {
    private final Jpod jpod;
    private int seconds = 10;
    private List<String> ids = List.of();

    Stop(Jpod jpod) {
        this.jpod = jpod;
    }

    @Override
    public void define(Definition d) {
        d.value(
                "-t --time=SECONDS",
                "How long they may take before they are killed (default: 10).",
                Integer.class,
                10,
                v -> seconds = v);
        d.operands(1, "ID", "The container.", v -> ids = v);
        d.footer(
                "They stay, with their logs, until they are deleted; 'jpod restart' starts them again.",
                "",
                "Example:",
                "  jpod stop --time 2 web db");
    }

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
