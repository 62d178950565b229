package io.jpod.cli.option;

import io.jpod.cli.command.Definition;
import io.jpod.cli.command.Jpod;
import io.jpod.container.Volumes;
import io.jpod.engine.DefaultSpec;
import io.jpod.engine.HostName;
import io.jpod.linux.Ip;
import io.jpod.net.HostEntry;
import io.jpod.net.Networks;
import io.jpod.net.PortMapping;
import io.jpod.oci.NamespaceType;
import io.jpod.plan.PodPlanner;
import io.jpod.pod.PodSpec;
import io.jpod.pod.Pods;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a pod is to be, as people write it down. */
public final class PodOptions {
    private static final String NEW = "new:";

    private final LimitOptions limits = new LimitOptions();

    private @Nullable String hostname;
    private @Nullable String share;
    private List<String> networks = List.of();
    private List<String> ports = List.of();

    private @Nullable String ip;
    private @Nullable String ip6;
    private @Nullable String mac;
    private @Nullable String ipc;
    private @Nullable String uts;
    private @Nullable String pid;
    private @Nullable String userns;
    private @Nullable String cgroupParent;
    private @Nullable String shmSize;
    private List<String> sysctls = List.of();
    private List<String> dns = List.of();
    private List<String> dnsSearch = List.of();
    private List<String> dnsOptions = List.of();
    private List<String> addHosts = List.of();
    private List<String> labels = List.of();
    public List<String> volumes = List.of();
    private List<String> emptyDirs = List.of();

    public void define(Definition d) {
        limits.define(d);
        d.value("--hostname=HOST", "The host name of all containers (default: the name).", v -> hostname = v);
        d.value(
                "--share=TYPES",
                "The namespaces that containers share: some of cgroup, ipc, net, pid, user, uts, or none (default:"
                        + " ipc,net,uts). With + before a type: that one too.",
                v -> share = v);
        d.separated(
                "--network=NETWORK",
                "Connect it to this network (default: jpod), more than one if given more than once; none: loopback"
                        + " alone; host: the host's, unconfined.",
                v -> networks = v);
        d.values(
                "-p --publish=[[IP:]PORT:]PORT[/PROTOCOL]",
                "Make a port of the host lead to one of the pod, as docker -p does; ranges with -.",
                v -> ports = v);
        d.value("--ip=ADDRESS", "Its IPv4 address in the network.", v -> ip = v);
        d.value("--ip6=ADDRESS", "Its IPv6 address in the network.", v -> ip6 = v);
        d.value("--mac-address=MAC", "Its hardware address in the network.", v -> mac = v);
        d.value("--ipc=IPC", "host: the host's, unconfined.", v -> ipc = v);
        d.value("--uts=UTS", "host: the host's, unconfined.", v -> uts = v);
        d.value("--pid=PID", "host: the host's, unconfined.", v -> pid = v);
        d.value(
                "--userns=MODE",
                "auto: one user namespace for all containers, with ids that no other pod has; files keep the owners"
                        + " that they have on disk. auto:unmapped: where the file system cannot do that; what others own belongs"
                        + " to nobody. host (default).",
                v -> userns = v);
        d.value(
                "--cgroup-parent=PATH",
                "Make the pod's cgroup in this one (default: /jpod/pods), a path below the cgroup2 mount.",
                v -> cgroupParent = v);
        d.value("--shm-size=SIZE", "The size of everybody's /dev/shm (default: 64m).", v -> shmSize = v);
        d.values("--sysctl=KEY=VALUE", "Set a kernel parameter of a namespace that is shared.", v -> sysctls = v);
        d.values("--dns=ADDRESS", "A name server (default: those of the host).", v -> dns = v);
        d.values("--dns-search=DOMAIN", "A search domain.", v -> dnsSearch = v);
        d.values("--dns-option=OPTION", "An option of resolv.conf(5).", v -> dnsOptions = v);
        d.values("--add-host=HOST:ADDRESS", "A line more in everybody's /etc/hosts.", v -> addHosts = v);
        d.values("-l --label=KEY[=VALUE]", "Keep this with the pod.", v -> labels = v);
        d.values(
                "-v --volume=SRC:DST[:OPTION,...]",
                "Mount a file or directory of the host, or a volume by its name, in every container, as run"
                        + " --volume does.",
                v -> volumes = v);
        d.values(
                "--empty-dir=NAME:DST[:SIZE]",
                "Mount an empty directory of the pod's own in every container, with a size one in memory.",
                v -> emptyDirs = v);
    }

