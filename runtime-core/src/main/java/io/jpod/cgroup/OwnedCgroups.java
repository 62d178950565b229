package io.jpod.cgroup;

import io.jpod.linux.Linux;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Cgroups by who is noted on them: where they are, whatever a record says, and what of them nobody owns any more. */
public final class OwnedCgroups {
    private final CgroupFs fs;

    OwnedCgroups(CgroupFs fs) {
        this.fs = fs;
    }

    /** The same for one that is recorded as a path, if it is its owner's. See {@link #locate}. */
    public void killAndRemove(CgroupOwner owner, String recorded, List<String> created, Duration timeout) {
        try (Cgroup found = locate(owner, recorded, created).flatMap(fs::open).orElse(null)) {
            if (found != null) {
                found.kill(timeout);
            }
        }
        remove(owner, recorded, created, timeout);
    }

    /** Removes one that is recorded as a path, wherever that is seen now. See {@link #locate}. */
    public void remove(CgroupOwner owner, String recorded, List<String> created, Duration timeout) {
        Optional<String> now = locate(owner, recorded, created);
        if (now.isPresent()) {
            fs.remove(now.get(), moved(recorded, created, now.get()), timeout);
        } else if (!fs.isInside(recorded)) {
            requireWholeView(recorded);
        } else if (!Linux.exists(recorded)) {
            fs.remove(recorded, created, timeout);
        }
    }

    /** The same if there is nothing to wait for. False if it is not where it is recorded, or not empty. */
    public boolean removeIfEmpty(CgroupOwner owner, String recorded, List<String> created) {
        return isOf(owner, recorded, created) && fs.removeIfEmpty(recorded, created);
    }

    /**
     * Where a cgroup is that somebody has recorded as a path. What the kernel has noted on it decides: the record may be from
     * another mount of the hierarchy, or from another cgroup namespace, and the path may be somebody else's by now.
     *
     * @param created what {@link CgroupFs#planned} said
     * @return empty if it is not there
     */
    public Optional<String> locate(CgroupOwner owner, String recorded, List<String> created) {
        return isOf(owner, recorded, created) ? Optional.of(recorded) : find(owner);
    }

    /**
     * Where the cgroup of somebody without a record is: the one on which it is noted, and where notes are not kept the likely
     * one.
     */
    public Optional<String> likely(CgroupOwner owner, String likely) {
        return isOf(owner, likely, List.of()) ? Optional.of(likely) : find(owner);
    }

    /** A directory that creation was not about to make, and has not noted itself on, is another's; unless it cannot. */
    private boolean isOf(CgroupOwner owner, String recorded, List<String> created) {
        if (!fs.isInside(recorded)) {
            return false;
        }
        Optional<CgroupOwner> noted = ownerOf(recorded);
        return noted.isPresent()
                ? owner.isNotedBy(noted.get())
                : Linux.exists(recorded) && (created.contains(recorded) || !Notes.ARE_KEPT);
    }

    /** Only root of the host may write and read attributes that no container can (xattr(7), "trusted"). */
    private static final class Notes {
        private static final int CAP_SYS_ADMIN = 21;

        static final boolean ARE_KEPT = isHostsRoot();

        private static boolean isHostsRoot() {
            String ids = Linux.readText("/proc/self/uid_map", 4096).strip();
            String capabilities = Linux.readText("/proc/self/status", 64 << 10)
                    .lines()
                    .filter(line -> line.startsWith("CapEff:"))
                    .map(line -> line.substring("CapEff:".length()).strip())
                    .findFirst()
                    .orElse("0");
            return ids.matches("0\\s+0\\s+4294967295")
                    && (Long.parseUnsignedLong(capabilities, 16) >> CAP_SYS_ADMIN & 1) != 0;
        }
    }

    /** The cgroup on which this owner is noted, wherever it is: all of the hierarchy is looked at. */
    public Optional<String> find(CgroupOwner owner) {
        return ownedBy(owner.root()).entrySet().stream()
                .filter(entry -> entry.getValue().equals(owner.what()))
                .map(Map.Entry::getKey)
                .findFirst();
    }

    /** Who has made a cgroup; empty if it is not noted, or the cgroup is gone. */
    public static Optional<CgroupOwner> ownerOf(String cgroup) {
        return Linux.attribute(cgroup, Cgroup.OWNER).map(CgroupOwner::read);
    }

    /** The cgroups that a state root has made, wherever they are, and what of it has each; parents first. */
    public Map<String, String> ownedBy(String root) {
        Map<String, String> found = new LinkedHashMap<>();
        collect(Path.of(fs.mount()), root, found);
        return found;
    }

    /**
     * The cgroups that nobody owns any more, without those below them. What was made on the way to one is used as long as there is any in
     * it: other state roots have some there too.
     *
     * @param noted what {@link #ownedBy} said of a state root
     * @param living what of that is there
     */
    public static List<String> leftOf(Map<String, String> noted, Set<String> living) {
        List<String> left = new ArrayList<>();
        noted.forEach((path, what) -> {
            boolean isUsed = what.equals(CgroupOwner.PARENT)
                    ? !CgroupDir.children(Path.of(path)).isEmpty()
                    : living.contains(what);
            if (!isUsed && left.stream().noneMatch(other -> path.startsWith(other + "/"))) {
                left.add(path);
            }
        });
        return left;
    }

    private void collect(Path directory, String root, Map<String, String> found) {
        for (Path child : CgroupDir.children(directory)) {
            ownerOf(child.toString())
                    .filter(owner -> owner.root().equals(root))
                    .ifPresent(owner -> found.put(child.toString(), owner.what()));
            collect(child, root, found);
        }
    }

    /**
     * Directories that were made with a cgroup, as they are called where that is now.
     *
     * @param from where it was
     */
    private List<String> moved(String from, List<String> directories, String to) {
        List<String> moved = new ArrayList<>();
        for (String directory : directories) {
            if (!(from + "/").startsWith(directory + "/")) {
                continue;
            }
            String below = from.substring(directory.length());
            if (to.endsWith(below) && fs.isInside(to.substring(0, to.length() - below.length()))) {
                moved.add(to.substring(0, to.length() - below.length()));
            }
        }
        return moved;
    }

    /**
     * That nothing was found says something only if all can be seen: from the root of the hierarchy, which alone has no type,
     * and by one who may read the notes.
     *
     * @throws CgroupFailed if that is not so
     */
    public void requireWholeView(String wanted) {
        if (Linux.exists(fs.mount() + "/cgroup.type") || !Notes.ARE_KEPT) {
            throw new CgroupFailed(wanted + " cannot be looked for from here: only root of the host sees all cgroups");
        }
    }

    /** Whether it was made on the way to another one. */
    static boolean isParent(String cgroup) {
        return ownerOf(cgroup)
                .filter(owner -> owner.what().equals(CgroupOwner.PARENT))
                .isPresent();
    }
}
