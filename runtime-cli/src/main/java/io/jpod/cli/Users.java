package io.jpod.cli;

import io.jpod.container.ContainerException;
import io.jpod.linux.RootedPaths;
import io.jpod.oci.Spec;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Who {@code USER[:GROUP]} is. A number is always an id and a name always a name, so that no text can be taken for another
 * user than it says (CVE-2026-30892).
 */
final class Users {
    private static final Pattern NUMBER = Pattern.compile("[+-]?\\d+");
    private static final int LARGEST_FILE = 4 << 20;

    /** 2^32-1 is "no id" to the kernel. */
    private static final long LARGEST_ID = 0xffff_fffeL;

    private final RootedPaths rootfs;

    /** @param rootfs whose /etc/passwd and /etc/group count */
    Users(RootedPaths rootfs) {
        this.rootfs = rootfs;
    }

    /**
     * A user by id has the group that passwd gives it, or 0; a user by name has the further groups of /etc/group too. With a
     * group there are no others.
     */
    Spec.User find(String text) {
        return find(text, null);
    }

    /** @param base what a user by id has beside its id; null: as in {@link #find(String)} */
    Spec.User find(String text, Spec.@Nullable User base) {
        String[] parts = text.split(":", -1);
        if (parts.length > 2 || parts[0].isEmpty() || parts[parts.length - 1].isEmpty()) {
            throw new ContainerException("--user: must be USER or USER:GROUP, is \"" + text + "\"");
        }
        String group = parts.length == 2 ? parts[1] : null;
        if (NUMBER.matcher(parts[0]).matches()) {
            return byId(id(parts[0]), group, base);
        }
        String[] entry = entry("/etc/passwd", fields -> fields[0].equals(parts[0]))
                .orElseThrow(() ->
                        new ContainerException("--user: there is no " + parts[0] + " in the container's /etc/passwd"));
        long uid = id(entry[2]);
        Integer umask = base == null ? null : base.umask();
        return group == null
                ? new Spec.User(uid, id(entry[3]), umask, furtherGroups(parts[0]))
                : new Spec.User(uid, group(group), umask, List.of());
    }

    private Spec.User byId(long uid, @Nullable String group, Spec.@Nullable User base) {
        if (base != null) {
            return new Spec.User(uid, group == null ? base.gid() : group(group), base.umask(), base.additionalGids());
        }
        if (group != null) {
            return new Spec.User(uid, group(group), null, List.of());
        }
        long gid = entry("/etc/passwd", fields -> fields[2].equals(Long.toString(uid)))
                .map(fields -> id(fields[3]))
                .orElse(0L);
        return new Spec.User(uid, gid, null, List.of());
    }

    private long group(String group) {
        if (NUMBER.matcher(group).matches()) {
            return id(group);
        }
        return entry("/etc/group", fields -> fields[0].equals(group))
                .map(fields -> id(fields[2]))
                .orElseThrow(() -> new ContainerException(
                        "--user: there is no group " + group + " in the container's /etc/group"));
    }

    static long id(String number) {
        if (number.matches("\\d{1,10}") && Long.parseLong(number) <= LARGEST_ID) {
            return Long.parseLong(number);
        }
        throw new ContainerException("no user or group id: " + number + " (they go from 0 to " + LARGEST_ID + ")");
    }

    private List<Long> furtherGroups(String user) {
        List<Long> groups = new ArrayList<>();
        for (String line : lines("/etc/group")) {
            String[] fields = line.split(":", -1);
            if (fields.length >= 4 && List.of(fields[3].split(",")).contains(user)) {
                groups.add(id(fields[2]));
            }
        }
        return groups;
    }

    /** passwd(5), group(5): lines that are too short mean nobody. */
    private Optional<String[]> entry(String file, Predicate<String[]> wanted) {
        return lines(file).stream()
                .map(line -> line.split(":", -1))
                .filter(fields -> fields.length >= 4 && wanted.test(fields))
                .findFirst();
    }

    private List<String> lines(String file) {
        return rootfs.readText(file, LARGEST_FILE).orElse("").lines().toList();
    }
}