    /** The name of the pod that a container is made in; {@code new:NAME} is made first. */
    public static @Nullable String joined(Jpod jpod, @Nullable String wanted) {
        if (wanted == null || !wanted.startsWith(NEW)) {
            return wanted;
        }
        String name = wanted.substring(NEW.length());
        jpod.pods().create(new PodOptions().spec(jpod, name), jpod.caller());
        return name;
    }

    /** @throws IllegalArgumentException naming the option that cannot be */
    public PodSpec spec(Jpod jpod, String name) {
        Pods.requireName(name);
        Set<NamespaceType> host = host();
        Set<NamespaceType> shared = shared(host);
        refuse(hostname != null && !shared.contains(NamespaceType.UTS), "--hostname: needs uts in --share");
        refuse(shmSize != null && !shared.contains(NamespaceType.IPC), "--shm-size: needs ipc in --share");
        return new PodSpec(
                name,
                HostName.of(hostname, name),
                shared,
                host,
                !"auto:unmapped".equals(userns),
                cgroupParent,
                limits.limits().resources(List.of(), null),
                shmSize(),
                pairs("--sysctl", sysctls, true),
                new PodSpec.Dns(
                        dns.stream()
                                .map(address -> ip("--dns", address).toString())
                                .toList(),
                        dnsSearch,
                        dnsOptions),
                connections(shared),
                ports.stream().flatMap(port -> PortMapping.parse(port).stream()).toList(),
                addHosts.stream().map(PodOptions::host).toList(),
                volumes.stream()
                        .map(volume -> DefaultSpec.volume(volume, jpod::path, jpod.volumes()))
                        .toList(),
                emptyDirs.stream().map(PodOptions::emptyDir).toList(),
                pairs("--label", labels, false));
    }

    private long shmSize() {
        long size = shmSize == null ? PodSpec.DEFAULT_SHM_SIZE : Sizes.bytes("--shm-size", shmSize);
        refuse(size == 0, "--shm-size: must not be 0, which tmpfs(5) takes for no limit");
        return size;
    }

    private Set<NamespaceType> host() {
        Set<NamespaceType> host = EnumSet.noneOf(NamespaceType.class);
        Map<NamespaceType, @Nullable String> wanted = new LinkedHashMap<>();
        wanted.put(NamespaceType.NETWORK, networks.contains("host") ? "host" : null);
        wanted.put(NamespaceType.IPC, ipc);
        wanted.put(NamespaceType.UTS, uts);
        wanted.put(NamespaceType.PID, pid);
        wanted.forEach((type, mode) -> {
            if ("host".equals(mode)) {
                host.add(type);
            } else if (mode != null) {
                throw new IllegalArgumentException("--" + type.jsonName() + ": must be host, is \"" + mode
                        + "\"; what containers share is said with --share");
            }
        });
        return host;
    }

    private Set<NamespaceType> shared(Set<NamespaceType> host) {
        Set<NamespaceType> shared = EnumSet.copyOf(PodSpec.DEFAULT_SHARE);
        shared.removeAll(host);
        if (share != null && !share.startsWith("+")) {
            shared.clear();
        }
        for (String word : share == null ? List.<String>of() : List.of(share.split(","))) {
            String type = word.startsWith("+") ? word.substring(1) : word;
            if (type.equals("none") && !"none".equals(share)) {
                throw new IllegalArgumentException("--share: none excludes everything else, is \"" + share + "\"");
            }
            if (!type.isEmpty() && !type.equals("none")) {
                shared.add(type(type));
            }
        }
        switch (Objects.requireNonNullElse(userns, shared.contains(NamespaceType.USER) ? "auto" : "host")) {
            case "auto" -> shared.add(NamespaceType.USER);
            case "auto:unmapped" -> shared.add(NamespaceType.USER);
            case "host" -> requireNot(shared, NamespaceType.USER, "--userns host");
            default ->
                throw new IllegalArgumentException(
                        "--userns: must be auto, auto:unmapped or host, is \"" + userns + "\"");
        }
        host.forEach(type -> requireNot(shared, type, "--" + type.jsonName() + " host"));
        return shared;
    }

