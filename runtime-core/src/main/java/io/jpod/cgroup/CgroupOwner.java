package io.jpod.cgroup;

/**
 * Who has made a cgroup, as it is noted on the cgroup itself: there it is seen through every mount of the hierarchy, whatever
 * became of the record.
 *
 * @param root the mark of the state root
 * @param what of it, such as {@code container web}; "" where an older version has noted the root alone
 */
public record CgroupOwner(String root, String what) {
    /** Of cgroups that were made on the way to one. */
    public static final String PARENT = "parent";

    /** Of the cgroups that were made on the way to one, for whoever comes by. */
    CgroupOwner ofParent() {
        return new CgroupOwner(root, PARENT);
    }

    String note() {
        return what.isEmpty() ? root : root + "\n" + what;
    }

    static CgroupOwner read(String note) {
        int end = note.lastIndexOf('\n');
        return end < 0 ? new CgroupOwner(note, "") : new CgroupOwner(note.substring(0, end), note.substring(end + 1));
    }

    /** Older versions have noted neither the root's birth nor for whom. (A record's equals costs a cold JVM 7 ms.) */
    boolean isNotedBy(CgroupOwner noted) {
        return noted.root.equals(root) && noted.what.equals(what)
                || noted.what.isEmpty() && root.startsWith(noted.root + ":");
    }
}
