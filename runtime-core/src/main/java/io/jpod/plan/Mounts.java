package io.jpod.plan;

import static io.jpod.abi.Flags.MOUNT_ATTR_NOATIME;
import static io.jpod.abi.Flags.MOUNT_ATTR_NODEV;
import static io.jpod.abi.Flags.MOUNT_ATTR_NODIRATIME;
import static io.jpod.abi.Flags.MOUNT_ATTR_NOEXEC;
import static io.jpod.abi.Flags.MOUNT_ATTR_NOSUID;
import static io.jpod.abi.Flags.MOUNT_ATTR_NOSYMFOLLOW;
import static io.jpod.abi.Flags.MOUNT_ATTR_RDONLY;
import static io.jpod.abi.Flags.MOUNT_ATTR_STRICTATIME;
import static io.jpod.abi.Flags.MOUNT_ATTR__ATIME;

import io.jpod.abi.Flags;
import io.jpod.plan.MountOptions.Propagation;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Every mount option of the runtime-spec (config.md, "Linux mount options"), in one table. What is not in it goes to the
 * file system as its own data, as the spec demands.
 */
public final class Mounts {

    /** What a word means. */
    private sealed interface Meaning {}

    /** A flag of the mount, or of it and all below: set these bits after clearing those. */
    private record Attribute(long set, long clear, boolean recursive) implements Meaning {}

    /** A flag of the file system, by its name in fsconfig(2). */
    private record Superblock(String flag) implements Meaning {}

    private record Propagate(long flag) implements Meaning {}

    private record Bind() implements Meaning {}

    private record Remount() implements Meaning {}

    private record CopyUp() implements Meaning {}

    /**
     * Nothing to do: {@code defaults} says so itself; the kernel decides {@code iversion} by file system since 4.16, and
     * {@code silent} is about the kernel log, which fsopen(2) does not write to.
     */
    private record Nothing() implements Meaning {}

    private static final Map<String, Meaning> TABLE = new LinkedHashMap<>();

    static {
        for (String word : List.of("defaults", "iversion", "noiversion", "silent", "loud")) {
            TABLE.put(word, new Nothing());
        }
        for (String word : List.of("sync", "async", "dirsync", "lazytime", "nolazytime", "mand", "nomand")) {
            TABLE.put(word, new Superblock(word));
        }
        attribute("ro", "rw", MOUNT_ATTR_RDONLY);
        attribute("nosuid", "suid", MOUNT_ATTR_NOSUID);
        attribute("nodev", "dev", MOUNT_ATTR_NODEV);
        attribute("noexec", "exec", MOUNT_ATTR_NOEXEC);
        attribute("nodiratime", "diratime", MOUNT_ATTR_NODIRATIME);
        attribute("nosymfollow", "symfollow", MOUNT_ATTR_NOSYMFOLLOW);
        // The access time is one field of three values, not a bit: relatime is 0, and the default.
        attribute("noatime", "atime", MOUNT_ATTR_NOATIME, MOUNT_ATTR__ATIME);
        attribute("strictatime", "nostrictatime", MOUNT_ATTR_STRICTATIME, MOUNT_ATTR__ATIME);
        attribute("relatime", "norelatime", 0, MOUNT_ATTR__ATIME);
        propagation("shared", Flags.MS_SHARED);
        propagation("slave", Flags.MS_SLAVE);
        propagation("private", Flags.MS_PRIVATE);
        propagation("unbindable", Flags.MS_UNBINDABLE);
        TABLE.put("bind", new Bind());
        TABLE.put("rbind", new Bind());
        TABLE.put("remount", new Remount());
        TABLE.put("tmpcopyup", new CopyUp());
    }

    /** All that a mount can be, MOUNT_ATTR_ bits. */
    static final long ATTRIBUTES = MOUNT_ATTR_RDONLY
            | MOUNT_ATTR_NOSUID
            | MOUNT_ATTR_NODEV
            | MOUNT_ATTR_NOEXEC
            | MOUNT_ATTR_NODIRATIME
            | MOUNT_ATTR_NOSYMFOLLOW
            | MOUNT_ATTR__ATIME;

    private Mounts() {}

    private static void attribute(String on, String off, long bit) {
        attribute(on, off, bit, bit);
    }

    private static void attribute(String on, String off, long bit, long field) {
        TABLE.put(on, new Attribute(bit, field, false));
        TABLE.put(off, new Attribute(0, field, false));
        TABLE.put("r" + on, new Attribute(bit, field, true));
        TABLE.put("r" + off, new Attribute(0, field, true));
    }

    private static void propagation(String word, long flag) {
        TABLE.put(word, new Propagate(flag));
        TABLE.put("r" + word, new Propagate(flag));
    }

    /** Every word that jpod knows, for {@code jpod features}. */
    public static Set<String> words() {
        return new TreeSet<>(TABLE.keySet());
    }

    /** Sorts the words of {@code mounts[i].options}. The last of two that contradict each other wins, as in mount(8). */
    static MountOptions parse(List<String> words) {
        boolean bind = false;
        boolean recursive = false;
        boolean remount = false;
        boolean copyUp = false;
        long[] own = new long[2];
        long[] below = new long[2];
        List<String> superblock = new ArrayList<>();
        List<Propagation> propagation = new ArrayList<>();
        List<String> data = new ArrayList<>();
        for (String word : words) {
            switch (TABLE.get(word)) {
                case Attribute attribute -> apply(attribute, attribute.recursive() ? below : own);
                case Superblock flag -> superblock.add(flag.flag());
                case Propagate(long flag) -> propagation.add(new Propagation(flag, word.startsWith("r")));
                case Bind _ -> {
                    bind = true;
                    recursive |= word.equals("rbind");
                }
                case Remount _ -> remount = true;
                case CopyUp _ -> copyUp = true;
                case Nothing _ -> {}
                case null -> data.add(word);
            }
        }
        return new MountOptions(
                bind,
                recursive,
                remount,
                copyUp,
                own[0],
                own[1],
                below[0],
                below[1],
                superblock,
                propagation,
                data,
                words);
    }

    private static void apply(Attribute attribute, long[] setAndClear) {
        setAndClear[0] = setAndClear[0] & ~attribute.clear() | attribute.set();
        setAndClear[1] |= attribute.clear();
    }
}
