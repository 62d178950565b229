package io.jpod.pod;

import io.jpod.cgroup.CgroupFs;
import io.jpod.cgroup.CgroupOwner;
import io.jpod.container.Container;
import io.jpod.container.Containers;
import io.jpod.container.RecordDir;
import io.jpod.exec.Spawner;
import io.jpod.json.InvalidJson;
import io.jpod.linux.Linux;
import io.jpod.linux.MountTable;
import io.jpod.linux.Mountpoints;
import io.jpod.linux.RecordFiles;
import io.jpod.net.Networks;
import io.jpod.net.cni.CniPlaces;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** All pods below one state root. Holds nothing that the disk does not. */
public final class Pods {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_.-]{0,62}");
    private static final int LEAST_OF_AN_ID = 3;

    private final Containers containers;
    private final Networks networks;
    private final CniPlaces cni;
    private final Path directory;

    /** @param cni where networks named {@code cni:NAME} are defined */
    public Pods(Containers containers, Networks networks, CniPlaces cni) {
        this.cni = cni;
        this.containers = containers;
        this.networks = networks;
        this.directory = containers.root().resolve("pods");
    }

    Containers containers() {
        return containers;
    }

    CniPlaces cni() {
        return cni;
    }

    Networks networks() {
        return networks;
    }

    Path directory() {
        return directory;
    }

    /** What is noted on the cgroup of a pod. */
    CgroupOwner cgroupOwner(String name) {
        return new CgroupOwner(containers.mark(), Containers.POD_CGROUPS + name);
    }

    static boolean isName(String name) {
        return NAME.matcher(name).matches();
    }

    /** A name is a host name too, hostname(7), but may have underscores. */
    public static String requireName(String name) {
        if (!isName(name)) {
            throw new PodException(
                    "invalid pod name: must be 1 to 63 of the characters A-Z a-z 0-9 _ . - and begin with a letter or digit");
        }
        return name;
    }

    /** Makes a pod that is ready for containers. If that fails, nothing of it is left. */
    public Pod create(PodSpec spec, Spawner spawner) {
        return new PodCreation(this, spec).create(spawner);
    }

    /** @throws PodException if there is none, or more than one, of that name or beginning of an id */
    public Pod get(String nameOrId) {
        return find(nameOrId).orElseThrow(() -> new PodException("no pod with name or ID " + nameOrId));
    }

    /** By name, by id, or by the beginning of an id. */
    public Optional<Pod> find(String nameOrId) {
        if (isName(nameOrId)) {
            Optional<Pod> named = named(nameOrId);
            if (named.isPresent()) {
                return named;
            }
        }
        if (nameOrId.length() < LEAST_OF_AN_ID || !nameOrId.matches("[0-9a-f]+")) {
            return Optional.empty();
        }
        List<Pod> matching =
                list().stream().filter(pod -> pod.id().startsWith(nameOrId)).toList();
        if (matching.size() > 1) {
            throw new PodException("more than one pod has an ID that begins with " + nameOrId);
        }
        return matching.stream().findFirst();
    }

    Optional<Pod> named(String name) {
        PodDir dir = PodDir.at(directory, name);
        if (!dir.dir().exists()) {
            return Optional.empty();
        }
        try {
            return Optional.of(new Pod(this, dir, dir.read().orElse(null), null));
        } catch (InvalidJson e) {
            return Optional.of(new Pod(this, dir, null, e.getMessage()));
        }
    }

    /** Every pod, by name; those that were not made to the end too. */
    public List<Pod> list() {
        return RecordFiles.list(directory, "*").stream()
                .map(path -> path.getFileName().toString())
                .filter(Pods::isName)
                .flatMap(name -> named(name).stream())
                .toList();
    }

    /**
     * Ends and removes what is left on the host of a pod whose directory is gone. Nothing happens if there is nothing, or
     * somebody else has the name by now, or it is none.
     */
    public void removeLost(String name, Spawner caller) {
        if (isName(name) && Linux.exists(directory.toString())) {
            ifLost(name, caller, () -> clearLost(name));
        }
    }

    /** Does something for which there must be no pod of that name, and nobody may make one; nothing if there is one. */
    void ifLost(String name, Spawner caller, Runnable action) {
        RecordDir.claim(directory, requireName(name)).ifPresent(claim -> claim.during(caller, action));
    }

    private void clearLost(String name) {
        CgroupFs.find()
                .ifPresent(fs -> fs.owned()
                        .find(cgroupOwner(name))
                        .ifPresent(cgroup -> fs.killAndRemove(cgroup, PodDeletion.END)));
        networks.list().forEach(network -> networks.detach(network.name(), name));
        MountTable.below(directory.resolve(name).toString()).forEach(Mountpoints::release);
    }

    /** The pod that a container is in. */
    public Optional<Pod> of(Container container) {
        return Optional.ofNullable(container.belonging().pod()).flatMap(this::named);
    }
}
