package io.jpod.cli;

import io.jpod.abi.Flags;
import io.jpod.container.Container;
import io.jpod.container.Containers;
import io.jpod.oci.State.Status;
import java.time.Duration;
import java.util.List;

final class Stop implements Verb {
    private final Jpod jpod;
    private final Grace grace = new Grace();
    private List<String> ids = List.of();

    Stop(Jpod jpod) {
        this.jpod = jpod;
    }

    @Override
    public void define(Definition d) {
        grace.define(d);
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
        stop(jpod, containers, grace.duration());
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
