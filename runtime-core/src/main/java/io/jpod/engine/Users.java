package io.jpod.engine;

import io.jpod.container.ContainerException;
import io.jpod.linux.Linux;
import io.jpod.linux.RootedPaths;
import io.jpod.oci.Process;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Who {@code USER[:GROUP]} is. A number is always an id and a name always a name, so that no text can be taken for another
 * user than it says (CVE-2026-30892).
 */
public final class Users {
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
     * A user who stands in passwd has the group that it gives, and the further groups of /etc/group; an id that does not has
     * group 0. With a group there are no others. So do docker and podman.
     *
     * @param umask null: the default
     */
    Process.User find(String text, @Nullable Integer umask) {
        String[] parts = text.split(":", -1);
        if (parts.length > 2 || parts[0].isEmpty() || parts[parts.length - 1].isEmpty()) {
            throw new InvalidWish("user", "must be USER or USER:GROUP, is \"" + text + "\"");
        }
        boolean isId = NUMBER.matcher(parts[0]).matches();
        long id = isId ? id(parts[0]) : 0;
        Optional<Entry> known = entries("/etc/passwd", 4)
                .filter(entry -> isId ? entry.id() == id : entry.name().equals(parts[0]))
                .findFirst();
        if (known.isEmpty() && !isId) {
            throw new InvalidWish("user", "there is no " + parts[0] + " in the container's /etc/passwd");
        }
        long uid = known.map(Entry::id).orElse(id);
        if (parts.length == 2) {
            return new Process.User(uid, group(parts[1]), umask, List.of());
        }
        return new Process.User(
                uid,
                known.flatMap(entry -> idIn(entry.fields()[3])).orElse(0L),
                umask,
                known.map(entry -> furtherGroups(entry.name())).orElse(List.of()));
    }

    private long group(String group) {
        if (NUMBER.matcher(group).matches()) {
            return id(group);
        }
        return entries("/etc/group", 3)
                .filter(entry -> entry.name().equals(group))
                .findFirst()
                .map(Entry::id)
                .orElseThrow(
                        () -> new InvalidWish("user", "there is no group " + group + " in the container's /etc/group"));
    }

    static long id(String number) {
        return idIn(number)
                .orElseThrow(() -> new ContainerException(
                        "no user or group id: " + number + " (they go from 0 to " + LARGEST_ID + ")"));
    }

    private static Optional<Long> idIn(String number) {
        return number.matches("\\d{1,10}") && Long.parseLong(number) <= LARGEST_ID
                ? Optional.of(Long.parseLong(number))
                : Optional.empty();
    }

    private List<Long> furtherGroups(String user) {
        return entries("/etc/group", 4)
                .filter(entry -> List.of(entry.fields()[3].split(",")).contains(user))
                .map(Entry::id)
                .toList();
    }

    private record Entry(String name, long id, String[] fields) {}

    /** passwd(5), group(5): a line that is too short, or whose id is none, means nobody, and the others what they say. */
    private Stream<Entry> entries(String file, int least) {
        return rootfs.readText(file, LARGEST_FILE).orElse("").lines().flatMap(line -> {
            String[] fields = line.strip().split(":", -1);
            return fields.length < least
                    ? Stream.empty()
                    : idIn(fields[2]).map(id -> new Entry(fields[0], id, fields)).stream();
        });
    }

    /** The host's, passwd(5): names by uid. */
    public static Map<String, String> names() {
        Map<String, String> names = new HashMap<>();
        for (String line : Linux.readText("/etc/passwd", 16 << 20).lines().toList()) {
            String[] fields = line.split(":", 4);
            if (fields.length == 4) {
                names.putIfAbsent(fields[2], fields[0]);
            }
        }
        return names;
    }
}
