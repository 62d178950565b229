package io.jpod.cli.pod;

import io.jpod.cli.command.Caller;
import io.jpod.cli.command.Definition;
import io.jpod.cli.command.Jpod;
import io.jpod.cli.command.Verb;
import io.jpod.cli.show.Screen;
import io.jpod.container.Container;
import io.jpod.container.ContainerException;
import io.jpod.engine.LogTail;
import io.jpod.engine.PodContainers;
import io.jpod.oci.State.Status;
import io.jpod.pod.Pod;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

final class PodLogs implements Verb {
    private static final int INTERVAL = 100;

    /** ECMA-48: colours that can be read on black and on white. */
    private static final List<String> COLOURS = List.of("36", "33", "32", "35", "34", "31");

    private boolean follow;
    private @Nullable Integer tail;
    private List<String> wanted = List.of();
    private boolean named;
    private String name = "";

    @Override
    public void define(Definition d) {
        d.flag("-f --follow", "Go on until the containers have ended.", on -> follow = on);
        d.value(
                "-n --tail=LINES",
                "Begin with the last so many lines of each container.",
                Integer.class,
                v -> tail = v);
        d.values("-c --container=NAME", "This container alone; may be given more than once.", v -> wanted = v);
        d.flag("--names", "Print the name also if there is only one container.", on -> named = on);
        d.operand("POD", "By name, ID or the beginning of an ID.", v -> name = v);
        d.footer(
                "With several containers each line begins with the name of its own. A log holds what was printed and nothing else, no"
                        + " times: so what is there comes container by container, and with --follow in the order in which it comes.");
        d.examples("jpod pod logs web", "jpod pod logs --follow --tail 10 -c app web");
    }

    @Override
    public int call(Jpod jpod) {
        Caller caller = jpod.caller();
        List<Container> containers = containers(jpod.pods().get(name));
        Screen screen = Screen.of(jpod);
        List<LogTail> tails = new ArrayList<>();
        try {
            for (Container container : containers) {
                String prefix = named || containers.size() > 1 ? container.id() + " " : "";
                String colour = COLOURS.get(tails.size() % COLOURS.size());
                tails.add(LogTail.open(container, prefix.isEmpty() ? prefix : screen.paint(colour, prefix), tail));
            }
            print(caller, tails);
            while (follow && tails.stream().anyMatch(LogTail::isOpen) && caller.listens(INTERVAL)) {
                print(caller, tails);
            }
            return jpod.heardOut();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the log: " + e.getMessage(), e);
        } finally {
            tails.forEach(LogTail::close);
        }
    }

    private List<Container> containers(Pod pod) {
        List<Container> all = PodContainers.inOrder(pod);
        for (String each : wanted) {
            if (all.stream().noneMatch(container -> container.id().equals(each))) {
                throw new ContainerException("pod " + pod.name() + " has no container " + each);
            }
        }
        return all.stream()
                .filter(container -> wanted.isEmpty() || wanted.contains(container.id()))
                .toList();
    }

    private static void print(Caller caller, List<LogTail> tails) throws IOException {
        for (LogTail each : tails) {
            // In this order, so that nothing is missed that came before the end.
            boolean hasEnded = each.container().status() == Status.STOPPED;
            if (hasEnded) {
                // The exit code is written after the last of the terminal's output.
                each.container().exitCode();
            }
            each.print(caller.out(), hasEnded);
        }
        caller.out().flush();
    }
}
