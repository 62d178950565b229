package io.jpod.cli.network;

import static io.jpod.cli.command.Verb.named;

import io.jpod.cli.command.Definition;
import io.jpod.cli.command.Verb;
import java.util.List;

public final class NetworkCommand implements Verb.Family {
    /** In the order of the help. */
    public static final List<Named> VERBS = List.of(
            named("create", "Define a network.", NetworkCreate::new),
            named("ls", "List the networks.", NetworkLs::new, "list"),
            named("inspect", "Print networks and the pods that are attached to them, as JSON.", NetworkInspect::new),
            named(
                    "exists",
                    "Say by the exit code whether there is a network of that name: 0 if so, 1 if not.",
                    NetworkExists::new),
            named("rm", "Remove networks that no pod is attached to.", NetworkRm::new, "remove"),
            named(
                    "prune",
                    "Remove all networks that no pod is attached to, but for the one called jpod.",
                    NetworkPrune::new));

    @Override
    public void define(Definition d) {
        d.footer(
                "A network is a bridge of the host with addresses, NAT and names. It is only defined here: bridge and rules come with"
                        + " its first pod and go with its last. Pods that name no network share one called jpod.");
        d.examples("jpod network create --subnet 10.7.0.0/24 backend", "jpod network ls");
    }
}
