package io.jpod.cgroup;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where the cgroup file systems are, from {@code /proc/self/mountinfo} (proc_pid_mountinfo(5)).
 *
 * @param v2 mount points of cgroup2, the usual ones first
 * @param v1 mount points of cgroup v1 by controller, under the controller's name in v2
 */
record CgroupMounts(List<String> v2, Map<String, String> v1) {
    private static final List<String> USUAL = List.of("/sys/fs/cgroup", "/sys/fs/cgroup/unified");
    private static final Pattern OCTAL = Pattern.compile("\\\\([0-7]{3})");

    private static final int MOUNT_POINT = 4;

    static CgroupMounts parse(String mountinfo) {
        List<String> v2 = new ArrayList<>();
        Map<String, String> v1 = new HashMap<>();
        mountinfo.lines().forEach(line -> {
            int dash = line.indexOf(" - ");
            if (dash < 0) {
                return;
            }
            String[] mount = line.substring(0, dash).split(" ");
            String[] source = line.substring(dash + 3).split(" ");
            if (mount.length <= MOUNT_POINT || source.length < 3) {
                return;
            }
            String at = unescape(mount[MOUNT_POINT]);
            switch (source[0]) {
                case "cgroup2" -> v2.add(at);
                case "cgroup" -> {
                    for (String option : source[2].split(",")) {
                        v1.putIfAbsent(option.equals("blkio") ? "io" : option, at);
                    }
                }
                default -> {}
            }
        });
        v2.sort((a, b) -> Integer.compare(rank(a), rank(b)));
        return new CgroupMounts(List.copyOf(v2), Map.copyOf(v1));
    }

    private static int rank(String mountPoint) {
        int usual = USUAL.indexOf(mountPoint);
        return usual < 0 ? USUAL.size() : usual;
    }

    /** Space, tab, line feed and backslash are written as \040, \011, \012 and \134. */
    private static String unescape(String field) {
        Matcher matcher = OCTAL.matcher(field);
        return matcher.replaceAll(
                octal -> Matcher.quoteReplacement(String.valueOf((char) Integer.parseInt(octal.group(1), 8))));
    }
}
