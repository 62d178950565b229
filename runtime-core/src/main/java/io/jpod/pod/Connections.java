package io.jpod.pod;

import io.jpod.abi.Flags;
import io.jpod.exec.Spawner;
import io.jpod.json.InvalidJson;
import io.jpod.linux.Cidr;
import io.jpod.linux.Fd;
import io.jpod.linux.Ip;
import io.jpod.linux.Linux;
import io.jpod.net.AttachRequest;
import io.jpod.net.Attachment;
import io.jpod.net.Lease;
import io.jpod.net.Network;
import io.jpod.net.Networks;
import io.jpod.net.PortMapping;
import io.jpod.net.cni.Cni;
import io.jpod.net.cni.CniNetwork;
import io.jpod.net.cni.CniRequest;
import io.jpod.net.cni.CniResult;
import io.jpod.oci.NamespaceType;
import io.jpod.pod.PodSpec.Connection;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/** A pod's places in networks: those that are built in, and those of CNI plugins. */
final class Connections {
    /** How a network of CNI is named, to tell it from one that is built in. */
    static final String CNI = "cni:";

    private final Networks networks;
    private final Cni cni;

    Connections(Pods pods, Spawner spawner) {
        this.networks = pods.networks();
        this.cni = pods.cni().with(spawner);
    }

    private static boolean isCni(Connection connection) {
        return connection.name().startsWith(CNI);
    }

    private static String plain(Connection connection) {
        return connection.name().substring(CNI.length());
    }

    /** @throws io.jpod.net.NetworkFailed if there is no such network */
    void require(PodSpec spec) {
        for (Connection connection : spec.networks()) {
            if (isCni(connection)) {
                cni.get(plain(connection));
            } else if (!connection.name().equals(Networks.DEFAULT)) {
                networks.get(connection.name());
            }
        }
    }

    /** The default one is defined by its first pod. */
    private Network network(String name) {
        return name.equals(Networks.DEFAULT) ? networks.defaultNetwork() : networks.get(name);
    }

    /** @param directory of the pod, whose network namespace is pinned */
    void connect(StoredPod pod, PodDir directory, String device) {
        PodSpec spec = pod.spec();
        Connection connection = Objects.requireNonNull(spec.devices().get(device));
        List<PortMapping> ports = spec.networks().getFirst().equals(connection) ? spec.ports() : List.of();
        String namespace = directory.namespace(NamespaceType.NETWORK);
        if (isCni(connection)) {
            CniNetwork network = cni.get(plain(connection));
            cni.add(
                    network,
                    new CniRequest(
                            pod.id(),
                            namespace,
                            device,
                            ports,
                            addresses(connection),
                            connection.mac(),
                            spec.dns().servers(),
                            spec.dns().searches()));
            return;
        }
        AttachRequest request = new AttachRequest(
                spec.name(), List.of(spec.hostname()), connection.ip(), connection.ip6(), connection.mac(), ports);
        try (Fd netns = Linux.open(namespace, Flags.O_RDONLY, 0)) {
            networks.attach(network(connection.name()), netns, device, request);
        }
    }

    /**
     * Puts back what is missing on the host of what the pod has of its networks. What plugins have made is theirs.
     *
     * @param directory of the pod, whose network namespace is pinned
     */
    void restore(StoredPod pod, PodDir directory) {
        List<String> builtIn = pod.spec().networks().stream()
                .filter(connection -> !isCni(connection))
                .map(Connection::name)
                .toList();
        if (builtIn.isEmpty()) {
            return;
        }
        try (Fd netns = Linux.open(directory.namespace(NamespaceType.NETWORK), Flags.O_RDONLY, 0)) {
            builtIn.forEach(network -> networks.restore(network, pod.spec().name(), netns));
        }
    }

    /** CNI wants a prefix with an address, and plugins put their own in its place. */
    private static List<Cidr> addresses(Connection connection) {
        return Stream.of(connection.ip(), connection.ip6())
                .filter(Objects::nonNull)
                .map(ip -> Cidr.parse(ip + "/" + ip.bits()))
                .toList();
    }

    /** From the records alone; can be done again. */
    void disconnect(StoredPod pod, String device) {
        Connection connection = Objects.requireNonNull(pod.spec().devices().get(device));
        if (isCni(connection)) {
            cni.del(plain(connection), pod.id(), device);
        } else {
            networks.detach(connection.name(), pod.spec().name());
        }
    }

    /** One whose record cannot be read has none to show: doctor names it. */
    private Optional<CniResult> result(String network, String pod, String device) {
        try {
            return cni.result(network, pod, device);
        } catch (InvalidJson damaged) {
            return Optional.empty();
        }
    }

    List<Attachment> attachments(StoredPod pod) {
        List<Attachment> attachments = new ArrayList<>();
        pod.spec().devices().forEach((device, connection) -> {
            if (isCni(connection)) {
                result(plain(connection), pod.id(), device)
                        .map(result -> new Attachment(
                                connection.name(),
                                device,
                                "",
                                Objects.requireNonNullElse(connection.mac(), ""),
                                result.addresses(),
                                result.gateways(),
                                pod.spec().ports()))
                        .ifPresent(attachments::add);
            } else {
                networks.leases(connection.name()).stream()
                        .filter(lease -> lease.pod().equals(pod.spec().name()))
                        .map(Lease::attachment)
                        .forEach(attachments::add);
            }
        });
        return attachments;
    }

    List<Ip> addresses(StoredPod pod) {
        return attachments(pod).stream()
                .flatMap(attachment -> attachment.addresses().stream())
                .map(Cidr::address)
                .toList();
    }
}
