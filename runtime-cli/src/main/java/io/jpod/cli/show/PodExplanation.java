package io.jpod.cli.show;

import io.jpod.cli.command.Jpod;
import io.jpod.container.Container;
import io.jpod.oci.NamespaceType;
import io.jpod.pod.Pod;
import io.jpod.pod.PodSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** A pod as one plan: who shares what, and why; what made the pod, and what makes each of its containers. */
public final class PodExplanation {
    private PodExplanation() {}

    public static String of(Jpod jpod, Pod pod) {
        StringBuilder text = new StringBuilder();
        text.append("pod ").append(pod.name()).append("\n\n");
        sharing(text, pod.spec());
        text.append('\n').append(indented(pod.plan().toString()));
        for (Container container : pod.containers()) {
            text.append("\ncontainer ").append(container.id()).append("\n\n");
            text.append(indented(jpod.engine().explain(container).toString()));
        }
        return text.toString();
    }

    private static void sharing(StringBuilder text, PodSpec spec) {
        Table table = new Table("NAMESPACE", "WHOSE", "WHY");
        for (NamespaceType type : NamespaceType.values()) {
            table.add(type.jsonName(), whose(spec, type), why(spec, type));
        }
        text.append(table);
        String shm = spec.share().contains(NamespaceType.IPC)
                ? "one tmpfs is everybody's /dev/shm, since an ipc namespace has no files"
                : "each container has its own /dev/shm";
        text.append('\n').append(shm).append('\n');
        String volumes =
                spec.volumes().stream().map(volume -> volume.destination()).collect(Collectors.joining(", "));
        text.append("files are each container's own, but for /etc/hosts, /etc/hostname, /etc/resolv.conf")
                .append(volumes.isEmpty() ? "" : " and " + volumes)
                .append('\n');
    }

    private static String whose(PodSpec spec, NamespaceType type) {
        if (spec.share().contains(type)) {
            return "the pod's";
        }
        if (spec.host().contains(type) || type == NamespaceType.USER || type == NamespaceType.TIME) {
            return "the host's";
        }
        return "each container's own";
    }

    private static String why(PodSpec spec, NamespaceType type) {
        boolean shared = spec.share().contains(type);
        return switch (type) {
            case NETWORK -> shared ? "one address, one set of ports; localhost reaches the neighbours" : "";
            case IPC -> shared ? "SysV shared memory, semaphores, queues; POSIX message queues" : "";
            case UTS -> shared ? "one host name" : "";
            case PID ->
                shared ? "neighbours see and signal each other; process 1 is the pod's init" : "each has a process 1";
            case USER ->
                shared ? "ids that only this pod has; it owns the other namespaces" : "not asked for (--userns auto)";
            case CGROUP ->
                shared ? "the pod's cgroup is the root that all see" : "each sees its own cgroup as the root";
            case MOUNT -> "its own files are what makes it a container";
            case TIME -> "nobody asked for another clock";
        };
    }

    private static String indented(String plan) {
        List<String> lines = new ArrayList<>();
        plan.lines().forEach(line -> lines.add(line.isEmpty() ? "" : "  " + line));
        return String.join("\n", lines) + "\n";
    }
}
