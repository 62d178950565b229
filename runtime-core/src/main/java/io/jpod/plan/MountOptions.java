package io.jpod.plan;

import static java.util.regex.Pattern.CASE_INSENSITIVE;
import static java.util.stream.Collectors.joining;

import java.util.List;
import java.util.regex.Pattern;

/**
 * The options of one mount, sorted by the system call that takes them. {@link Mounts} makes it from the words.
 *
 * @param set MOUNT_ATTR_ bits to set on the mount itself
 * @param clear MOUNT_ATTR_ bits to clear, for binds and remounts
 * @param setRecursive bits to set on it and everything below (rro, rnosuid, ...)
 * @param superblock flags of the file system: ro, sync, dirsync, mand, lazytime and their opposites
 * @param propagation shared, slave, private, unbindable; empty: leave it private
 * @param copyUp tmpcopyup: begin with what the mount covers
 * @param data what the file system itself takes: {@code size=64m}
 */
public record MountOptions(
        boolean bind,
        boolean recursive,
        boolean remount,
        boolean copyUp,
        long set,
        long clear,
        long setRecursive,
        long clearRecursive,
        List<String> superblock,
        List<Propagation> propagation,
        List<String> data,
        List<String> words) {

    public MountOptions {
        superblock = List.copyOf(superblock);
        propagation = List.copyOf(propagation);
        data = List.copyOf(data);
        words = List.copyOf(words);
    }

    /** @param flag MS_SHARED, MS_SLAVE, MS_PRIVATE or MS_UNBINDABLE */
    public record Propagation(long flag, boolean recursive) {}

    MountOptions withData(List<String> data) {
        return new MountOptions(
                bind,
                recursive,
                remount,
                copyUp,
                set,
                clear,
                setRecursive,
                clearRecursive,
                superblock,
                propagation,
                data,
                words);
    }

    /** The same without ro and rro, in the words too. */
    MountOptions writable() {
        return Mounts.parse(words.stream()
                .filter(word -> !word.equals("ro") && !word.equals("rro"))
                .toList());
    }

    /** The words as they were written, in parentheses, or nothing. */
    String describe() {
        return words.isEmpty() ? "" : words.stream().map(MountOptions::shown).collect(joining(",", " (", ")"));
    }

    private static final Pattern SECRET = Pattern.compile("[^=]*(pass|secret|cred|token)[^=]*=.*", CASE_INSENSITIVE);

    /** A word as people read it: mount.cifs(8) and mount.ceph(8) take passwords in their options. */
    static String shown(String word) {
        return SECRET.matcher(word).matches() ? word.substring(0, word.indexOf('=') + 1) + "..." : word;
    }
}
