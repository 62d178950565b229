package io.jpod.pod;

import io.jpod.abi.Flags;
import io.jpod.cgroup.Cgroup;
import io.jpod.cgroup.CgroupFs;
import io.jpod.container.Belonging;
import io.jpod.container.Container;
import io.jpod.container.Containers;
import io.jpod.container.RecordDir;
import io.jpod.exec.Spawner;
import io.jpod.linux.Fd;
import io.jpod.linux.ProcessStat;
import io.jpod.net.Attachment;
import io.jpod.net.PortMapping;
import io.jpod.oci.IdMapping;
import io.jpod.oci.Mount;
import io.jpod.oci.NamespaceType;
import io.jpod.oci.Spec;
import io.jpod.oci.State;
import io.jpod.plan.Plan;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** A pod that exists: what the disk says of it, held against its containers and the kernel. */
public final class Pod {
    private final Pods pods;
    private final PodDir dir;
    private @Nullable StoredPod stored;
    private @Nullable String damage;

    /**
     * @param stored null if its creation was cut off before it had written anything, or its record is damaged
     * @param damage why the record cannot be read; null: it can, or there is none
     */
    Pod(Pods pods, PodDir dir, @Nullable StoredPod stored, @Nullable String damage) {
        this.pods = pods;
        this.dir = dir;
        this.stored = stored;
        this.damage = damage;
    }

    public String name() {
        return Objects.requireNonNull(dir.path().getFileName()).toString();
    }

    /** 64 hexadecimal digits; empty if creation was cut off before it had one. */
    public String id() {
        return stored == null ? "" : stored.id();
    }

    /** Where its files and pinned namespaces lie. */
    public Path directory() {
        return dir.path();
    }

    /** @throws PodException if it has none, since its creation was cut off */
    public PodSpec spec() {
        return record().spec();
    }

    @Nullable StoredPod recordIfKnown() {
        return stored;
    }

    RecordDir recordDir() {
        return dir.dir();
    }

    /** Its places in its networks; empty while it has none. */
    public List<Attachment> attachments() {
        return stored == null ? List.of() : new Connections(pods, Spawner.NONE).attachments(stored);
    }

    /** Publishes one more port, by the first network. */
    public void publish(PortMapping port, Spawner caller) {
        try (Fd _ = hold(caller)) {
            pods.networks().publish(firstNetwork(), name(), port, caller);
        }
    }

    /** Takes a published port back, named as {@link #attachments} has it. */
    public void unpublish(PortMapping port, Spawner caller) {
        try (Fd _ = hold(caller)) {
            pods.networks().unpublish(firstNetwork(), name(), port, caller);
        }
    }

    private String firstNetwork() {
        return spec().networks().stream()
                .findFirst()
                .orElseThrow(() -> new PodException("pod " + name() + " is not connected to a network"))
                .name();
    }

    public Optional<Instant> created() {
        return Optional.ofNullable(stored).map(StoredPod::created);
    }

    /** Why its record cannot be read, if so: all that can be done with it is to remove it. */
    public Optional<String> damage() {
        return Optional.ofNullable(damage);
    }

    /** Whether it is known what it was to be. */
    boolean hasRecord() {
        return stored != null;
    }

    StoredPod record() {
        if (damage != null) {
            throw new PodException(
                    "pod %s is damaged: %s (remove it with 'jpod pod rm --force')".formatted(name(), damage));
        }
        if (stored == null) {
            throw new PodException("pod " + name() + " was not made to the end: remove it with 'jpod pod rm --force'");
        }
        return stored;
    }

    /** The mounts that its containers have in common. */
    List<Mount> commonMounts() {
        return new Membership(record(), dir).common();
    }

    /** The plan that made it. */
    public Plan plan() {
        return PodCreation.plan(record(), dir);
    }

    /** The paths of the namespaces that it holds. */
    public Map<NamespaceType, String> namespaces() {
        Map<NamespaceType, String> paths = new EnumMap<>(NamespaceType.class);
        spec().share().forEach(type -> paths.put(type, dir.namespace(type)));
        return paths;
    }

