package io.jpod.pod;

import io.jpod.abi.Flags;
import io.jpod.linux.Fd;
import io.jpod.linux.Linux;
import io.jpod.net.HostEntry;
import io.jpod.net.Lease;
import io.jpod.net.Networks;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Names of pods for the pods of the same networks, in everybody's /etc/hosts: they resolve without a server that would have to
 * live somewhere.
 */
final class Neighbours {
    private final Pods pods;
    private final Networks networks;
    private final Connections connections;

    Neighbours(Pods pods, Connections connections) {
        this.connections = connections;
        this.pods = pods;
        this.networks = pods.networks();
    }

    List<HostEntry> of(PodSpec spec) {
        List<HostEntry> entries = new ArrayList<>();
        for (PodSpec.Connection connection : spec.networks()) {
            networks.names(connection.name()).stream()
                    .filter(entry -> !entry.names().contains(spec.name()))
                    .forEach(entries::add);
        }
        return entries;
    }

    /** After one has come or gone. One at a time, so that the last to write knows all. */
    void tell(PodSpec changed) {
        if (changed.networks().isEmpty()) {
            return;
        }
        try (Fd lock = Linux.open(pods.directory().toString(), Flags.O_RDONLY, 0)) {
            Linux.flock(lock, Flags.LOCK_EX);
            Set<String> names = new TreeSet<>();
            changed.networks().stream()
                    .flatMap(connection -> networks.leases(connection.name()).stream())
                    .map(Lease::pod)
                    .filter(name -> !name.equals(changed.name()))
                    .forEach(names::add);
            RuntimeException failed = null;
            for (Pod pod :
                    names.stream().flatMap(name -> pods.find(name).stream()).toList()) {
                try {
                    rewrite(pod);
                } catch (RuntimeException e) {
                    // One neighbour must not keep the others from knowing.
                    failed = new PodException(
                            "pod %s: cannot write its hosts: %s".formatted(pod.name(), e.getMessage()), e);
                }
            }
            if (failed != null) {
                throw failed;
            }
        }
    }

    private void rewrite(Pod pod) {
        StoredPod known = pod.recordIfKnown();
        if (known != null) {
            EtcFiles.rewriteHosts(pod.recordDir(), known.spec(), connections.addresses(known), of(known.spec()));
        }
    }
}
