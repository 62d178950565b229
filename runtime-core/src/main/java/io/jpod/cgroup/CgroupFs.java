package io.jpod.cgroup;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.jpod.abi.Errno;
import io.jpod.abi.Flags;
import io.jpod.json.InvalidJson;
import io.jpod.linux.Fd;
import io.jpod.linux.Linux;
import io.jpod.linux.Stat;
import io.jpod.linux.SyscallException;
import io.jpod.plan.Limit;
import io.jpod.plan.Limits;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The cgroup v2 hierarchy of the host: at /sys/fs/cgroup, or beside v1 at /sys/fs/cgroup/unified, or wherever cgroup2 is
 * mounted. Cgroups are named by their directory, as an absolute path.
 *
 * <p>A container without a cgroupsPath lives in {@code /jpod/ID}. A directory that was there before is used if it is empty, and
 * is not removed with the container, since the container's creation did not make it (runtime-spec, "Delete"). The common
 * parent {@code /jpod} goes with the last cgroup in it.
 */
public final class CgroupFs {
    /** Controllers whose figures people ask for, for {@link #create}. */
    public static final Set<String> MEASURED = Set.of("cpu", "memory", "pids", "io");

    private static final String PARENT = "/jpod";
    private static final int LARGEST_FILE = 4096;

    /** Somebody else can remove a parent between any two calls; losing that race this often is no accident. */
    private static final int TRIES = 100;

    private final String mount;
    private final Controllers controllers;

    CgroupFs(String mount, Map<String, String> v1) {
        this.mount = mount;
        this.controllers = new Controllers(mount, v1);
    }

    /** The hierarchy that this process sees; empty if no cgroup2 is mounted. */
    public static Optional<CgroupFs> find() {
        Found known = found;
        if (known != null && known.mountId() == mountId(known.fs().mount)) {
            return Optional.of(known.fs());
        }
        Optional<CgroupFs> fs = find(CgroupMounts.parse(Linux.readText("/proc/self/mountinfo", 16 << 20)));
        fs.ifPresent(here -> found = new Found(here, mountId(here.mount)));
        return fs;
    }

    /**
     * What was found last, and the mount that was there: as long as that is the same, nobody has to look again. If every command
     * did, it would take 5 % (run) to 10 % (state, list) more: it goes when mountinfo need not be read for it.
     */
    private record Found(CgroupFs fs, long mountId) {}

    private static volatile @Nullable Found found;

    private static long mountId(String mount) {
        return Stat.of(mount).mountId();
    }

    /** A mount can lie under another one and then not be what its path shows, so look. */
    private static Optional<CgroupFs> find(CgroupMounts mounts) {
        for (String mount : mounts.v2()) {
            try (CgroupDir dir = CgroupDir.openIfPresent(mount)) {
                if (dir != null && dir.read("cgroup.controllers") != null) {
                    return Optional.of(new CgroupFs(mount, mounts.v1()));
                }
            }
        }
        return Optional.empty();
    }

    /**
     * On a host without cgroup2 a container can run without a cgroup, but only if nothing was to be limited.
     *
     * @throws CgroupFailed naming the first limit
     */
    public static void requireNone(List<Limit> limits) {
        if (!limits.isEmpty()) {
            throw new CgroupFailed(limits.getFirst() + ": no cgroup2 is mounted (see /proc/self/mountinfo)");
        }
    }

    /** Where it is mounted. */
    public String mount() {
        return mount;
    }

    /**
     * The directory of a container's cgroup.
     *
     * @param cgroupsPath absolute: below the mount point; relative: below {@code /jpod}; null: {@code /jpod/ID}
     * @throws InvalidJson for a path with empty, "." or ".." components, the root, and a systemd name
     */
    public String resolve(@Nullable String cgroupsPath, String id) {
        if (cgroupsPath == null || cgroupsPath.isEmpty()) {
            return mount + PARENT + "/" + id;
        }
        if (!cgroupsPath.startsWith("/")
                && cgroupsPath.chars().filter(c -> c == ':').count() == 2) {
            throw invalid("is slice:prefix:name, for the systemd cgroup driver; only paths can be used here");
        }
        String path = cgroupsPath.startsWith("/") ? cgroupsPath : PARENT + "/" + cgroupsPath;
        for (String component : path.substring(1).split("/", -1)) {
            if (component.isEmpty() || component.equals(".") || component.equals("..")) {
                throw invalid("must not be the root or have an empty, \".\" or \"..\" component");
            }
            if (component.chars().anyMatch(c -> c < ' ' || c == 0x7f)) {
                throw invalid("must not have control characters");
            }
        }
        return mount + path;
    }

    private static InvalidJson invalid(String reason) {
        return new InvalidJson("config.json", "linux.cgroupsPath", reason);
    }

