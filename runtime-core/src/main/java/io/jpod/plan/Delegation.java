package io.jpod.plan;

import io.jpod.oci.IdMapping;
import io.jpod.oci.Mount;
import io.jpod.oci.Namespace;
import io.jpod.oci.NamespaceType;
import io.jpod.oci.Spec;
import java.util.OptionalLong;

/** Whose a container's cgroup is to be (runtime-spec, config-linux.md, "Cgroup ownership"). */
final class Delegation {
    private Delegation() {}

    /**
     * The user on the host to give the cgroup to: whom process.user.uid stands for, if the container gets a cgroup namespace of
     * its own and a cgroup file system that is not read-only. Empty if there is no such user or either is missing, and then
     * the owner must not change.
     */
    static OptionalLong owner(Spec spec) {
        Namespace cgroup = spec.linux().namespace(NamespaceType.CGROUP);
        if (spec.process() == null
                || cgroup == null
                || cgroup.path() != null
                || spec.mounts().stream().noneMatch(Delegation::isWritableCgroup)) {
            return OptionalLong.empty();
        }
        return hostUid(spec, spec.process().user().uid());
    }

    private static boolean isWritableCgroup(Mount mount) {
        return ("cgroup".equals(mount.type()) || "cgroup2".equals(mount.type()))
                && mount.options().lastIndexOf("rw") >= mount.options().lastIndexOf("ro");
    }

    /** Without a user namespace ids are what they are; the mappings of one that is joined are not known here. */
    private static OptionalLong hostUid(Spec spec, long uid) {
        Namespace user = spec.linux().namespace(NamespaceType.USER);
        if (user == null) {
            return OptionalLong.of(uid);
        }
        for (IdMapping mapping : spec.linux().uidMappings()) {
            if (uid >= mapping.containerID() && uid - mapping.containerID() < mapping.size()) {
                return OptionalLong.of(mapping.hostID() + uid - mapping.containerID());
            }
        }
        return OptionalLong.empty();
    }
}
