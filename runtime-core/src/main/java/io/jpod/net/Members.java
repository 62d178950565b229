package io.jpod.net;

import io.jpod.json.Json;
import io.jpod.json.JsonWriter;
import io.jpod.linux.Ip;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A network that has pods.
 *
 * @param network its definition when the first of them came, so that the host can be cleaned up without it
 */
record Members(Network network, List<Lease> leases) {
    Members {
        leases = List.copyOf(leases);
    }

    Optional<Lease> of(String pod) {
        return leases.stream().filter(lease -> lease.pod().equals(pod)).findFirst();
    }

    Members with(Lease lease) {
        List<Lease> all = new ArrayList<>(without(lease.pod()).leases);
        all.add(lease);
        return new Members(network, all);
    }

    Members without(String pod) {
        return new Members(
                network,
                leases.stream().filter(lease -> !lease.pod().equals(pod)).toList());
    }

    Set<Ip> addresses() {
        Set<Ip> taken = new HashSet<>();
        leases.forEach(lease -> lease.attachment().addresses().forEach(cidr -> taken.add(cidr.address())));
        return taken;
    }

    String toJson() {
        return JsonWriter.object(
                null,
                json -> json.object("network", network, (each, it) -> it.write(each))
                        .objects("leases", leases, (each, lease) -> lease.write(each)));
    }

    static Members read(Json json) {
        return new Members(Network.read(json.need("network")), json.list("leases", Lease::read));
    }
}