    /** The cgroupsPath of a spec that means this directory. */
    public String cgroupsPath(String directory) {
        return requireInside(directory).substring(mount.length());
    }

    /**
     * The directories that {@link #create} would make now, parents first, for the record of what is about to be done. Makes
     * none.
     */
    public List<String> planned(String cgroup) {
        List<String> missing = new ArrayList<>();
        for (String path : lineage(cgroup)) {
            if (!Linux.exists(path)) {
                missing.add(path);
            }
        }
        return missing;
    }

    /** What {@link Limits} has to know of a cgroup that may not exist yet: the files of its nearest likes. */
    public Limits.Facts facts(String cgroup) {
        List<String> lineage = lineage(cgroup);
        for (String path : lineage.reversed()) {
            try (CgroupDir dir = CgroupDir.openIfPresent(path)) {
                if (dir != null && path.equals(cgroup)) {
                    return new Cgroup(dir, List.of()).facts();
                }
                if (dir != null) {
                    return new Limits.Facts(dir.files(), 0);
                }
            }
        }
        return new Limits.Facts(filesBelowRoot(), 0);
    }

    /** The root cgroup has no limits, so its own files say nothing. */
    private Set<String> filesBelowRoot() {
        Set<String> files = new HashSet<>();
        try (CgroupDir root = CgroupDir.open(mount)) {
            for (Path child : root.children()) {
                try (CgroupDir dir = CgroupDir.openIfPresent(child.toString())) {
                    files.addAll(dir == null ? Set.of() : dir.files());
                }
            }
        }
        return files;
    }

    /** Whether the hierarchy has this controller at all. */
    public boolean has(String controller) {
        return controllers.has(controller);
    }

    /** Why the host has no figures and limits of a controller, in words; empty if it has them. */
    public Optional<String> absence(String controller) {
        return has(controller) ? Optional.empty() : Optional.of(controllers.where(controller));
    }

    /**
     * Checks that the hierarchy has the controllers of these limits at all.
     *
     * @throws CgroupFailed naming the limit, the controller, and where the controller is instead
     */
    public void require(List<Limit> limits) {
        controllers.require(limits);
    }

    /**
     * Makes a cgroup and its parents, and enables in the parents the controllers of the limits, which {@link Cgroup#apply}
     * writes. A directory that is there already must be fit for a new container. What was made is removed again if this
     * fails; what was enabled stays.
     *
     * @param measured controllers to enable too where that is possible, for their figures
     */
    public Cgroup create(String cgroup, List<Limit> limits, Set<String> measured) {
        controllers.require(limits);
        Set<String> created = new LinkedHashSet<>();
        try {
            CgroupDir dir = make(cgroup, limits, measured, created);
            dir.requireUsable(created.contains(cgroup));
            return new Cgroup(dir, List.copyOf(created));
        } catch (RuntimeException | Error e) {
            undo(List.copyOf(created), e);
            throw e;
        }
    }

    private void undo(List<String> created, Throwable reason) {
        try {
            created.reversed().forEach(this::removeIfUnused);
        } catch (CgroupFailed e) {
            reason.addSuppressed(e);
        }
    }

    /** Starts again when a parent vanishes in between: another container's removal took it for unused. */
    private CgroupDir make(String cgroup, List<Limit> limits, Set<String> measured, Set<String> created) {
        for (int attempt = 1; ; attempt++) {
            try {
                for (String path : lineage(cgroup)) {
                    if (CgroupDir.make(path)) {
                        created.add(path);
                    }
                }
                return withControllers(CgroupDir.open(cgroup), limits, measured);
            } catch (SyscallException e) {
                if (!e.is(Errno.ENOENT) && !e.is(Errno.ENODEV) || attempt == TRIES) {
                    throw new CgroupFailed("cannot make cgroup " + cgroup, e);
                }
            }
        }
    }

    /** Parents are looked at one by one only if something is missing: mostly another container has seen to it. */
    private CgroupDir withControllers(CgroupDir dir, List<Limit> limits, Set<String> measured) {
        try {
            if (!controllers.reach(dir, limits, measured)) {
                for (String parent : parents(dir.path())) {
                    Controllers.enable(parent, limits, measured);
                }
            }
            return dir;
        } catch (RuntimeException | Error e) {
            dir.close();
            throw e;
        }
    }

    /**
     * Enables the controllers of these limits in all parents of a cgroup that exists, for an update. See {@link #create}.
     */
    public void enable(Cgroup cgroup, List<Limit> limits) {
        controllers.require(limits);
        for (String parent : parents(cgroup.path())) {
            try {
                Controllers.enable(parent, limits, Set.of());
            } catch (SyscallException e) {
                throw new CgroupFailed("cannot enable controllers in " + parent, e);
            }
        }
    }

