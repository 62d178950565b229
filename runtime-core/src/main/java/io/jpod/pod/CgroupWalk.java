package io.jpod.pod;

import io.jpod.cgroup.Cgroup;
import io.jpod.cgroup.CgroupFs;
import io.jpod.container.Container;
import io.jpod.oci.NamespaceType;
import io.jpod.pod.CgroupNode.Kind;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Walks the cgroups of one pod, and finds its containers there. */
final class CgroupWalk {
    private static final String INIT = "init";

    private final Pod pod;
    private final Map<String, String> containers = new LinkedHashMap<>();
    private final List<CgroupNode> elsewhere = new ArrayList<>();

    private CgroupWalk(Pod pod) {
        this.pod = pod;
    }

    static CgroupNode of(Pod pod) {
        return new CgroupWalk(pod).walk();
    }

    private CgroupNode walk() {
        try (Cgroup cgroup = pod.cgroup().orElse(null)) {
            String top = cgroup == null ? null : cgroup.path();
            for (Container container : pod.containers()) {
                find(container, top);
            }
            if (cgroup == null) {
                return new CgroupNode(Kind.POD, pod.name(), null, null, elsewhere);
            }
            List<CgroupNode> children = new ArrayList<>(below(cgroup));
            children.addAll(elsewhere);
            return new CgroupNode(Kind.POD, pod.name(), top, cgroup.use(), children);
        }
    }

    /** Most are below the pod's; those of one that has none are wherever they were asked to be. */
    private void find(Container container, @Nullable String top) {
        try (Cgroup cgroup = container.cgroup().orElse(null)) {
            if (cgroup == null) {
                elsewhere.add(new CgroupNode(Kind.CONTAINER, container.id(), null, null, List.of()));
            } else if (top != null && cgroup.path().startsWith(top + "/")) {
                containers.put(cgroup.path(), container.id());
            } else {
                elsewhere.add(
                        new CgroupNode(Kind.CONTAINER, container.id(), cgroup.path(), cgroup.use(), below(cgroup)));
            }
        }
    }

    private List<CgroupNode> below(Cgroup cgroup) {
        Optional<CgroupFs> fs = CgroupFs.find();
        List<CgroupNode> children = new ArrayList<>();
        for (String name : fs.isEmpty() ? List.<String>of() : cgroup.children()) {
            // Empty: it has gone meanwhile.
            try (Cgroup child = fs.get().open(cgroup.path() + "/" + name).orElse(null)) {
                if (child != null) {
                    children.add(new CgroupNode(
                            kind(child, cgroup),
                            containers.getOrDefault(child.path(), name),
                            child.path(),
                            child.use(),
                            below(child)));
                }
            }
        }
        return children;
    }

    private Kind kind(Cgroup cgroup, Cgroup parent) {
        if (containers.containsKey(cgroup.path())) {
            return Kind.CONTAINER;
        }
        boolean isInit = pod.spec().share().contains(NamespaceType.PID)
                && cgroup.path().equals(parent.path() + "/" + INIT)
                && pod.record().cgroup() != null
                && parent.path().equals(pod.record().cgroup());
        return isInit ? Kind.INIT : Kind.OTHER;
    }
}
