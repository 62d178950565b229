package io.jpod.pod;

import io.jpod.abi.Flags;
import io.jpod.cgroup.CgroupFs;
import io.jpod.container.Containers;
import io.jpod.container.RecordDir;
import io.jpod.exec.Spawner;
import io.jpod.json.InvalidJson;
import io.jpod.linux.Fd;
import io.jpod.linux.Linux;
import io.jpod.oci.IdMapping;
import io.jpod.oci.NamespaceType;
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
import java.util.stream.Stream;

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
        RecordDir.Claim claim = RecordDir.claim(pods.directory(), spec.name(), () -> clearHalfMade(spawner));
        try (Fd _ = claim.lock()) {
            StoredPod record = record(spawner);
            try {
                return build(record, spawner);
            } catch (RuntimeException | Error e) {
                undo(e, spawner);
                throw e;
            }
        }
    }

    private void clearHalfMade(Spawner spawner) {
        Optional<Pod> there = pods.named(spec.name());
        if (there.isPresent()
                && (!there.get().isHalfMade() || there.get().damage().isPresent())) {
            throw new PodException("pod name " + spec.name() + " is in use");
        }
        there.ifPresent(pod -> pod.clearHalfMade(spawner));
    }

    /** What it is about to leave on the host, on disk before it leaves it. All that can be refused is refused here. */
    private StoredPod record(Spawner spawner) {
        try {
            spawner.requireCaller();
            return write();
        } catch (RuntimeException | Error e) {
            dir.dir().delete();
            throw e;
        }
    }

    private Pod build(StoredPod record, Spawner spawner) {
        StoredPod complete = new PodBuilding(pods, record, dir, spawner).run().completed();
        // Killed meanwhile: nobody has heard of the pod.
        spawner.requireCaller();
        dir.write(complete);
        return new Pod(pods, dir, complete, null);
    }

    /** Ids are chosen under a lock until they are on disk, so that no two pods choose the same. */
    private StoredPod write() {
        if (!spec.share().contains(NamespaceType.USER)) {
            StoredPod intent = intent();
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

    private void undo(Throwable reason, Spawner spawner) {
        try {
            StoredPod record = dir.read().orElse(null);
            new PodDeletion(pods, new Pod(pods, dir, record, null), dir, record).undo(spawner);
        } catch (RuntimeException | Error e) {
            reason.addSuppressed(e);
        }
    }

    /** @throws RuntimeException for all that can be refused */
    private StoredPod intent() {
        new Connections(pods, Spawner.NONE).require(spec);
        Optional<CgroupFs> cgroups = CgroupFs.find();
        String cgroup =
                cgroups.map(fs -> fs.resolve(cgroupsPath(), spec.name())).orElse(null);
        List<Limit> limits = Limits.of(
                spec.resources(),
                cgroup == null ? Limits.Facts.UNKNOWN : cgroups.orElseThrow().facts(cgroup),
                "pod " + spec.name(),
                "");
        cgroups.ifPresentOrElse(fs -> fs.require(limits), () -> CgroupFs.requireNone(limits));
        List<IdMapping> mappings = spec.share().contains(NamespaceType.USER) ? IdRanges.free(pods.list()) : List.of();
        List<String> directories =
                cgroup == null ? List.of() : cgroups.orElseThrow().planned(cgroup);
        if (cgroup != null && !directories.contains(cgroup)) {
            // It may be that of a pod of another state root, and would be killed and removed with this one.
            throw new PodException("cgroup " + cgroup + " exists already: choose another name or --cgroup-parent");
        }
        byte[] id = new byte[ID_BYTES];
        RANDOM.nextBytes(id);
        StoredPod intent = new StoredPod(
                HexFormat.of().formatHex(id),
                spec,
                Instant.now(),
                Containers.bootId(),
                cgroup,
                directories,
                limits,
                mappings,
                0,
                0,
                false);
        plan(intent, dir);
        return intent;
    }

    private String cgroupsPath() {
        String parent = spec.cgroupParent();
        if (parent == null) {
            return usualCgroupsPath(spec.name());
        }
        String path = parent.replaceAll("^/+|/+$", "");
        if (Stream.of(path.split("/", -1)).anyMatch(part -> part.matches("\\.{0,2}"))) {
            throw new InvalidJson(
                    "--cgroup-parent", parent, "must not be the root or have an empty, \".\" or \"..\" component");
        }
        return "/" + path + "/" + spec.name();
    }

    /** Of a pod that asks for no other parent. */
    static String usualCgroupsPath(String name) {
        return "pods/" + name;
    }
}
