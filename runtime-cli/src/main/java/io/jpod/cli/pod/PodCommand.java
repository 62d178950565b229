package io.jpod.cli.pod;

import static io.jpod.cli.command.Verb.named;

import io.jpod.cli.command.Definition;
import io.jpod.cli.command.Verb;
import java.util.List;

public final class PodCommand implements Verb.Family {
    /** In the order of the help. */
    public static final List<Named> VERBS = List.of(
            named("create", "Make a pod that is ready for containers, and print its ID.", PodCreate::new),
            named(
                    "start",
                    "Start the containers of pods: those that wait for it, and those that have ended.",
                    PodStart::new),
            named(
                    "stop",
                    "Stop the containers of pods, all at the same time: TERM, and KILL for those that go on.",
                    PodStop::new),
            named("restart", "Stop the containers of pods, and start them again.", PodRestart::new),
            named("kill", "Send a signal to the first process of every container of pods.", PodKill::new),
            named("pause", "Freeze all processes of pods, until 'jpod pod unpause'.", PodPause::new),
            named("unpause", "Let paused pods run on.", PodUnpause::new),
            named(
                    "wait",
                    "Wait until the containers of pods have ended, and print their exit codes, one a line.",
                    PodWait::new),
            named(
                    "exists",
                    "End with 0 if there is such a pod, with 1 if there is none. Nothing is printed.",
                    PodExists::new),
            named(
                    "clone",
                    "Make a pod like another one, with containers like its own, and start them in the background.",
                    PodClone::new),
            named("ps", "List the pods below --root.", PodPs::new, "ls", "list"),
            named(
                    "publish",
                    "Make more ports of the host lead to a pod that is there, or take them back.",
                    PodPublish::new),
            named(
                    "inspect",
                    "Print what is known of pods: containers, namespaces, limits, networks, files.",
                    PodInspect::new),
            named("logs", "Print what the containers of a pod have printed that run in the background.", PodLogs::new),
            named(
                    "stats",
                    "Show what the running containers of pods use, every second until it is interrupted.",
                    PodStats::new),
            named("top", "List the processes of a pod, by container.", PodTop::new),
            named(
                    "events",
                    "Print what happens to pods and their containers, a line for each event, until it is interrupted.",
                    PodEvents::new),
            named("rm", "Remove pods with their containers, and everything that was made for them.", PodRm::new),
            named(
                    "prune",
                    "Remove all pods in which nothing runs or waits to be started, with their containers.",
                    PodPrune::new),
            named(
                    "ns",
                    "Show who lives in which namespaces: a pod and its containers, and the host to compare.",
                    PodNs::new),
            named(
                    "tree",
                    "Show the cgroups of pods with their containers as leaves: what they use, and what they may use.",
                    PodTree::new),
            named("view", "Draw a pod as a house, in one page for a browser.", PodViewCommand::new));

    @Override
    public void define(Definition d) {
        d.footer(
                "A pod has no process of its own: its namespaces are pinned files below /run/jpod/pods/NAME/ns, which nsenter(1) can"
                        + " enter too.");
        d.examples(
                "jpod pod create --name web --memory 256m",
                "jpod run -d --pod web --name app --rootfs /srv/app",
                "jpod run -d --pod web --name sidecar --rootfs /srv/tools -- sleep 1d",
                "jpod pod ps");
    }
}
