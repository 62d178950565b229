package io.jpod.cgroup;

import io.jpod.linux.MountTable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Where the cgroup file systems are, from {@code /proc/self/mountinfo} (proc_pid_mountinfo(5)).
 *
 * @param v2 mount points of cgroup2, the usual ones first
 * @param v1 mount points of cgroup v1 by controller, under the controller's name in v2
 */
record CgroupMounts(List<String> v2, Map<String, String> v1) {
    private static final List<String> USUAL = List.of("/sys/fs/cgroup", "/sys/fs/cgroup/unified");

    static CgroupMounts parse(String mountinfo) {
        List<String> v2 = new ArrayList<>();
        Map<String, String> v1 = new HashMap<>();
        for (MountTable.Mount mount : MountTable.parse(mountinfo)) {
            switch (mount.type()) {
                case "cgroup2" -> v2.add(mount.point());
                case "cgroup" -> {
                    for (String option : mount.options().split(",")) {
                        v1.putIfAbsent(option.equals("blkio") ? "io" : option, mount.point());
                    }
                }
                default -> {}
            }
        }
        v2.sort((a, b) -> Integer.compare(rank(a), rank(b)));
        return new CgroupMounts(List.copyOf(v2), Map.copyOf(v1));
    }

    private static int rank(String mountPoint) {
        int usual = USUAL.indexOf(mountPoint);
        return usual < 0 ? USUAL.size() : usual;
    }
}
