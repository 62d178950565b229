package io.jpod.cli.container;

import io.jpod.cgroup.Cgroup;
import io.jpod.cgroup.CgroupEvents;
import io.jpod.cgroup.CgroupEvents.Event;
import io.jpod.cgroup.StatsJson;
import io.jpod.cli.command.Definition;
import io.jpod.cli.command.Jpod;
import io.jpod.cli.command.Verb;
import io.jpod.cli.option.Durations;
import io.jpod.container.Container;
import io.jpod.container.ContainerException;
import io.jpod.oci.State.Status;
import java.io.PrintStream;
import java.time.Duration;
import java.util.Set;

public final class Events implements Verb {
    /** How soon it is noticed that nobody listens any more. */
    private static final Duration GLANCE = Duration.ofMillis(500);

    private static final Set<Status> ALIVE = Set.of(Status.CREATED, Status.RUNNING, Status.PAUSED);

    private String interval = "5s";
    private boolean stats;
    private String id = "";

    @Override
    public void define(Definition d) {
        d.value(
                "--interval=TIME",
                "How often, such as 500ms or 1m30s (default: 5s).",
                String.class,
                "5s",
                v -> interval = v);
        d.flag("--stats", "Print the figures once and end.", on -> stats = on);
        d.operand("ID", "The container.", v -> id = v);
        d.footer(
                "It ends when the container does. Figures that a controller would have are missing if the host has not enabled it.");
        d.examples("jpod events --stats web | jq .data.memory.usage.usage", "jpod events --interval 1m web");
    }

    @Override
    public int call(Jpod jpod) {
        Duration period = Durations.parse("--interval", interval);
        Container container = jpod.containers().get(id);
        if (!ALIVE.contains(container.status())) {
            throw new ContainerException("container with id " + id + " is not running");
        }
        try (Cgroup cgroup =
                container.cgroup().orElseThrow(() -> new ContainerException("container " + id + " has no cgroup"))) {
            if (stats) {
                jpod.out().println(StatsJson.event(id, cgroup.stats()));
            } else {
                follow(jpod, cgroup, period);
            }
        }
        return jpod.heardOut();
    }

    private void follow(Jpod jpod, Cgroup cgroup, Duration period) {
        PrintStream out = jpod.out();
        CgroupEvents events = cgroup.events();
        long next = System.nanoTime() + period.toNanos();
        while (jpod.caller().listens(0)) {
            Duration left = Duration.ofNanos(Math.max(0, next - System.nanoTime()));
            switch (events.await(left.compareTo(GLANCE) < 0 ? left : GLANCE)) {
                case Event.Empty _ -> {
                    return;
                }
                case Event.OutOfMemory _ -> out.println(StatsJson.oom(id));
                case Event.Nothing _ -> {
                    if (System.nanoTime() - next >= 0 && jpod.caller().listens(0)) {
                        out.println(StatsJson.event(id, cgroup.stats()));
                        next += period.toNanos();
                    }
                }
            }
        }
    }
}