    private static void requireNot(Set<NamespaceType> shared, NamespaceType type, String option) {
        if (shared.contains(type)) {
            throw new IllegalArgumentException("--share: " + type.procName() + " contradicts " + option);
        }
    }

    private static NamespaceType type(String word) {
        return PodPlanner.SHAREABLE.stream()
                .filter(type -> type.procName().equals(word) || type.jsonName().equals(word.toLowerCase(Locale.ROOT)))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "--share: must be some of cgroup, ipc, net, pid, user, uts, or none, is \"" + word + "\""));
    }

    private static Map<String, String> pairs(String option, List<String> texts, boolean needsValue) {
        Map<String, String> pairs = new LinkedHashMap<>();
        for (String text : texts) {
            int equals = text.indexOf('=');
            if (equals == 0 || equals < 0 && (needsValue || text.isEmpty())) {
                throw new IllegalArgumentException(option + ": must be KEY=VALUE, is \"" + text + "\"");
            }
            pairs.put(equals < 0 ? text : text.substring(0, equals), equals < 0 ? "" : text.substring(equals + 1));
        }
        return pairs;
    }

    private static PodSpec.EmptyDir emptyDir(String text) {
        String[] parts = text.split(":", -1);
        refuse(
                parts.length < 2 || parts.length > 3 || !Volumes.isName(parts[0]) || !parts[1].startsWith("/"),
                "--empty-dir: must be NAME:DST or NAME:DST:SIZE, is \"" + text + "\"");
        long size = parts.length < 3 ? 0 : Sizes.bytes("--empty-dir", parts[2]);
        refuse(parts.length == 3 && size == 0, "--empty-dir: " + text + ": must be larger than 0");
        return new PodSpec.EmptyDir(parts[0], DefaultSpec.destination("emptyDir", text, parts[1]), size);
    }

    private static HostEntry host(String text) {
        int colon = text.indexOf(':');
        refuse(colon <= 0, "--add-host: must be HOST:ADDRESS, is \"" + text + "\"");
        List<String> names = Arrays.asList(text.substring(0, colon).split(";"));
        return new HostEntry(ip("--add-host", text.substring(colon + 1)), names);
    }

    private static Ip ip(String option, String text) {
        try {
            return Ip.parse(text.replaceAll("^\\[(.*)]$", "$1"));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(option + ": \"" + text + "\" is no IP address", e);
        }
    }

    private List<PodSpec.Connection> connections(Set<NamespaceType> shared) {
        boolean isAlone = networks.contains("none") || networks.contains("host");
        refuse(isAlone && networks.size() > 1, "--network: none and host exclude others");
        boolean isConnected = !isAlone && shared.contains(NamespaceType.NETWORK);
        if (!isConnected) {
            refuse(!isAlone && !networks.isEmpty(), "--network: needs net in --share");
            refuse(!ports.isEmpty(), "--publish: the pod is connected to no network");
            refuse(
                    ip != null || ip6 != null || mac != null,
                    "--ip, --ip6 and --mac-address: the pod is connected to no network");
            return List.of();
        }
        refuse(
                networks.size() > 1 && (ip != null || ip6 != null || mac != null),
                "--ip, --ip6 and --mac-address go with one network");
        List<String> names = networks.isEmpty() ? List.of(Networks.DEFAULT) : networks;
        return names.stream()
                .map(name -> new PodSpec.Connection(
                        name, ip == null ? null : ip("--ip", ip), ip6 == null ? null : ip("--ip6", ip6), mac))
                .toList();
    }

    private static void refuse(boolean when, String message) {
        if (when) {
            throw new IllegalArgumentException(message);
        }
    }
}
