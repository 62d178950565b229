package io.jpod.cgroup;

import io.jpod.abi.Errno;
import io.jpod.linux.Linux;
import io.jpod.linux.SyscallException;
import io.jpod.plan.Limit;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Which controllers there are, and handing them on from parent to child (cgroup-v2.rst, "Top-down Constraint"). */
final class Controllers {
    private static final int LARGEST = 4096;

    private final String mount;
    private final Map<String, String> v1;

    /** @param v1 where cgroup v1 has controllers, by name */
    Controllers(String mount, Map<String, String> v1) {
        this.mount = mount;
        this.v1 = v1;
    }

    boolean has(String controller) {
        return words(mount, "cgroup.controllers").contains(controller);
    }

    /** See {@link CgroupFs#require}. */
    void require(List<Limit> limits) {
        if (limits.isEmpty()) {
            return;
        }
        Set<String> present = words(mount, "cgroup.controllers");
        for (Limit limit : limits) {
            if (limit.needsController() && !present.contains(limit.controller())) {
                throw new CgroupFailed(
                        limit.from() + ": the " + limit.controller() + " controller is " + where(limit.controller())
                                + (v1.containsKey(limit.controller()) ? ", and only cgroup v2 is used" : ""));
            }
        }
    }

    /** Whether a cgroup has all controllers that it shall have, and that the hierarchy has. */
    boolean reach(CgroupDir cgroup, List<Limit> limits, Set<String> measured) {
        Set<String> wanted = words(mount, "cgroup.controllers");
        wanted.retainAll(measured);
        for (Limit limit : limits) {
            if (limit.needsController()) {
                wanted.add(limit.controller());
            }
        }
        return wanted.isEmpty() || words(cgroup, "cgroup.controllers").containsAll(wanted);
    }

    /** Where one is that is not here. */
    String where(String controller) {
        String elsewhere = v1.get(controller);
        return elsewhere == null ? "not enabled in " + mount + "/cgroup.controllers" : "in cgroup v1 at " + elsewhere;
    }

    /** Enables in one cgroup what its children need; see {@link CgroupFs#create}. */
    static void enable(String parent, List<Limit> limits, Set<String> measured) {
        try (CgroupDir dir = CgroupDir.open(parent)) {
            Set<String> enabled = words(dir, "cgroup.subtree_control");
            for (Limit limit : limits) {
                if (limit.needsController() && enabled.add(limit.controller())) {
                    enable(dir, limit);
                }
            }
            Set<String> more = words(dir, "cgroup.controllers");
            more.retainAll(measured);
            more.removeAll(enabled);
            more.forEach(controller -> enableIfPossible(dir, controller));
        }
    }

    /** ENOENT also stands for a parent that vanished, which is for the caller to see. */
    private static void enable(CgroupDir parent, Limit limit) {
        try {
            parent.write("cgroup.subtree_control", "+" + limit.controller());
        } catch (SyscallException e) {
            boolean gone = parent.read("cgroup.controllers") == null;
            if (gone) {
                throw e;
            }
            throw new CgroupFailed(
                    limit.from() + ": cannot enable the " + limit.controller() + " controller in " + parent.path(),
                    e,
                    meaning(e, parent.path()));
        }
    }

    private static String meaning(SyscallException e, String parent) {
        if (e.is(Errno.EBUSY)) {
            return "it has processes of its own, and a cgroup with processes cannot hand controllers on"
                    + " (cgroup-v2.rst, \"No Internal Process Constraint\")";
        }
        if (e.is(Errno.ENOENT)) {
            return "it is not enabled in " + parent + "/cgroup.controllers";
        }
        if (e.is(Errno.EOPNOTSUPP)) {
            return "it is a threaded cgroup";
        }
        return "nobody enabled it there before";
    }

    /** Figures are no limits: without this controller there are fewer of them, and that is all. */
    private static void enableIfPossible(CgroupDir parent, String controller) {
        try {
            parent.write("cgroup.subtree_control", "+" + controller);
        } catch (SyscallException e) {
            if (parent.read("cgroup.controllers") == null) {
                throw e;
            }
        }
    }

    private static Set<String> words(String cgroup, String file) {
        return words(Linux.readText(cgroup + "/" + file, LARGEST));
    }

    /** The words of a file, in a set that can be changed. */
    static Set<String> words(CgroupDir dir, String file) {
        return words(dir.read(file));
    }

    private static Set<String> words(@Nullable String text) {
        return text == null || text.isBlank()
                ? new LinkedHashSet<>()
                : new LinkedHashSet<>(List.of(text.strip().split(" ")));
    }
}
