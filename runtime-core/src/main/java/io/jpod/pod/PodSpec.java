package io.jpod.pod;

import io.jpod.linux.Ip;
import io.jpod.net.HostEntry;
import io.jpod.net.PortMapping;
import io.jpod.oci.Mount;
import io.jpod.oci.NamespaceType;
import io.jpod.oci.Resources;
import java.util.Collections;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a pod is to be.
 *
 * @param name unique below one state root
 * @param hostname of the uts namespace, if that is shared
 * @param share the namespaces that its containers share
 * @param host the namespaces that its containers have in common with the host
 * @param mapsOwners with a user namespace: root file systems have the owners that they have on disk, seen from inside
 * @param cgroupParent a path below the cgroup2 mount; null: {@code /jpod/pods}
 * @param resources limits of all containers together
 * @param shmSize of /dev/shm, bytes
 * @param sysctl of the namespaces that are shared
 * @param networks that it is connected to, if it shares a network namespace
 * @param ports of the host that lead to it, by the first network
 * @param hosts more lines of /etc/hosts
 * @param volumes mounts that every container gets
 * @param emptyDirs volumes that begin empty and go with the pod; every container gets them
 */
public record PodSpec(
        String name,
        String hostname,
        Set<NamespaceType> share,
        Set<NamespaceType> host,
        boolean mapsOwners,
        @Nullable String cgroupParent,
        Resources resources,
        long shmSize,
        Map<String, String> sysctl,
        Dns dns,
        List<Connection> networks,
        List<PortMapping> ports,
        List<HostEntry> hosts,
        List<Mount> volumes,
        List<EmptyDir> emptyDirs,
        Map<String, String> labels) {

    /** Those that make a pod one machine to its containers. */
    public static final Set<NamespaceType> DEFAULT_SHARE =
            Collections.unmodifiableSet(EnumSet.of(NamespaceType.NETWORK, NamespaceType.IPC, NamespaceType.UTS));

    public static final long DEFAULT_SHM_SIZE = 64 << 20;

    public PodSpec {
        share = Collections.unmodifiableSet(copy(share));
        host = Collections.unmodifiableSet(copy(host));
        sysctl = Collections.unmodifiableMap(new LinkedHashMap<>(sysctl));
        networks = List.copyOf(networks);
        ports = List.copyOf(ports);
        hosts = List.copyOf(hosts);
        volumes = List.copyOf(volumes);
        emptyDirs = List.copyOf(emptyDirs);
        labels = Collections.unmodifiableMap(new LinkedHashMap<>(labels));
    }

    /** With loopback alone for a network, no limits, and everything else as it usually is. */
    public static PodSpec named(String name) {
        return new PodSpec(
                name,
                name,
                DEFAULT_SHARE,
                Set.of(),
                true,
                null,
                Resources.NONE,
                DEFAULT_SHM_SIZE,
                Map.of(),
                Dns.OF_HOST,
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                Map.of());
    }

    /** In the order of the enum, so that plans and lists do not depend on who made the set. */
    private static EnumSet<NamespaceType> copy(Set<NamespaceType> types) {
        EnumSet<NamespaceType> copy = EnumSet.noneOf(NamespaceType.class);
        copy.addAll(types);
        return copy;
    }

    /**
     * For a pod like this one, but for what only one can have: ports and addresses.
     *
     * @param sharePid whether its containers see each other's processes, whatever they do here
     */
    public PodSpec like(String newName, boolean sharePid) {
        Set<NamespaceType> newShare = copy(share);
        if (sharePid && !host.contains(NamespaceType.PID)) {
            newShare.add(NamespaceType.PID);
        }
        return new PodSpec(
                newName,
                hostname.equals(name) ? newName : hostname,
                newShare,
                host,
                mapsOwners,
                cgroupParent,
                resources,
                shmSize,
                sysctl,
                dns,
                networks.stream()
                        .map(connection -> Connection.to(connection.name()))
                        .toList(),
                List.of(),
                hosts,
                volumes,
                emptyDirs,
                labels);
    }

    /** resolv.conf(5). No servers: those of the host. */
    public record Dns(List<String> servers, List<String> searches, List<String> options) {
        public static final Dns OF_HOST = new Dns(List.of(), List.of(), List.of());

        public Dns {
            servers = List.copyOf(servers);
            searches = List.copyOf(searches);
            options = List.copyOf(options);
        }
    }

    /**
     * A network that the pod is connected to, with what is not left to jpod.
     *
     * @param name of the network
     */
    public record Connection(
            String name,
            @Nullable Ip ip,
            @Nullable Ip ip6,
            @Nullable String mac) {
        public static Connection to(String network) {
            return new Connection(network, null, null, null);
        }
    }

    /**
     * A volume of the pod's own.
     *
     * @param destination in the containers
     * @param size bytes, of one in memory; 0: on disk
     */
    public record EmptyDir(String name, String destination, long size) {}

    /** Its networks, by the device that the pod has in each. */
    public Map<String, Connection> devices() {
        Map<String, Connection> devices = new LinkedHashMap<>();
        networks.forEach(connection -> devices.put("eth" + devices.size(), connection));
        return devices;
    }
}
