package io.jpod.cli;

import io.jpod.net.Networks;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParentCommand;

@Command(
        name = "network",
        description = "Make, show and remove networks of pods.",
        footer = {
            "",
            "A network is a bridge of the host with addresses, NAT and names. It is only defined here: bridge and rules come with"
                    + " its first pod and go with its last. Pods that name no network share one called jpod.",
            "",
            "Examples:",
            "  jpod network create --subnet 10.7.0.0/24 backend",
            "  jpod network ls"
        })
final class NetworkCommand {
    /** In the order of the help. */
    static final Map<String, Class<?>> VERBS = new LinkedHashMap<>();

    static {
        VERBS.put("create", NetworkCreate.class);
        VERBS.put("ls", NetworkLs.class);
        VERBS.put("inspect", NetworkInspect.class);
        VERBS.put("exists", NetworkExists.class);
        VERBS.put("rm", NetworkRm.class);
        VERBS.put("prune", NetworkPrune.class);
    }

    @ParentCommand
    private Jpod jpod;

    Jpod jpod() {
        return jpod;
    }

    Networks networks() {
        return jpod.networks();
    }
}
