package io.jpod.pod;

import io.jpod.cgroup.CgroupFs;
import io.jpod.container.Container;
import io.jpod.oci.NamespaceType;
import io.jpod.pod.NamespaceMatrix.Kind;
import io.jpod.pod.NamespaceMatrix.Row;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** Looks at pods and containers as the kernel shows them at this moment. Changes nothing. */
public final class Survey {
    private final Pods pods;

    public Survey(Pods pods) {
        this.pods = pods;
    }

    /** A pod's pins, its first process if it has one, its containers, and the host. */
    public NamespaceMatrix namespaces(Pod pod) {
        return matrix(all(), row -> pod.name().equals(row.pod()));
    }

    /** Containers and the host. */
    public NamespaceMatrix namespaces(List<Container> containers) {
        List<String> ids = containers.stream().map(Container::id).toList();
        return matrix(all(), row -> row.kind() == Kind.CONTAINER && ids.contains(row.name()));
    }

    private static NamespaceMatrix matrix(List<Row> all, Predicate<Row> wanted) {
        List<Row> rows = new ArrayList<>(all.stream().filter(wanted).toList());
        rows.add(new Row(Kind.HOST, "host", null, 0, NamespaceFiles.own()));
        return new NamespaceMatrix(rows, all.stream().filter(wanted.negate()).toList());
    }

    private List<Row> all() {
        return Stream.concat(
                        pods.list().stream().flatMap(pod -> rows(pod).stream()),
                        pods.containers().list().stream().map(Survey::row))
                .toList();
    }

    private static List<Row> rows(Pod pod) {
        if (!pod.hasRecord()) {
            return List.of();
        }
        Map<NamespaceType, Long> pinned = new EnumMap<>(NamespaceType.class);
        Map<NamespaceType, Long> host = NamespaceFiles.own();
        host.keySet().retainAll(pod.spec().host());
        pinned.putAll(host);
        pinned.putAll(NamespaceFiles.pinned(pod.namespaces()));
        List<Row> rows = new ArrayList<>(List.of(new Row(Kind.POD, pod.name(), pod.name(), 0, pinned)));
        int init = pod.init();
        if (init != 0) {
            Map<NamespaceType, Long> inodes = NamespaceFiles.of(init);
            // Looked at twice, so that they are never those of another process of that number.
            rows.add(new Row(Kind.INIT, "init", pod.name(), init, pod.init() == init ? inodes : Map.of()));
        }
        return rows;
    }

    private static Row row(Container container) {
        int pid = container.pid();
        Map<NamespaceType, Long> inodes = pid == 0 ? Map.of() : NamespaceFiles.of(pid);
        boolean same = container.pid() == pid;
        return new Row(
                Kind.CONTAINER, container.id(), container.belonging().pod(), same ? pid : 0, same ? inodes : Map.of());
    }

    /** The cgroups of pods, with limits and use. Pods that were never made to the end have none. */
    public CgroupForest cgroups(List<Pod> wanted) {
        Map<String, String> missing = new LinkedHashMap<>();
        Optional<CgroupFs> fs = CgroupFs.find();
        for (String controller : List.of("memory", "cpu", "pids")) {
            fs.map(here -> here.absence(controller))
                    .orElse(Optional.of("nowhere, since no cgroup2 is mounted"))
                    .ifPresent(why -> missing.put(controller, why));
        }
        return new CgroupForest(
                wanted.stream().filter(Pod::hasRecord).map(CgroupWalk::of).toList(), missing);
    }

    /** All of it. */
    public PodView view(Pod pod) {
        return new PodSight(pod, namespaces(pod), cgroups(List.of(pod))).look();
    }

    /** A pod as it is now; empty if it is gone, or another one has its name. */
    public Optional<Pod> again(Pod pod) {
        return pods.find(pod.name()).filter(now -> now.id().equals(pod.id()));
    }
}