    /** The first process of its pid namespace, if it shares one; 0 if it has ended. */
    public int init() {
        return stored != null && isInitAlive(stored) ? stored.initPid() : 0;
    }

    private static boolean isInitAlive(StoredPod pod) {
        return pod.initPid() != 0 && ProcessStat.isAlive(pod.initPid(), pod.initStartTime());
    }

    /** Ids of its user namespace; empty: it has none. */
    public List<IdMapping> mappings() {
        return stored == null ? List.of() : stored.mappings();
    }

    /** Its containers, by id. */
    public List<Container> containers() {
        return pods.containers().list().stream()
                .filter(container -> name().equals(container.belonging().pod()))
                .toList();
    }

    /** Those for debugging are not counted. */
    public PodStatus status() {
        return status(containers().stream()
                .filter(container -> container.belonging().debugs() == null)
                .map(Container::status)
                .toList());
    }

    /** @param statuses of its containers */
    public PodStatus status(List<State.Status> statuses) {
        return isUsable() ? PodStatus.of(statuses) : PodStatus.ERROR;
    }

    /** Whether containers can join. */
    private boolean isUsable() {
        return stored != null
                && stored.complete()
                && !isOfAnotherBoot()
                && (stored.initPid() == 0 || isInitAlive(stored));
    }

    /** Whether its creation or removal was cut off, or its record cannot be read. */
    boolean isHalfMade() {
        return isIncomplete() && !dir.dir().isBusy();
    }

    private boolean isIncomplete() {
        return stored == null || !stored.complete();
    }

    /** Removes it if it still is what a maker has left that is gone, or a removal that was cut off. */
    void clearHalfMade(Spawner spawner) {
        delete(true, now -> now.damage == null && now.isIncomplete(), spawner, spawner);
    }

    /** The same also if its record cannot be read, or it has ended with the last boot of the host. */
    void clearBroken(Spawner spawner) {
        delete(true, now -> now.isIncomplete() || now.isOfAnotherBoot(), spawner, spawner);
    }

    /** Whether it has ended with the last boot of the host. */
    boolean isOfAnotherBoot() {
        return stored != null && !stored.bootId().equals(Containers.bootId());
    }

    /** The cgroup of all of it; empty if it has none, or it is gone. The caller closes it. */
    public Optional<Cgroup> cgroup() {
        return cgroupPath().flatMap(path -> CgroupFs.find().flatMap(fs -> fs.open(path)));
    }

    /** The directory of its cgroup, as this process sees it; without a record the one that is noted to be its. */
    public Optional<String> cgroupPath() {
        StoredPod pod = stored;
        if (pod == null) {
            return CgroupFs.find().flatMap(fs -> fs.owned().find(pods.cgroupOwner(name())));
        }
        String recorded = pod.cgroup();
        return recorded == null || isOfAnotherBoot()
                ? Optional.empty()
                : CgroupFs.find()
                        .flatMap(fs -> fs.owned().locate(pods.cgroupOwner(name()), recorded, pod.cgroupDirectories()));
    }

    // ---- what can be done with it

    /**
     * Keeps it from being removed while something is made in it, and sees to it that its networks are there: somebody may have
     * flushed rules, or deleted a bridge. The caller closes what this returns.
     *
     * @throws PodException if it is gone, or not usable
     * @throws io.jpod.exec.CallerGone if nobody waits for what would be made
     */
    public Fd hold(Spawner caller) {
        Fd lock = dir.dir()
                .lockIfThere(Flags.LOCK_SH)
                .orElseThrow(() -> new PodException("no pod with name or ID " + name()));
        try {
            caller.requireCaller();
            if (!readAgain()) {
                throw new PodException("pod " + name() + " was removed meanwhile, and another one has its name");
            }
            if (!isUsable()) {
                throw new PodException(whyUnusable());
            }
            restoreNetworks();
            return lock;
        } catch (RuntimeException | Error e) {
            lock.close();
            throw e;
        }
    }

