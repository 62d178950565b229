package io.jpod.pod;

import io.jpod.abi.Errno;
import io.jpod.abi.Flags;
import io.jpod.cgroup.CgroupUse;
import io.jpod.container.Container;
import io.jpod.container.ContainerException;
import io.jpod.json.InvalidJson;
import io.jpod.linux.Fd;
import io.jpod.linux.Linux;
import io.jpod.linux.Netlink;
import io.jpod.linux.SyscallException;
import io.jpod.net.Attachment;
import io.jpod.oci.Mount;
import io.jpod.oci.NamespaceType;
import io.jpod.pod.CgroupNode.Kind;
import io.jpod.pod.NamespaceMatrix.Whose;
import io.jpod.pod.PodView.Interface;
import io.jpod.pod.PodView.Member;
import io.jpod.pod.PodView.OwnMount;
import io.jpod.pod.PodView.SharedFile;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Gathers a {@link PodView}. */
final class PodSight {
    private final Pod pod;
    private final NamespaceMatrix namespaces;
    private final CgroupForest cgroups;
    private final Map<Container, List<Mount>> mounts = new LinkedHashMap<>();

    PodSight(Pod pod, NamespaceMatrix namespaces, CgroupForest cgroups) {
        this.pod = pod;
        this.namespaces = namespaces;
        this.cgroups = cgroups;
        pod.containers().forEach(container -> mounts.put(container, mounts(container)));
    }

    PodView look() {
        PodSpec spec = pod.spec();
        List<SharedFile> files = files();
        return new PodView(
                pod.name(),
                pod.id(),
                pod.status(),
                spec.share().contains(NamespaceType.UTS) ? spec.hostname() : null,
                pod.created().orElse(null),
                Instant.now(),
                spec.labels(),
                pod.mappings(),
                namespaces,
                cgroups,
                interfaces(),
                files,
                pod.init() == 0 ? List.of() : SeenProcesses.of(List.of(pod.init())),
                mounts.keySet().stream()
                        .map(container -> member(container, files))
                        .toList());
    }

    // ---- network

    /** Of the namespace that is pinned: nobody has to be in it. */
    private List<Interface> interfaces() {
        String pin = pod.namespaces().get(NamespaceType.NETWORK);
        boolean isPinned = namespaces.rows().stream()
                .anyMatch(row -> row.kind() == NamespaceMatrix.Kind.POD
                        && namespaces.whose(row, NamespaceType.NETWORK).equals(Optional.of(Whose.SHARED)));
        if (pin == null || !isPinned) {
            return List.of();
        }
        try (Fd namespace = Linux.open(pin, Flags.O_RDONLY, 0);
                Netlink netlink = Netlink.in(namespace)) {
            List<Netlink.LinkAddress> addresses = netlink.addresses();
            return netlink.links().stream().map(link -> seen(link, addresses)).toList();
        } catch (SyscallException e) {
            // Gone meanwhile, or not ours to enter, setns(2).
            if (e.is(Errno.ENOENT) || e.is(Errno.EPERM) || e.is(Errno.EINVAL)) {
                return List.of();
            }
            throw e;
        }
    }

    private Interface seen(Netlink.Link link, List<Netlink.LinkAddress> addresses) {
        Optional<Attachment> place = pod.attachments().stream()
                .filter(attachment -> attachment.ifname().equals(link.name()))
                .findFirst();
        return new Interface(
                link.name(),
                place.map(Attachment::network).orElse(null),
                link.isUp(),
                addresses.stream()
                        .filter(address -> address.link() == link.index())
                        .map(address -> address.address().toString())
                        .toList(),
                place.map(Attachment::ports).orElse(List.of()).stream()
                        .map(Object::toString)
                        .toList());
    }

    // ---- files

    private static List<Mount> mounts(Container container) {
        try {
            return container.spec().mounts();
        } catch (ContainerException | InvalidJson noConfig) {
            return List.of();
        }
    }

    /** What the pod gives everybody, then what containers happen to have from the same place. */
    private List<SharedFile> files() {
        Map<String, SharedFile> files = new LinkedHashMap<>();
        for (Mount mount : pod.commonMounts()) {
            files.put(source(mount), file(mount));
        }
        mounts.values().stream().flatMap(List::stream).forEach(mount -> {
            SharedFile file = file(mount);
            if (isPlace(mount) && file.containers().size() > 1) {
                files.putIfAbsent(source(mount), file);
            }
        });
        mounts.keySet().forEach(container -> {
            String root = rootfs(container);
            List<String> same = mounts.keySet().stream()
                    .filter(other -> root != null && root.equals(rootfs(other)))
                    .map(Container::id)
                    .toList();
            if (root != null && same.size() > 1) {
                files.putIfAbsent(root, new SharedFile("/", root, same));
            }
        });
        return List.copyOf(files.values());
    }

    private SharedFile file(Mount mount) {
        Predicate<Mount> same = other -> isPlace(other)
                && other.destination().equals(mount.destination())
                && source(other).equals(source(mount));
        return new SharedFile(
                mount.destination(),
                source(mount),
                mounts.entrySet().stream()
                        .filter(container -> container.getValue().stream().anyMatch(same))
                        .map(container -> container.getKey().id())
                        .toList());
    }

    /** Of a mount that shows a place of the host, which others can show too. A mqueue shows that of the ipc namespace. */
    private boolean isPlace(Mount mount) {
        return mount.isBind() || isQueues(mount) && pod.spec().share().contains(NamespaceType.IPC);
    }

    private static boolean isQueues(Mount mount) {
        return "mqueue".equals(mount.type());
    }

    private static String source(Mount mount) {
        String source = mount.isBind() ? mount.source() : mount.type();
        return source == null ? "none" : source;
    }

    // ---- containers

    private Member member(Container container, List<SharedFile> files) {
        List<OwnMount> own = mounts.getOrDefault(container, List.of()).stream()
                .filter(mount -> files.stream()
                        .noneMatch(file -> file.destination().equals(mount.destination())
                                && file.containers().contains(container.id())))
                .map(mount -> new OwnMount(mount.destination(), source(mount)))
                .toList();
        int pid = container.pid();
        return new Member(
                container.id(),
                container.status().jsonName(),
                pid,
                rootfs(container),
                own,
                SeenProcesses.of(pids(container.id(), pid)));
    }

    private static @Nullable String rootfs(Container container) {
        try {
            return container.state().rootfs();
        } catch (ContainerException | InvalidJson noConfig) {
            return null;
        }
    }

    /** All in its cgroup; without one, the first. */
    private List<Integer> pids(String container, int first) {
        List<CgroupNode> nodes = new ArrayList<>(cgroups.pods());
        for (int i = 0; i < nodes.size(); i++) {
            CgroupNode node = nodes.get(i);
            CgroupUse use = node.use();
            if (node.kind() == Kind.CONTAINER && node.name().equals(container) && use != null) {
                return use.processes();
            }
            nodes.addAll(node.children());
        }
        return first == 0 ? List.of() : List.of(first);
    }
}