    /** Whether all processes of a cgroup have stopped, by whatever freezer, or its own tells them to; false if it is gone. */
    public boolean isFrozen(String cgroup) {
        // A process that is killed leaves the freezer, which still stops whoever comes in.
        return "1".equals(KeyedText.value(read(cgroup, "cgroup.events"), "frozen"))
                || read(cgroup, "cgroup.freeze").startsWith("1");
    }

    private String read(String cgroup, String file) {
        try (Fd open = Linux.openIfThere(Linux.AT_FDCWD, requireInside(cgroup) + "/" + file, Flags.O_RDONLY)
                .orElse(null)) {
            return open == null ? "" : new String(Linux.readFully(open, LARGEST_FILE), UTF_8);
        } catch (SyscallException e) {
            if (e.is(Errno.ENODEV)) {
                return "";
            }
            throw e;
        }
    }

    /** A cgroup that should exist; empty if it does not, any more. */
    public Optional<Cgroup> open(String cgroup) {
        CgroupDir dir = CgroupDir.openIfPresent(requireInside(cgroup));
        return dir == null ? Optional.empty() : Optional.of(new Cgroup(dir, List.of()));
    }

    /**
     * Removes what {@link #create} made, or was about to make: the cgroup with all cgroups below it, once it has no process,
     * and each of its parents that nobody else uses. What is gone already is no error, so this can be done again.
     *
     * @param created what {@link Cgroup#created} or {@link #planned} said
     * @param timeout for processes that are just ending; {@link Cgroup#kill} comes before this if they are not
     * @throws CgroupFailed naming the directory that is left
     */
    public void remove(String cgroup, List<String> created, Duration timeout) {
        created.forEach(this::requireInside);
        if (created.contains(requireInside(cgroup))) {
            new CgroupTree(cgroup).remove(timeout);
        }
        removeParents(cgroup, created);
    }

    /** The same if there is nothing to wait for. False if it has processes or cgroups below; then nothing was done. */
    public boolean removeIfEmpty(String cgroup, List<String> created) {
        created.forEach(this::requireInside);
        if (!created.contains(requireInside(cgroup)) || !new CgroupTree(cgroup).removeIfEmpty()) {
            return false;
        }
        removeParents(cgroup, created);
        return true;
    }

    /** Upwards: those too that another cgroup was made with go with the last that is in them. */
    private void removeParents(String cgroup, List<String> created) {
        for (String parent = above(cgroup); isInside(parent); parent = above(parent)) {
            if (created.contains(parent) || parent.equals(mount + PARENT) || OwnedCgroups.isParent(parent)) {
                removeIfUnused(parent);
            }
        }
    }

    private static String above(String cgroup) {
        return cgroup.substring(0, cgroup.lastIndexOf('/'));
    }

    /** Removes a cgroup of which nobody has a record, with the processes in it. Nothing happens if it is gone. */
    public void killAndRemove(String cgroup, Duration timeout) {
        try (Cgroup found = open(cgroup).orElse(null)) {
            if (found == null) {
                return;
            }
            found.kill(timeout);
        }
        remove(cgroup, List.of(cgroup), timeout);
    }

    /** The same by what is noted on them. */
    public OwnedCgroups owned() {
        return new OwnedCgroups(this);
    }

    /** rmdir(2) of a cgroup fails with EBUSY while it has children or processes, so there is no race to lose. */
    private void removeIfUnused(String path) {
        try {
            Linux.removeDirectory(path);
        } catch (SyscallException e) {
            if (!e.is(Errno.ENOENT) && !e.is(Errno.ENODEV)) {
                throw new CgroupFailed("cannot remove cgroup " + path, e);
            }
        }
    }

    /** Paths come back from a record on disk; nothing outside the hierarchy is ever touched. */
    private String requireInside(String path) {
        if (!isInside(path)) {
            throw new CgroupFailed(path + " is not a cgroup below " + mount);
        }
        return path;
    }

    boolean isInside(String path) {
        return path.startsWith(mount + "/")
                && !path.contains("//")
                && !path.endsWith("/")
                && !(path + "/").contains("/../")
                && !(path + "/").contains("/./");
    }

    /** The cgroup and its parents without the root, from the top. */
    private List<String> lineage(String cgroup) {
        requireInside(cgroup);
        List<String> lineage = new ArrayList<>();
        for (int slash = cgroup.indexOf('/', mount.length() + 1); slash > 0; slash = cgroup.indexOf('/', slash + 1)) {
            lineage.add(cgroup.substring(0, slash));
        }
        lineage.add(cgroup);
        return lineage;
    }

    /** The root and all between it and the cgroup. */
    private List<String> parents(String cgroup) {
        List<String> parents = lineage(cgroup);
        parents.removeLast();
        parents.addFirst(mount);
        return parents;
    }
}