    /** Whoever held the lock before us may have changed the record. False if it is another pod's. */
    private boolean readAgain() {
        Pod now = pods.get(name());
        if (stored != null && now.stored != null && !stored.id().equals(now.stored.id())) {
            return false;
        }
        stored = now.stored;
        damage = now.damage;
        return true;
    }

    /** The same under its lock, if it is still there and has any. */
    void mendNetworks(Spawner caller) {
        try (Fd lock = dir.dir().lockIfThere(Flags.LOCK_SH).orElse(null)) {
            if (lock != null) {
                caller.requireCaller();
                if (readAgain() && !isIncomplete() && !isOfAnotherBoot()) {
                    restoreNetworks();
                }
            }
        }
    }

    /** Puts back what is missing of them on the host. */
    private void restoreNetworks() {
        StoredPod pod = record();
        if (!pod.spec().networks().isEmpty()) {
            new Connections(pods, Spawner.NONE).restore(pod, dir);
        }
    }

    private String whyUnusable() {
        StoredPod pod = record();
        if (isOfAnotherBoot()) {
            return "pod %s has ended with the last boot of the host: remove it with 'jpod pod rm'".formatted(name());
        }
        return pod.complete()
                ? "pod %s: the first process of its pid namespace has ended, and with it the namespace"
                        .formatted(name())
                : "pod %s was not made to the end: remove it with 'jpod pod rm --force'".formatted(name());
    }

    /** What the record of a member says of whose it is. */
    public Belonging belonging() {
        return new Membership(record(), dir).belonging();
    }

    /**
     * A container's spec as a member of this pod has it, which {@link #belonging} makes of it.
     *
     * @throws PodException if the spec wants what only the pod can have
     */
    public Spec join(Spec spec, String containerId) {
        return new Membership(record(), dir).join(spec, containerId);
    }

    /**
     * Ends its containers, all at the same time; its namespaces stay, and with them its addresses.
     *
     * @param signal that asks them to
     * @param grace after which those that still run are killed; none: at once
     */
    public void stop(int signal, Duration grace, Spawner caller) {
        new PodProcesses(this).stop(signal, grace, caller);
    }

    /** Sends a signal to the first process of every container that was started; SIGKILL to all processes. */
    public void kill(int signal, Spawner caller) {
        new PodProcesses(this).kill(signal, caller);
    }

    /**
     * Freezes all of it at once.
     *
     * @throws PodException if nothing runs
     */
    public void pause(Spawner caller) {
        new PodProcesses(this).pause(caller);
    }

    /**
     * Lets all of it run on, containers too that were paused one by one.
     *
     * @throws PodException if nothing is paused
     */
    public void unpause() {
        new PodProcesses(this).unpause();
    }

    /**
     * The spec of another pod's container as this pod has it.
     *
     * @throws PodException if it has namespaces of a container, which this pod does not have
     */
    public Spec adopt(Spec spec, Pod from, String containerId) {
        return new Membership(record(), dir).adopt(spec, from.record().spec(), from.dir, containerId);
    }

    /**
     * Removes it with all of its containers.
     *
     * @param force also if containers run, or are paused
     */
    public void delete(boolean force, Spawner spawner) {
        if (!delete(force, _ -> true, spawner, spawner) && !force) {
            throw new PodException("no pod with name or ID " + name());
        }
    }

    /**
     * What its maker does if it cannot be used, whether or not anybody waits for it.
     *
     * @param reason gets what goes wrong with that
     */
    public void discard(Throwable reason, Spawner spawner) {
        try {
            delete(true, _ -> true, Spawner.NONE, spawner);
        } catch (RuntimeException | Error also) {
            reason.addSuppressed(also);
        }
    }

    /**
     * @param wanted asked about it as it is once it is locked
     * @return false if it is not there
     */
    private boolean delete(boolean force, Predicate<Pod> wanted, Spawner caller, Spawner spawner) {
        try (Fd lock = dir.dir().lockIfThere().orElse(null)) {
            if (lock == null) {
                return false;
            }
            caller.requireCaller();
            if (readAgain() && wanted.test(this)) {
                new PodDeletion(pods, this, dir, stored).run(force, spawner);
            }
            return true;
        }
    }
}
