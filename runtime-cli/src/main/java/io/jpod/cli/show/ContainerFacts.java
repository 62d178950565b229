package io.jpod.cli.show;

import io.jpod.cgroup.Cgroup;
import io.jpod.cli.command.Jpod;
import io.jpod.container.Container;
import io.jpod.json.JsonWriter;
import io.jpod.oci.NamespaceType;
import io.jpod.oci.SpecWriter;
import io.jpod.oci.State;
import io.jpod.oci.State.Status;
import io.jpod.pod.NamespaceMatrix;
import io.jpod.pod.NamespaceMatrix.Kind;
import io.jpod.pod.NamespaceMatrix.Row;
import io.jpod.pod.Pod;
import io.jpod.pod.Survey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** What is known of a container, with the names that podman has for it where it means the same. */
public final class ContainerFacts {
    private ContainerFacts() {}

    public static Map<String, @Nullable Object> of(Jpod jpod, Container container) {
        State runtime = container.state();
        Map<String, @Nullable Object> facts = new LinkedHashMap<>();
        facts.put("Id", container.id());
        facts.put("Name", container.id());
        facts.put("Created", text(container.created()));
        facts.put("State", state(container, runtime.status()));
        container.damage().ifPresent(why -> facts.put("Damage", why));
        facts.put("Pod", jpod.pods().of(container).map(Pod::name).orElse(null));
        facts.put("Namespaces", namespaces(jpod, container));
        facts.put("CgroupPath", container.cgroupPath().orElse(null));
        facts.put("LogPath", container.log().exists() ? container.log().newest().toString() : null);
        facts.put("Bundle", runtime.bundle());
        facts.put("Rootfs", runtime.rootfs());
        facts.put("Annotations", container.annotations());
        facts.put("Config", runtime.created() == null ? null : SpecWriter.tree(container.spec()));
        return facts;
    }

    private static String text(Optional<Instant> time) {
        return time.map(Instant::toString).orElse("");
    }

    private static Map<String, @Nullable Object> state(Container container, Status status) {
        OptionalInt code = container.exitCode();
        return JsonWriter.tree(json -> json.text("Status", status.jsonName())
                .flag("Running", status == Status.RUNNING || status == Status.PAUSED)
                .flag("Paused", status == Status.PAUSED)
                .number("Pid", container.pid())
                .flag("OOMKilled", isOomKilled(container))
                .value("ExitCode", code.isPresent() ? (Object) (long) code.getAsInt() : null)
                .text("StartedAt", text(started(container)))
                .text("FinishedAt", text(finished(container))));
    }

    /** Whether the kernel took a process of it for want of memory: of its own, or of the pod that it is in. */
    private static boolean isOomKilled(Container container) {
        try (Cgroup cgroup = container.cgroup().orElse(null)) {
            return cgroup != null && cgroup.oomKills() > 0;
        }
    }

    /**
     * When its program began. Nothing says so but its directory, in which something has changed then for the last time,
     * unless limits were updated: then all that is known is when it was made.
     */
    public static Optional<Instant> started(Container container) {
        Status status = container.status();
        if (status == Status.CREATED || status == Status.CREATING || status == Status.DAMAGED) {
            return Optional.empty();
        }
        Optional<Instant> created = container.created();
        Optional<Instant> updated = modified(container.directory().resolve("config.json"));
        boolean wasUpdated = updated.isPresent()
                && created.isPresent()
                && updated.get().isAfter(created.get().plusSeconds(1));
        return wasUpdated ? created : modified(container.directory());
    }

    private static Optional<Instant> modified(Path file) {
        try {
            return Optional.of(Files.getLastModifiedTime(file).toInstant());
        } catch (IOException gone) {
            return Optional.empty();
        }
    }

    /** When its monitor wrote its exit code. */
    public static Optional<Instant> finished(Container container) {
        return container.exitCode().isEmpty() ? Optional.empty() : modified(container.exitFile());
    }

    private static Map<String, @Nullable Object> namespaces(Jpod jpod, Container container) {
        NamespaceMatrix matrix = new Survey(jpod.pods()).namespaces(List.of(container));
        Map<String, @Nullable Object> namespaces = new LinkedHashMap<>();
        for (Row row : matrix.rows()) {
            if (row.kind() != Kind.CONTAINER || row.pid() == 0) {
                continue;
            }
            for (NamespaceType type : NamespaceMatrix.COLUMNS) {
                String whose = matrix.whose(row, type)
                        .map(who -> who.name().toLowerCase(Locale.ROOT))
                        .orElse(null);
                namespaces.put(
                        type.procName(),
                        JsonWriter.tree(json -> json.text("Path", "/proc/" + row.pid() + "/ns/" + type.procName())
                                .value("Inode", row.inode(type).orElse(null))
                                .value("Of", whose)));
            }
        }
        return namespaces;
    }
}
