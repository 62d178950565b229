package io.jpod.pod;

import io.jpod.oci.IdMapping;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * All that there is to see of a pod at one moment.
 *
 * @param hostname null: containers have their own, or the host's
 * @param created null: not known
 * @param mappings of its user namespace; empty: it has none
 * @param interfaces of its network namespace; empty if that is the host's, or cannot be entered
 * @param files what containers have in common, and where each sees it
 * @param init what runs beside the containers; empty without a shared pid namespace
 */
public record PodView(
        String name,
        String id,
        PodStatus status,
        @Nullable String hostname,
        @Nullable Instant created,
        Instant taken,
        Map<String, String> labels,
        List<IdMapping> mappings,
        NamespaceMatrix namespaces,
        CgroupForest cgroups,
        List<Interface> interfaces,
        List<SharedFile> files,
        List<Process> init,
        List<Member> containers) {
    public PodView {
        labels = Map.copyOf(labels);
        mappings = List.copyOf(mappings);
        interfaces = List.copyOf(interfaces);
        files = List.copyOf(files);
        init = List.copyOf(init);
        containers = List.copyOf(containers);
    }

    /**
     * @param network that it connects to; null: none of jpod's
     * @param addresses with prefix length, such as 10.89.0.2/24
     * @param ports of the host that lead to it, such as 0.0.0.0:8080->80/tcp
     */
    public record Interface(
            String name, @Nullable String network, boolean isUp, List<String> addresses, List<String> ports) {
        public Interface {
            addresses = List.copyOf(addresses);
            ports = List.copyOf(ports);
        }
    }

    /**
     * A file, directory or file system that more than one container has, or would have.
     *
     * @param source what it is on the host; a word such as mqueue for what only the kernel has
     * @param destination where containers see it
     * @param containers those that do, by id
     */
    public record SharedFile(String destination, String source, List<String> containers) {
        public SharedFile {
            containers = List.copyOf(containers);
        }
    }

    /**
     * A container.
     *
     * @param status as {@code state} calls it
     * @param pid of its first process; 0: it has ended
     * @param rootfs its root directory on the host; null: its config cannot be read
     * @param mounts those that it has alone
     */
    public record Member(
            String id,
            String status,
            int pid,
            @Nullable String rootfs,
            List<OwnMount> mounts,
            List<Process> processes) {
        public Member {
            mounts = List.copyOf(mounts);
            processes = List.copyOf(processes);
        }
    }

    /** @param source the type for what is no bind mount */
    public record OwnMount(String destination, String source) {}

    /**
     * @param pid in our pid namespace
     * @param pidInside in its own
     */
    public record Process(int pid, int pidInside, String command) {}
}
