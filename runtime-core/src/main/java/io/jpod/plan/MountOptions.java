package io.jpod.plan;

import java.util.List;

/**
 * The options of one mount, sorted by the system call that takes them. {@link Mounts} makes it from the words.
 *
 * @param set MOUNT_ATTR_ bits to set on the mount itself
 * @param clear MOUNT_ATTR_ bits to clear, for binds and remounts
 * @param setRecursive bits to set on it and everything below (rro, rnosuid, ...)
 * @param superblock flags of the file system: ro, sync, dirsync, mand, lazytime and their opposites
 * @param propagation shared, slave, private, unbindable; empty: leave it private
 * @param data what the file system itself takes: {@code size=64m}
 */
public record MountOptions(
        boolean bind,
        boolean recursive,
        boolean remount,
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
                set,
                clear,
                setRecursive,
                clearRecursive,
                superblock,
                propagation,
                data,
                words);
    }

    /** The same without ro, in the words too. */
    MountOptions writable() {
        return Mounts.parse(words.stream().filter(word -> !word.equals("ro")).toList());
    }

    /** The words as they were written, in parentheses, or nothing. */
    String describe() {
        return words.isEmpty() ? "" : " (" + String.join(",", words) + ")";
    }
}
