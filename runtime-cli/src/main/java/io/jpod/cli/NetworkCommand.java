package io.jpod.cli;

import io.jpod.net.Networks;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParentCommand;

@Command(
        name = "network",
        description = "Make, show and remove networks of pods.",
        subcommands = {
            NetworkCreate.class,
            NetworkLs.class,
            NetworkInspect.class,
            NetworkExists.class,
            NetworkRm.class,
            NetworkPrune.class
        },
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
    @ParentCommand
    private Jpod jpod;

    Jpod jpod() {
        return jpod;
    }

    Networks networks() {
        return new Networks(jpod.dataDirectory(), jpod.root());
    }
}
