package io.jpod.pod;

import io.jpod.cgroup.CgroupUse;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A cgroup with those below it.
 *
 * @param name of the pod, the container, or else of the directory
 * @param path its directory; null: there is none
 * @param use null: not known, since there is no cgroup
 */
public record CgroupNode(
        Kind kind,
        String name,
        @Nullable String path,
        @Nullable CgroupUse use,
        List<CgroupNode> children) {
    public CgroupNode {
        children = List.copyOf(children);
    }

    /** Whose it is. */
    public enum Kind {
        POD,
        /** The first process of the pod's pid namespace is there. */
        INIT,
        CONTAINER,
        /** Made by somebody in a container, or by hand. */
        OTHER
    }
}
