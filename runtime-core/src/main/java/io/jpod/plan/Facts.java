package io.jpod.plan;

import io.jpod.abi.Arch;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What the {@link Planner} needs to know of the world, gathered beforehand, so that it can stay pure.
 *
 * @param lastCapability the highest capability number of this kernel (/proc/sys/kernel/cap_last_cap)
 * @param cgroupRoot where the cgroup2 file system is mounted; null: nowhere
 * @param limits which files a cgroup there has, for limits that have two spellings (io.bfq.weight, rsvd)
 * @param fileSources sources of bind mounts that are not directories, as the spec writes them
 * @param procSources sources of bind mounts on /proc that are the root of a procfs, as the spec writes them
 * @param devices those of {@code linux.devices} that the root file system has already, by their paths
 * @param stdioToChown those of 0, 1, 2 that are pipes, sockets or terminals of another owner
 * @param home the home directory that the root file system's /etc/passwd gives the user; null: none
 * @param tmpfsModes permission bits of directories that the spec mounts a tmpfs on, by the places that they are at
 * @param covered directories of the host that mounts will cover which begin with a copy of them, by their index in the spec
 * @param capabilities bit set of what the container's process will have at first: the caller's permitted set
 * @param apparmor whether the kernel has it switched on
 * @param places where paths of the container lead that have links of the image in them: destinations of mounts, directories
 *     of devices, the working directory
 * @param hostMounts without pivot_root: where the host has something mounted that must not stay within reach, innermost first
 */
public record Facts(
        Arch arch,
        int lastCapability,
        @Nullable String cgroupRoot,
        Limits.Facts limits,
        Set<String> fileSources,
        Set<String> procSources,
        Set<String> devices,
        List<Integer> stdioToChown,
        @Nullable String home,
        Map<String, Integer> tmpfsModes,
        Map<Integer, Covered> covered,
        long capabilities,
        boolean apparmor,
        Map<String, String> places,
        List<HostMount> hostMounts) {

    /** @param closed whether it lies below a directory that not everybody may go through */
    public record HostMount(String point, boolean closed) {}

    public Facts {
        fileSources = Set.copyOf(fileSources);
        procSources = Set.copyOf(procSources);
        devices = Set.copyOf(devices);
        stdioToChown = List.copyOf(stdioToChown);
        tmpfsModes = Map.copyOf(tmpfsModes);
        covered = Map.copyOf(covered);
        places = Map.copyOf(places);
        hostMounts = List.copyOf(hostMounts);
    }

    /** @param path below a directory of the host, from which no link in it leads out */
    public record Covered(String directory, String path) {}

    /** Where a path of the container leads. */
    String place(String path) {
        String clean = clean(path);
        return places.getOrDefault(clean, clean);
    }

    /** An absolute path without empty components, "." and a slash at the end, which change nothing. */
    public static String clean(String path) {
        if (!path.endsWith("/") && !path.contains("//") && !path.contains("/.")) {
            return path;
        }
        return Stream.of(path.split("/"))
                .filter(component -> !component.isEmpty() && !component.equals("."))
                .collect(Collectors.joining("/", "/", ""));
    }
}
