package io.jpod.engine;

import io.jpod.cgroup.Cgroup;
import io.jpod.cgroup.CgroupFs;
import io.jpod.cgroup.CgroupStats;
import io.jpod.cgroup.CgroupUse;
import io.jpod.container.Container;
import io.jpod.linux.Linux;
import io.jpod.linux.SyscallException;
import io.jpod.pod.Pod;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a running container uses at one moment. Null is what this host does not say.
 *
 * @param cpu nanoseconds so far
 * @param memory bytes
 * @param memoryLimit bytes: its own, the pod's, or all that the host has
 * @param net bytes received and sent by its network namespace, without loopback
 * @param block bytes read and written
 */
public record ContainerUse(
        Instant time,
        @Nullable Long cpu,
        @Nullable Long memory,
        @Nullable Long memoryLimit,
        @Nullable Traffic net,
        @Nullable Traffic block,
        long processes) {
    private static final int LARGEST = 1 << 20;

    /** Bytes. */
    public record Traffic(long in, long out) {}

    /** Empty if it has just ended. */
    public static Optional<ContainerUse> of(Pod pod, Container container) {
        int pid = container.pid();
        try (Cgroup cgroup = container.cgroup().orElse(null)) {
            if (pid == 0) {
                return Optional.empty();
            }
            if (cgroup == null) {
                return Optional.of(new ContainerUse(Instant.now(), null, null, null, net(pid), null, 1));
            }
            CgroupUse use = cgroup.use();
            return Optional.of(new ContainerUse(
                    Instant.now(),
                    use.cpuTime(),
                    use.memory(),
                    use.memory() == null ? null : limit(pod, use),
                    net(pid),
                    block(cgroup),
                    use.tasks() == null ? use.processes().size() : use.tasks()));
        }
    }

    private static @Nullable Long limit(Pod pod, CgroupUse use) {
        Long own = use.memoryLimit();
        if (own != null && own != CgroupStats.UNLIMITED) {
            return own;
        }
        try (Cgroup shared = pod.cgroup().orElse(null)) {
            Long all = shared == null ? null : shared.use().memoryLimit();
            return all != null && all != CgroupStats.UNLIMITED ? all : hostMemory();
        }
    }

    private static @Nullable Long hostMemory() {
        return Linux.readText("/proc/meminfo", LARGEST)
                .lines()
                .filter(line -> line.startsWith("MemTotal:"))
                .map(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
                .findFirst()
                .orElse(null);
    }

    private static @Nullable Traffic block(Cgroup cgroup) {
        if (CgroupFs.find().filter(fs -> fs.has("io")).isEmpty()) {
            return null;
        }
        long read = 0;
        long written = 0;
        for (CgroupStats.Device device : cgroup.stats().io().devices()) {
            read += device.readBytes();
            written += device.writtenBytes();
        }
        return new Traffic(read, written);
    }

    private static @Nullable Traffic net(int pid) {
        try {
            return net(Linux.readText("/proc/" + pid + "/net/dev", LARGEST));
        } catch (SyscallException gone) {
            return null;
        }
    }

    /** @param dev of proc(5): two lines of titles, then an interface each */
    static Traffic net(String dev) {
        long in = 0;
        long out = 0;
        for (String line : dev.lines().skip(2).toList()) {
            int colon = line.indexOf(':');
            String[] figures = line.substring(colon + 1).strip().split("\\s+");
            if (!line.substring(0, colon).strip().equals("lo")) {
                in += Long.parseLong(figures[0]);
                out += Long.parseLong(figures[8]);
            }
        }
        return new Traffic(in, out);
    }
}
