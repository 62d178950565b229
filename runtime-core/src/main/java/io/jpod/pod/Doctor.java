package io.jpod.pod;

import io.jpod.cgroup.CgroupFs;
import io.jpod.cgroup.CgroupOwner;
import io.jpod.cgroup.OwnedCgroups;
import io.jpod.container.Container;
import io.jpod.container.Containers;
import io.jpod.container.RecordDir;
import io.jpod.exec.Spawner;
import io.jpod.linux.Linux;
import io.jpod.linux.MountTable;
import io.jpod.linux.Mountpoints;
import io.jpod.linux.RecordFiles;
import io.jpod.net.Cleanup;
import io.jpod.net.Lease;
import io.jpod.net.Leftover;
import io.jpod.net.Network;
import io.jpod.net.Networks;
import io.jpod.net.cni.Cni;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Looks for what no living container or pod of this state root owns, and for what is missing of what they should have; removes
 * the one and puts back the other.
 */
public final class Doctor {
    private final Containers containers;
    private final Pods pods;
    private final Spawner spawner;
    private final @Nullable Path logs;

    /** @param logs where logs of containers lie, by their names; null: with their state */
    public Doctor(Pods pods, Spawner spawner, @Nullable Path logs) {
        this.containers = pods.containers();
        this.pods = pods;
        this.spawner = spawner;
        this.logs = logs;
    }

    /**
     * Something that is left over, or missing.
     *
     * @param kind such as mount or cgroup
     * @param name what it is called
     * @param why nobody owns it, or what of it is missing
     * @param mending can be done again
     */
    public record Finding(String kind, String name, String why, Runnable mending) {
        public void mend() {
            mending.run();
        }
    }

    /** In the order in which they can be removed. Changes nothing. */
    public List<Finding> examine() {
        return compare(look());
    }

    /** What was seen on the host, to be held against the records as they are afterwards. */
    @FunctionalInterface
    interface Sight {
        void compare(List<Container> all, List<Pod> living, List<Finding> findings);
    }

    /** The host comes before the records: what is made meanwhile was not seen, or has its record by the time that is read. */
    List<Sight> look() {
        return List.of(
                sight("networks", this::networks),
                sight("CNI", this::plugins),
                sight("mounts", this::mounts),
                sight("cgroups", this::cgroups),
                sight("logs", this::logs));
    }

    /** What cannot be looked at must neither keep the rest from being seen, nor pass for clean. */
    private static Sight sight(String what, Supplier<Sight> look) {
        try {
            return look.get();
        } catch (RuntimeException e) {
            return (all, living, findings) ->
                    findings.add(new Finding("unknown", what, "cannot look: " + e.getMessage(), () -> {
                        throw e;
                    }));
        }
    }

    /** Containers come before pods: theirs was there first. */
    List<Finding> compare(List<Sight> sights) {
        List<Finding> findings = new ArrayList<>();
        List<Container> all = containers.list();
        List<Pod> living = pods.list();
        halfMade(findings, all);
        orphans(findings, all, living);
        pods(findings, living);
        sights.forEach(sight -> sight.compare(all, living, findings));
        return findings;
    }

    private void halfMade(List<Finding> findings, List<Container> all) {
        for (Container container : all) {
            String why = container.isHalfMade()
                    ? "its set-up or removal was cut off"
                    : container.damage().orElse(null);
            if (why != null) {
                findings.add(new Finding("container", container.id(), why, () -> container.clearBroken(spawner)));
            }
        }
    }

    private void orphans(List<Finding> findings, List<Container> all, List<Pod> living) {
        Set<String> names = names(living);
        for (Container container : all) {
            String pod = container.belonging().pod();
            if (pod != null && Pods.isName(pod) && container.damage().isEmpty() && !names.contains(pod)) {
                findings.add(new Finding(
                        "container",
                        container.id(),
                        "its pod " + pod + " is gone",
                        () -> pods.ifLost(pod, spawner, () -> container.deleteIfSame(spawner))));
            }
        }
    }

    private static Set<String> names(List<Pod> pods) {
        return pods.stream().map(Pod::name).collect(Collectors.toSet());
    }

    private void pods(List<Finding> findings, List<Pod> living) {
        for (Pod pod : living) {
            if (pod.isHalfMade()) {
                findings.add(new Finding(
                        "pod",
                        pod.name(),
                        pod.damage().orElse("its creation or removal was cut off"),
                        () -> pod.clearBroken(spawner)));
            } else if (pod.isOfAnotherBoot()) {
                findings.add(new Finding(
                        "pod", pod.name(), "it has ended with the host's last boot", () -> pod.clearBroken(spawner)));
            }
        }
    }

