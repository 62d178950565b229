package io.jpod.cli.pod;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.jpod.cli.command.Caller;
import io.jpod.cli.command.CallerFile;
import io.jpod.cli.command.Definition;
import io.jpod.cli.command.Each;
import io.jpod.cli.command.Jpod;
import io.jpod.cli.command.Verb;
import io.jpod.container.Container;
import io.jpod.engine.PodContainers;
import io.jpod.pod.Pod;
import java.util.List;
import java.util.Map;

final class PodPrune implements Verb {
    private static final int LONGEST_ANSWER = 4096;

    private boolean force;

    @Override
    public void define(Definition d) {
        d.flag("-f --force", "Do not ask.", on -> force = on);
        d.footer("It asks before it does so. Where nobody can answer it does nothing without --force.");
        d.examples("jpod pod prune --force");
    }

    @Override
    public int call(Jpod jpod) {
        Map<String, List<Container>> containers = PodContainers.byPod(jpod.containers());
        List<Pod> idle = jpod.pods().list().stream()
                .filter(pod -> PodContainers.alive(containers.getOrDefault(pod.name(), List.of()))
                        .isEmpty())
                .toList();
        if (!force && !idle.isEmpty() && !isConfirmed(jpod.caller(), idle)) {
            return ERROR;
        }
        Each each = new Each(jpod);
        // Not by force: what was started in the meantime is not idle.
        idle.forEach(pod -> each.run(pod.name(), () -> {
            pod.delete(false, jpod.caller());
            jpod.out().println(PodNames.printed(pod));
        }));
        return each.exitCode();
    }

    private static boolean isConfirmed(Caller caller, List<Pod> pods) {
        if (!caller.isTerminal(0)) {
            throw new IllegalStateException("stdin is no terminal to ask on: say --force");
        }
        caller.err()
                .print("Remove "
                        + String.join(", ", pods.stream().map(Pod::name).toList()) + "? [y/N] ");
        caller.err().flush();
        // A terminal gives what was typed up to Enter.
        return new String(CallerFile.readSome(caller, caller.stdio(0), LONGEST_ANSWER), UTF_8)
                .strip()
                .matches("(?i)y(es)?");
    }
}
