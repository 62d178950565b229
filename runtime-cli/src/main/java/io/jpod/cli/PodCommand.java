package io.jpod.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParentCommand;

@Command(
        name = "pod",
        description = "Make and manage pods: containers that share namespaces, limits and files.",
        footer = {
            "",
            "A pod has no process of its own: its namespaces are pinned files below /run/jpod/pods/NAME/ns, which nsenter(1) can"
                    + " enter too.",
            "",
            "Examples:",
            "  jpod pod create --name web --memory 256m",
            "  jpod run -d --pod web --name app --rootfs /srv/app",
            "  jpod run -d --pod web --name sidecar --rootfs /srv/tools -- sleep 1d",
            "  jpod pod ps"
        })
final class PodCommand {
    /** In the order of the help. */
    static final Map<String, Class<?>> VERBS = new LinkedHashMap<>();

    static {
        VERBS.put("create", PodCreate.class);
        VERBS.put("start", PodStart.class);
        VERBS.put("stop", PodStop.class);
        VERBS.put("restart", PodRestart.class);
        VERBS.put("kill", PodKill.class);
        VERBS.put("pause", PodPause.class);
        VERBS.put("unpause", PodUnpause.class);
        VERBS.put("wait", PodWait.class);
        VERBS.put("exists", PodExists.class);
        VERBS.put("clone", PodClone.class);
        VERBS.put("ps", PodPs.class);
        VERBS.put("publish", PodPublish.class);
        VERBS.put("inspect", PodInspect.class);
        VERBS.put("logs", PodLogs.class);
        VERBS.put("stats", PodStats.class);
        VERBS.put("top", PodTop.class);
        VERBS.put("events", PodEvents.class);
        VERBS.put("rm", PodRm.class);
        VERBS.put("prune", PodPrune.class);
        VERBS.put("ns", PodNs.class);
        VERBS.put("tree", PodTree.class);
        VERBS.put("view", PodViewCommand.class);
    }

    @ParentCommand
    private Jpod jpod;

    Jpod jpod() {
        return jpod;
    }
}
