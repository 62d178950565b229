package io.jpod.pod;

import io.jpod.oci.NamespaceType;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Who lives in which namespaces. A namespace is told by the inode number of its file in nsfs, namespaces(7).
 *
 * @param rows what is looked at; the last one is the host
 * @param neighbours all others of the same state root, who may be in the same namespaces
 */
public record NamespaceMatrix(List<Row> rows, List<Row> neighbours) {
    /** The columns, those first that decide about the others. */
    public static final List<NamespaceType> COLUMNS = List.of(
            NamespaceType.USER,
            NamespaceType.MOUNT,
            NamespaceType.NETWORK,
            NamespaceType.IPC,
            NamespaceType.UTS,
            NamespaceType.PID,
            NamespaceType.CGROUP,
            NamespaceType.TIME);

    public NamespaceMatrix {
        rows = List.copyOf(rows);
        neighbours = List.copyOf(neighbours);
    }

    /** Who can be in a namespace. */
    public enum Kind {
        /** What a pod pins, with or without a process. */
        POD,
        /** The first process of a pod's pid namespace. */
        INIT,
        CONTAINER,
        /** Where jpod itself runs. */
        HOST
    }

    /** Whose a namespace is, from the point of view of somebody in it. */
    public enum Whose {
        /** The pod's: others of the same pod are in it, or it is pinned for them. */
        SHARED,
        /** Somebody of another pod, or of none, is in it too. */
        JOINED,
        OWN,
        HOST
    }

    /**
     * @param name of the pod or container
     * @param pod that it belongs to; null: none
     * @param pid of the process that was looked at; 0: none
     * @param inodes those that are known
     */
    public record Row(Kind kind, String name, @Nullable String pod, int pid, Map<NamespaceType, Long> inodes) {
        public Row {
            inodes = Map.copyOf(inodes);
        }

        public Optional<Long> inode(NamespaceType type) {
            return Optional.ofNullable(inodes.get(type));
        }

        private boolean isIn(Row other, NamespaceType type) {
            return inodes.containsKey(type) && inodes.get(type).equals(other.inodes.get(type));
        }
    }

    /** Empty if it is not known which namespace that is. */
    public Optional<Whose> whose(Row row, NamespaceType type) {
        if (row.inode(type).isEmpty()) {
            return Optional.empty();
        }
        if (rows.stream().anyMatch(other -> other.kind() == Kind.HOST && row.isIn(other, type))) {
            return Optional.of(Whose.HOST);
        }
        List<Row> others = others(row, type);
        if (row.kind() == Kind.POD
                || row.pod() != null && others.stream().anyMatch(other -> Objects.equals(other.pod(), row.pod()))) {
            return Optional.of(Whose.SHARED);
        }
        return Optional.of(others.isEmpty() ? Whose.OWN : Whose.JOINED);
    }

    /** Who else of this state root is in the same namespace: rows, then neighbours; without the host. */
    public List<Row> others(Row row, NamespaceType type) {
        return Stream.concat(rows.stream(), neighbours.stream())
                .filter(other -> !other.equals(row) && other.kind() != Kind.HOST && row.isIn(other, type))
                .toList();
    }

    /** The namespaces of these rows that neighbours are in too, and which. The host's are everybody's, and not among them. */
    public Map<NamespaceType, List<Row>> visitors() {
        Map<NamespaceType, List<Row>> visitors = new EnumMap<>(NamespaceType.class);
        for (NamespaceType type : COLUMNS) {
            List<Row> found = neighbours.stream()
                    .filter(neighbour -> rows.stream().anyMatch(row -> row.isIn(neighbour, type))
                            && rows.stream().noneMatch(row -> row.kind() == Kind.HOST && row.isIn(neighbour, type)))
                    .toList();
            if (!found.isEmpty()) {
                visitors.put(type, found);
            }
        }
        return visitors;
    }
}
