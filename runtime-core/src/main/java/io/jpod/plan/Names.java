package io.jpod.plan;

import org.jspecify.annotations.Nullable;

/**
 * What tells a container from others of the same plan. It is no part of the plan's steps and of their programs, but given when
 * those are shown, and when they are run.
 *
 * @param cgroup path of its cgroup below the cgroup2 mount; null: none is made
 * @param keyring the session keyring of its processes; null: none is joined
 */
public record Names(@Nullable String cgroup, @Nullable String keyring) {
    public static final Names NONE = new Names(null, null);

    /** Its keyring is called as runc calls it. */
    public static Names of(String id, @Nullable String cgroup) {
        return new Names(cgroup, "_ses." + id);
    }
}
