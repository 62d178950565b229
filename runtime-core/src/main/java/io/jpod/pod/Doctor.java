package io.jpod.pod;

import io.jpod.cgroup.CgroupFs;
import io.jpod.container.Container;
import io.jpod.container.Containers;
import io.jpod.container.RecordDir;
import io.jpod.exec.Spawner;
import io.jpod.linux.Linux;
import io.jpod.linux.MountTable;
import io.jpod.linux.Mountpoints;
import io.jpod.linux.RecordFiles;
import io.jpod.net.Lease;
import io.jpod.net.Leftover;
import io.jpod.net.Network;
import io.jpod.net.cni.Cni;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Looks for what no living container or pod of this state root owns, and for what is missing of what they should have; removes
 * the one and puts back the other.
 */
public final class Doctor {
    private static final Duration END = Duration.ofSeconds(10);

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
        List<Finding> findings = new ArrayList<>();
        List<Container> all = containers.list();
        List<Pod> living = pods.list();
        halfMade(findings, all);
        orphans(findings, all, living);
        pods(findings, living);
        look(findings, "networks", () -> networks(findings, living));
        look(findings, "CNI", () -> plugins(findings, living));
        look(findings, "mounts", () -> mounts(findings, living));
        look(findings, "cgroups", () -> cgroups(findings, all, living));
        look(findings, "logs", () -> logs(findings, all));
        return findings;
    }

    /** What cannot be looked at must neither keep the rest from being seen, nor pass for clean. */
    private static void look(List<Finding> findings, String what, Runnable look) {
        try {
            look.run();
        } catch (RuntimeException e) {
            findings.add(new Finding("unknown", what, "cannot look: " + e.getMessage(), () -> {
                throw e;
            }));
        }
    }

    private void halfMade(List<Finding> findings, List<Container> all) {
        for (Container container : all) {
            String why = container.isHalfMade()
                    ? "its set-up or removal was cut off"
                    : container.damage().orElse(null);
            if (why != null) {
                findings.add(new Finding("container", container.id(), why, () -> container.delete(true, spawner)));
            }
        }
    }

    private void orphans(List<Finding> findings, List<Container> all, List<Pod> living) {
        Set<String> names = living.stream().map(Pod::name).collect(Collectors.toSet());
        for (Container container : all) {
            String pod = container.annotations().get(Membership.ANNOTATION);
            if (pod != null && container.damage().isEmpty() && !names.contains(pod)) {
                findings.add(new Finding(
                        "container",
                        container.id(),
                        "its pod " + pod + " is gone",
                        () -> container.delete(true, spawner)));
            }
        }
    }

    private void pods(List<Finding> findings, List<Pod> living) {
        for (Pod pod : living) {
            if (pod.isHalfMade()) {
                findings.add(new Finding(
                        "pod",
                        pod.name(),
                        pod.damage().orElse("its creation or removal was cut off"),
                        () -> pod.delete(true, spawner)));
            } else if (pod.isOfAnotherBoot()) {
                findings.add(new Finding(
                        "pod", pod.name(), "it has ended with the host's last boot", () -> pod.delete(true, spawner)));
            }
        }
    }

    private void networks(List<Finding> findings, List<Pod> living) {
        Set<String> names = living.stream().map(Pod::name).collect(Collectors.toSet());
        for (Leftover leftover : pods.networks().leftovers(names)) {
            String kind = switch (leftover) {
                case Leftover.Place _ -> "lease";
                case Leftover.Link _ -> "link";
                case Leftover.Table _ -> "nft table";
                case Leftover.Damaged damaged -> damaged.leases() ? "leases" : "network";
            };
            findings.add(new Finding(
                    kind, leftover.name(), leftover.why(), () -> pods.networks().remove(leftover)));
        }
        for (Network network : pods.networks().list()) {
            for (String missing : pods.networks().missing(network.name())) {
                findings.add(new Finding(
                        "network",
                        network.name(),
                        missing + ": 'jpod doctor --fix', or the next start in a pod of it, puts it back",
                        () -> restore(network, living)));
            }
        }
    }

    private void plugins(List<Finding> findings, List<Pod> living) {
        Set<String> ids = living.stream().map(Pod::id).collect(Collectors.toSet());
        Cni cni = pods.cni().with(spawner);
        cni.damaged()
                .forEach((name, why) -> findings.add(new Finding("CNI attachment", name, why, () -> cni.forget(name))));
        for (String dead : cni.dead(ids)) {
            findings.add(new Finding("CNI attachment", dead, "there is no such pod", () -> cni.collect(ids)));
        }
    }

    private void restore(Network network, List<Pod> living) {
        Set<String> names =
                pods.networks().leases(network.name()).stream().map(Lease::pod).collect(Collectors.toSet());
        living.stream().filter(pod -> names.contains(pod.name())).forEach(Pod::restoreNetworks);
    }

    /** Pins and tmpfs of pods that have no directory entry any more. */
    private void mounts(List<Finding> findings, List<Pod> living) {
        String directory = pods.directory().toString();
        List<String> owned = living.stream().map(pod -> pod.directory() + "/").toList();
        for (String mount : MountTable.below(directory)) {
            if (owned.stream().noneMatch(mount::startsWith)) {
                findings.add(new Finding("mount", mount, "there is no such pod", () -> Mountpoints.release(mount)));
            }
        }
    }

    /** Other state roots have cgroups there too: theirs are not ours to judge. */
    private void cgroups(List<Finding> findings, List<Container> all, List<Pod> living) {
        if (!Linux.exists(containers.root().toString())) {
            return;
        }
        CgroupFs.find().ifPresent(fs -> {
            Set<String> owners = all.stream()
                    .map(container -> containers.cgroupOwner(container.id()).what())
                    .collect(Collectors.toSet());
            living.forEach(pod -> owners.add(pods.cgroupOwner(pod.name()).what()));
            for (String path : fs.leftOf(containers.mark(), owners)) {
                findings.add(
                        new Finding("cgroup", path, "it is of no container or pod", () -> fs.killAndRemove(path, END)));
            }
        });
    }

    /** On disk they outlive the boot that ended their containers. */
    private void logs(List<Finding> findings, List<Container> all) {
        if (logs == null) {
            return;
        }
        Set<String> ids = all.stream().map(Container::id).collect(Collectors.toSet());
        for (Path log : RecordFiles.list(logs, "*")) {
            if (!ids.contains(log.getFileName().toString())) {
                findings.add(new Finding(
                        "log", log.toString(), "there is no such container", () -> new RecordDir(log).delete()));
            }
        }
    }
}
