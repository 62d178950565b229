package io.jpod.linux;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The mounts of a mount namespace, proc_pid_mountinfo(5). */
public final class MountTable {
    private static final Pattern OCTAL = Pattern.compile("\\\\([0-7]{3})");
    private static final int MOUNT_POINT = 4;

    private MountTable() {}

    /**
     * @param root what of the file system is seen there, for nsfs such as {@code net:[4026531840]}
     * @param point where it is mounted
     * @param options of the file system, separated by commas
     */
    public record Mount(String root, String point, String type, String options) {}

    /** Those that this process sees, in the order in which they were mounted. */
    public static List<Mount> own() {
        return parse(Linux.readText("/proc/self/mountinfo", 64 << 20));
    }

    public static List<Mount> parse(String mountinfo) {
        return mountinfo.lines().flatMap(MountTable::parseLine).toList();
    }

    private static Stream<Mount> parseLine(String line) {
        int dash = line.indexOf(" - ");
        if (dash < 0) {
            return Stream.empty();
        }
        String[] mount = line.substring(0, dash).split(" ");
        String[] source = line.substring(dash + 3).split(" ");
        return mount.length <= MOUNT_POINT || source.length < 3
                ? Stream.empty()
                : Stream.of(new Mount(
                        unescape(mount[MOUNT_POINT - 1]), unescape(mount[MOUNT_POINT]), source[0], source[2]));
    }

    /** The mount points below a directory, those that were mounted last first. */
    public static List<String> below(String directory) {
        return own().reversed().stream()
                .map(Mount::point)
                .filter(point -> point.startsWith(directory + "/"))
                .toList();
    }

    /** Space, tab, line feed and backslash are written as \040, \011, \012 and \134. */
    private static String unescape(String field) {
        Matcher matcher = OCTAL.matcher(field);
        return matcher.replaceAll(
                octal -> Matcher.quoteReplacement(String.valueOf((char) Integer.parseInt(octal.group(1), 8))));
    }
}