    private Sight networks() {
        Networks networks = pods.networks();
        Cleanup cleanup = networks.cleanup();
        List<Leftover> leftovers = cleanup.leftovers();
        Map<Network, List<String>> missing = new LinkedHashMap<>();
        networks.list().forEach(network -> missing.put(network, networks.missing(network.name())));
        return (all, living, findings) -> {
            Set<String> names = names(living);
            for (Leftover leftover : leftovers) {
                switch (leftover) {
                    case Leftover.Place(String _, String pod) -> {
                        if (!names.contains(pod)) {
                            findings.add(finding(
                                    "lease",
                                    leftover,
                                    () -> pods.ifLost(pod, spawner, () -> cleanup.remove(leftover))));
                        }
                    }
                    case Leftover.Link _ -> findings.add(finding("link", leftover, () -> cleanup.remove(leftover)));
                    case Leftover.Table _ ->
                        findings.add(finding("nft table", leftover, () -> cleanup.remove(leftover)));
                    case Leftover.Damaged damaged ->
                        findings.add(finding(
                                damaged.leases() ? "leases" : "network", leftover, () -> cleanup.remove(leftover)));
                }
            }
            missing.forEach((network, what) -> {
                for (String each : what) {
                    findings.add(new Finding(
                            "network",
                            network.name(),
                            each + ": 'jpod doctor --fix', or the next start in a pod of it, puts it back",
                            () -> restore(network)));
                }
            });
        };
    }

    private static Finding finding(String kind, Leftover leftover, Runnable mending) {
        return new Finding(kind, leftover.name(), leftover.why(), mending);
    }

    private void restore(Network network) {
        for (Lease lease : pods.networks().leases(network.name())) {
            pods.named(lease.pod()).ifPresent(pod -> pod.mendNetworks(spawner));
        }
    }

    private Sight plugins() {
        Cni cni = pods.cni().with(spawner);
        Map<String, String> damaged = cni.damaged();
        Map<String, String> attachments = cni.attachments();
        return (all, living, findings) -> {
            damaged.forEach(
                    (name, why) -> findings.add(new Finding("CNI attachment", name, why, () -> cni.forget(name))));
            Set<String> ids = ids(living);
            attachments.forEach((name, pod) -> {
                if (!ids.contains(pod)) {
                    findings.add(new Finding(
                            "CNI attachment", name, "there is no such pod", () -> cni.collect(() -> ids(pods.list()))));
                }
            });
        };
    }

    private static Set<String> ids(List<Pod> pods) {
        return pods.stream().map(Pod::id).collect(Collectors.toSet());
    }

    /** Pins and tmpfs of pods that have no directory entry any more. */
    private Sight mounts() {
        String directory = pods.directory().toString();
        List<String> mounts = MountTable.below(directory);
        return (all, living, findings) -> {
            Set<String> names = names(living);
            for (String mount : mounts) {
                String name = mount.substring(directory.length() + 1).replaceFirst("/.*", "");
                if (!names.contains(name)) {
                    findings.add(new Finding("mount", mount, "there is no such pod", () -> release(name, mount)));
                }
            }
        };
    }

    /** What is nobody's name cannot become a pod's. */
    private void release(String name, String mount) {
        if (Pods.isName(name)) {
            pods.ifLost(name, spawner, () -> Mountpoints.release(mount));
        } else {
            Mountpoints.release(mount);
        }
    }

    /** Other state roots have cgroups there too: theirs are not ours to judge. */
    private Sight cgroups() {
        CgroupFs fs =
                Linux.exists(containers.root().toString()) ? CgroupFs.find().orElse(null) : null;
        if (fs == null) {
            return (all, living, findings) -> {};
        }
        Map<String, String> noted = fs.owned().ownedBy(containers.mark());
        return (all, living, findings) -> {
            Set<String> owners = all.stream()
                    .map(container -> containers.cgroupOwner(container.id()).what())
                    .collect(Collectors.toSet());
            living.forEach(pod -> owners.add(pods.cgroupOwner(pod.name()).what()));
            for (String path : OwnedCgroups.leftOf(noted, owners)) {
                String owner = Objects.requireNonNull(noted.get(path));
                findings.add(new Finding(
                        "cgroup", path, "it is of no container or pod", () -> removeCgroup(fs, path, owner)));
            }
        };
    }

    private void removeCgroup(CgroupFs fs, String path, String owner) {
        if (owner.equals(CgroupOwner.PARENT)) {
            // What is in it by now is not what was seen.
            fs.removeIfEmpty(path, List.of(path));
        } else if (owner.startsWith(Containers.CGROUPS)) {
            containers.removeLost(owner.substring(Containers.CGROUPS.length()), spawner);
        } else if (owner.startsWith(Containers.POD_CGROUPS)) {
            pods.removeLost(owner.substring(Containers.POD_CGROUPS.length()), spawner);
        }
    }

    /** On disk they outlive the boot that ended their containers. */
    private Sight logs() {
        List<Path> found = logs == null ? List.of() : RecordFiles.list(logs, "*");
        return (all, living, findings) -> {
            Set<String> ids = all.stream().map(Container::id).collect(Collectors.toSet());
            for (Path log : found) {
                String id = log.getFileName().toString();
                if (Containers.isId(id) && !ids.contains(id)) {
                    findings.add(new Finding(
                            "log",
                            log.toString(),
                            "there is no such container",
                            () -> containers.ifLost(id, spawner, () -> new RecordDir(log).delete())));
                }
            }
        };
    }
}
