package io.jpod.pod;

import io.jpod.abi.Flags;
import io.jpod.cgroup.CgroupFs;
import io.jpod.container.Containers;
import io.jpod.container.RecordDir;
import io.jpod.exec.Spawner;
import io.jpod.linux.Fd;
import io.jpod.linux.Linux;
import io.jpod.oci.Spec;
import io.jpod.oci.Spec.NamespaceType;
import io.jpod.plan.Limit;
import io.jpod.plan.Limits;
import io.jpod.plan.Plan;
import io.jpod.plan.PodPlanner;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Makes a pod: record on disk, then the steps of its plan in their order. If one fails, what was done is undone from the
 * record, as {@link PodDeletion} would.
 */
final class PodCreation {
    private static final int ID_BYTES = 32;
    private static final int LAST_CAPABILITY =
            Integer.parseInt(Linux.readText("/proc/sys/kernel/cap_last_cap", 16).strip());

    private static final SecureRandom RANDOM = new SecureRandom();

    private final Pods pods;
    private final PodSpec spec;
    private final PodDir dir;

    PodCreation(Pods pods, PodSpec spec) {
        Pods.requireName(spec.name());
        this.pods = pods;
        this.spec = spec;
        this.dir = PodDir.at(pods.directory(), spec.name());
    }

    /** Without side effects: all that can be refused is refused here. */
    Plan plan() {
        return plan(intent(), dir);
    }

    /** The plan that made, or makes, a pod. */
    static Plan plan(StoredPod pod, PodDir dir) {
        return PodPlanner.plan(new PodPlanner.Request(
                dir.path().toString(),
                pod.spec().hostname(),
                pod.spec().share(),
                pod.spec().sysctl(),
                pod.cgroup(),
                pod.limits(),
                pod.spec().shmSize(),
                volumes(pod.spec()),
                networks(pod.spec()),
                pod.mappings(),
                LAST_CAPABILITY));
    }

    private static Map<String, Long> volumes(PodSpec spec) {
        Map<String, Long> volumes = new LinkedHashMap<>();
        spec.emptyDirs().forEach(volume -> volumes.put(volume.name(), volume.size()));
        return volumes;
    }

    private static Map<String, String> networks(PodSpec spec) {
        Map<String, String> networks = new LinkedHashMap<>();
        spec.devices().forEach((device, connection) -> networks.put(device, connection.name()));
        return networks;
    }

    Pod create(Spawner spawner) {
        StoredPod intent = intent();
        plan(intent, dir);
        RecordDir made = RecordDir.create(pods.directory(), spec.name())
                .orElseThrow(() -> new PodException("pod name " + spec.name() + " is in use"));
        try (Fd _ = made.lockIfThere().orElseThrow()) {
            try {
                return build(write(intent), spawner);
            } catch (RuntimeException | Error e) {
                undo(e);
                throw e;
            }
        }
    }

    private Pod build(StoredPod record, Spawner spawner) {
        try (PodBuilding building = new PodBuilding(pods, record, dir, plan(record, dir), spawner)) {
            StoredPod complete = building.run().completed();
            dir.write(complete);
            return new Pod(pods, dir, complete);
        }
    }

    /** Ids are chosen under a lock until they are on disk, so that no two pods choose the same. */
    private StoredPod write(StoredPod intent) {
        if (intent.mappings().isEmpty()) {
            dir.write(intent);
            return intent;
        }
        try (Fd lock = Linux.open(pods.directory().toString(), Flags.O_RDONLY, 0)) {
            Linux.flock(lock, Flags.LOCK_EX);
            StoredPod record = intent();
            dir.write(record);
            return record;
        }
    }

    private void undo(Throwable reason) {
        try {
            StoredPod record = dir.read().orElse(null);
            new PodDeletion(pods, new Pod(pods, dir, record), dir, record).undo();
        } catch (RuntimeException e) {
            reason.addSuppressed(e);
        }
    }

    private StoredPod intent() {
        spec.networks().forEach(connection -> pods.networks().get(connection.name()));
        Optional<CgroupFs> cgroups = CgroupFs.find();
        String cgroup =
                cgroups.map(fs -> fs.resolve(cgroupsPath(), spec.name())).orElse(null);
        List<Limit> limits = Limits.of(
                spec.resources(),
                cgroup == null ? Limits.Facts.UNKNOWN : cgroups.orElseThrow().facts(cgroup),
                "pod " + spec.name(),
                "");
        cgroups.ifPresentOrElse(fs -> fs.require(limits), () -> CgroupFs.requireNone(limits));
        List<Spec.IdMapping> mappings =
                spec.share().contains(NamespaceType.USER) ? IdRanges.free(pods.list()) : List.of();
        byte[] id = new byte[ID_BYTES];
        RANDOM.nextBytes(id);
        return new StoredPod(
                HexFormat.of().formatHex(id),
                spec,
                Instant.now(),
                Containers.bootId(),
                cgroup,
                cgroup == null ? List.of() : cgroups.orElseThrow().planned(cgroup),
                limits,
                mappings,
                0,
                0,
                false);
    }

    private String cgroupsPath() {
        String parent = spec.cgroupParent();
        return parent == null ? "pods/" + spec.name() : "/" + parent.replaceAll("^/+|/+$", "") + "/" + spec.name();
    }
}
