package io.jpod.cli;

import static io.jpod.cli.command.Verb.family;
import static io.jpod.cli.command.Verb.named;

import io.jpod.cli.command.Verb.Named;
import io.jpod.cli.container.Create;
import io.jpod.cli.container.Debug;
import io.jpod.cli.container.Delete;
import io.jpod.cli.container.Events;
import io.jpod.cli.container.Exec;
import io.jpod.cli.container.Explain;
import io.jpod.cli.container.Inspect;
import io.jpod.cli.container.Kill;
import io.jpod.cli.container.ListContainers;
import io.jpod.cli.container.Logs;
import io.jpod.cli.container.Ns;
import io.jpod.cli.container.Pause;
import io.jpod.cli.container.Ps;
import io.jpod.cli.container.Restart;
import io.jpod.cli.container.Resume;
import io.jpod.cli.container.Run;
import io.jpod.cli.container.SpecCommand;
import io.jpod.cli.container.Start;
import io.jpod.cli.container.State;
import io.jpod.cli.container.Stop;
import io.jpod.cli.container.Update;
import io.jpod.cli.container.Wait;
import io.jpod.cli.host.DoctorCommand;
import io.jpod.cli.host.FeaturesCommand;
import io.jpod.cli.network.NetworkCommand;
import io.jpod.cli.pod.PodCommand;
import io.jpod.cli.volume.VolumeCommand;
import java.util.Collection;
import java.util.List;
import java.util.Set;

/** All that jpod can be told to do. */
final class Verbs {
    /** In the order of the help. */
    static final List<Named> ALL = List.of(
            named("create", "Make a container from a bundle. Its program waits for 'jpod start'.", Create::new),
            named("start", "Let a container that was created run its program.", Start::new),
            named("run", "Make a container, start it, and wait for its end.", Run::new),
            named("state", "Print the state of a container as JSON (runtime-spec, \"State\").", State::new),
            named("list", "List the containers below --root.", ListContainers::new, "ls"),
            named("stop", "Stop containers, all at the same time: TERM, and KILL for those that go on.", Stop::new),
            named(
                    "restart",
                    "Start containers again: those that run are stopped first, with TERM, and KILL if they go on.",
                    Restart::new),
            named(
                    "inspect",
                    "Print what is known of containers: state, config, namespaces, cgroup, log.",
                    Inspect::new),
            named("kill", "Send a signal to a container's first process.", Kill::new),
            named(
                    "delete",
                    "Remove containers that have ended, or were never started, and all that is kept of them.",
                    Delete::new,
                    "rm"),
            named("exec", "Run one more process in a container.", Exec::new),
            named("pause", "Stop all processes of a container where they are.", Pause::new),
            named("resume", "Let the processes of a paused container go on.", Resume::new),
            named("wait", "Wait until containers have ended, and print their exit codes, one a line.", Wait::new),
            named(
                    "logs",
                    "Print what a container has printed that was started with 'jpod run --detach --rootfs'.",
                    Logs::new),
            named("ps", "List the processes of a container.", Ps::new),
            named("ns", "Show which namespaces containers live in, whose they are, and who else is in them.", Ns::new),
            named(
                    "events",
                    "Print the figures of a container every few seconds, and when it runs out of memory, as JSON lines.",
                    Events::new),
            named("update", "Change the limits of a container while it runs.", Update::new),
            family(
                    "pod",
                    "Make and manage pods: containers that share namespaces, limits and files.",
                    PodCommand::new,
                    PodCommand.VERBS),
            family("network", "Make, show and remove networks of pods.", NetworkCommand::new, NetworkCommand.VERBS),
            named(
                    "debug",
                    "Look into a pod or container from a container with tools, such as a shell, that it has not got itself.",
                    Debug::new),
            named("spec", "Write a config.json to start from.", SpecCommand::new),
            named(
                    "features",
                    "Print what jpod implements as JSON (runtime-spec, \"Features Structure\").",
                    FeaturesCommand::new),
            named("explain", "Print what 'jpod run' would do, step by step, without doing it.", Explain::new),
            family(
                    "volume",
                    "Make, show and remove volumes: directories with a name that outlive containers.",
                    VolumeCommand::new,
                    VolumeCommand.VERBS),
            named(
                    "doctor",
                    "List what no living container or pod below --root owns, and remove it with --fix.",
                    DoctorCommand::new),
            named("completion", "Print a script that lets the shell complete jpod's command line.", Completion::new),
            named(
                    "serve",
                    "Stay in memory and serve all further commands, which makes them fast. Containers do not depend on it:"
                            + " it may be stopped or killed at any time.",
                    Serve::new));

    private Verbs() {}

    static List<Named> among(List<Named> verbs, Collection<String> words) {
        return verbs.stream().filter(verb -> verb.isAmong(words)).toList();
    }

    /** The names of those verbs that may be meant by a command line of these words. */
    static void collect(List<Named> verbs, Collection<String> words, Set<String> names) {
        for (Named verb : among(verbs, words)) {
            names.add(verb.name());
            collect(verb.verbs(), words, names);
        }
    }
}
