package io.jpod.cli.show;

import io.jpod.cgroup.Cgroup;
import io.jpod.cgroup.CgroupStats;
import io.jpod.cgroup.CgroupUse;
import io.jpod.cli.command.Jpod;
import io.jpod.container.Container;
import io.jpod.engine.PodContainers;
import io.jpod.json.JsonWriter;
import io.jpod.net.Attachment;
import io.jpod.oci.IdMapping;
import io.jpod.oci.NamespaceType;
import io.jpod.pod.NamespaceMatrix;
import io.jpod.pod.NamespaceMatrix.Kind;
import io.jpod.pod.NamespaceMatrix.Row;
import io.jpod.pod.Pod;
import io.jpod.pod.PodSpec;
import io.jpod.pod.Survey;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What is known of a pod, with the names that podman has for it where it means the same. */
public final class PodFacts {
    private PodFacts() {}

    public static Map<String, @Nullable Object> of(Jpod jpod, Pod pod) {
        PodSpec spec = pod.spec();
        Map<String, @Nullable Object> facts = new LinkedHashMap<>();
        facts.put("Id", pod.id());
        facts.put("Name", pod.name());
        facts.put("Created", pod.created().map(Object::toString).orElse(""));
        facts.put("State", pod.status().title());
        facts.put("Hostname", spec.hostname());
        facts.put("Labels", Map.copyOf(spec.labels()));
        facts.put("CgroupParent", spec.cgroupParent());
        facts.put("CgroupPath", pod.cgroupPath().orElse(null));
        facts.put("SharedNamespaces", names(spec.share()));
        facts.put("HostNamespaces", names(spec.host()));
        List<Container> containers = PodContainers.inOrder(pod);
        facts.put("NumContainers", (long) containers.size());
        facts.put("Containers", containers.stream().map(PodFacts::member).toList());
        facts.put("Namespaces", namespaces(jpod, pod));
        facts.put("InitPid", (long) pod.init());
        facts.put("UserMappings", pod.mappings().stream().map(PodFacts::mapping).toList());
        facts.put("ShmSize", spec.shmSize());
        facts.put("Sysctls", Map.copyOf(spec.sysctl()));
        facts.put("Dns", dns(spec.dns()));
        facts.put(
                "Hosts",
                spec.hosts().stream()
                        .map(entry -> JsonWriter.tree(json -> json.text("Address", String.valueOf(entry.address()))
                                .allTexts("Names", entry.names())))
                        .toList());
        facts.put("Networks", pod.attachments().stream().map(PodFacts::network).toList());
        facts.put("Limits", limits(pod));
        facts.put("Directory", pod.directory().toString());
        return facts;
    }

    static List<String> names(Collection<NamespaceType> types) {
        return types.stream().map(NamespaceType::procName).sorted().toList();
    }

    private static Map<String, @Nullable Object> member(Container container) {
        return JsonWriter.tree(json -> json.text("Id", container.id())
                .text("Name", container.id())
                .text("State", container.status().jsonName()));
    }

    private static Map<String, @Nullable Object> namespaces(Jpod jpod, Pod pod) {
        Map<NamespaceType, String> pins = pod.namespaces();
        Map<String, @Nullable Object> namespaces = new LinkedHashMap<>();
        for (Row row : new Survey(jpod.pods()).namespaces(pod).rows()) {
            if (row.kind() != Kind.POD) {
                continue;
            }
            for (NamespaceType type : NamespaceMatrix.COLUMNS) {
                if (pins.containsKey(type) || pod.spec().host().contains(type)) {
                    namespaces.put(
                            type.procName(),
                            JsonWriter.tree(json -> json.value("Path", pins.get(type))
                                    .value("Inode", row.inode(type).orElse(null))));
                }
            }
        }
        return namespaces;
    }

    private static Map<String, @Nullable Object> mapping(IdMapping mapping) {
        return JsonWriter.tree(json -> json.number("ContainerID", mapping.containerID())
                .number("HostID", mapping.hostID())
                .number("Size", mapping.size()));
    }

    private static Map<String, @Nullable Object> dns(PodSpec.Dns dns) {
        return JsonWriter.tree(json -> json.allTexts("Servers", dns.servers())
                .allTexts("Searches", dns.searches())
                .allTexts("Options", dns.options()));
    }

    private static Map<String, @Nullable Object> network(Attachment attachment) {
        return JsonWriter.tree(json -> json.text("Name", attachment.network())
                .text("Interface", attachment.ifname())
                .text("HostInterface", attachment.hostInterface())
                .text("MacAddress", attachment.mac())
                .allTexts("Addresses", attachment.addresses())
                .allTexts("Gateways", attachment.gateways())
                .value(
                        "Ports",
                        attachment.ports().stream()
                                .map(port -> JsonWriter.tree(port::write))
                                .toList()));
    }

    /** As its cgroup has them; null: the host cannot say, since the controller is not there. */
    private static Map<String, @Nullable Object> limits(Pod pod) {
        try (Cgroup cgroup = pod.cgroup().orElse(null)) {
            CgroupUse use = cgroup == null ? null : cgroup.use();
            return JsonWriter.tree(json -> json.value("Memory", use == null ? null : number(use.memoryLimit()))
                    .value("CpuQuota", use == null ? null : number(use.cpuQuota()))
                    .value("CpuPeriod", use == null ? null : number(use.cpuPeriod()))
                    .value("Pids", use == null ? null : number(use.tasksLimit())));
        }
    }

    /** No limit is "max", as the kernel writes it. */
    private static @Nullable Object number(@Nullable Long number) {
        return number != null && number == CgroupStats.UNLIMITED ? "max" : number;
    }

    /**
     * One line of {@code pod ps}.
     *
     * @param containers of the pod, without those that only look into it
     */
    public static Map<String, @Nullable Object> row(Pod pod, List<Container> containers) {
        List<String> statuses =
                containers.stream().map(each -> each.status().jsonName()).toList();
        List<Map<String, @Nullable Object>> members = new ArrayList<>();
        containers.forEach(each -> members.add(member(each)));
        Map<String, @Nullable Object> row = new LinkedHashMap<>();
        row.put("Id", pod.id());
        row.put("Name", pod.name());
        row.put(
                "Status",
                pod.status(containers.stream().map(Container::status).toList()).title());
        row.put("Created", pod.created().map(Object::toString).orElse(""));
        row.put(
                "CreatedHuman",
                pod.created()
                        .map(created -> Ago.since(created, java.time.Instant.now()))
                        .orElse(""));
        row.put("Cgroup", pod.cgroupPath().orElse(""));
        row.put("NumberOfContainers", (long) containers.size());
        row.put("Containers", members);
        row.put("ContainerIds", ids(containers));
        row.put("ContainerNames", ids(containers));
        row.put("ContainerStatuses", String.join(",", statuses));
        row.put("Networks", networks(pod));
        row.put("Namespaces", pod.id().isEmpty() ? List.of() : names(pod.spec().share()));
        row.put("Labels", pod.id().isEmpty() ? Map.of() : Map.copyOf(pod.spec().labels()));
        return row;
    }

    private static List<String> networks(Pod pod) {
        return pod.id().isEmpty()
                ? List.of()
                : pod.spec().networks().stream().map(PodSpec.Connection::name).toList();
    }

    private static String ids(List<Container> containers) {
        return String.join(",", containers.stream().map(Container::id).toList());
    }

    public static String brief(String id) {
        return id.substring(0, Math.min(12, id.length()));
    }
}
