package io.jpod.exec;

import io.jpod.linux.Fd;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Starts jpod-init as a child of whoever shall be the container's parent: the hands, so that the caller's own process
 * tree holds the container, or this JVM in library mode.
 */
public interface Spawner {
    /** For what must start nothing. */
    Spawner NONE = new Spawner() {
        @Override
        public Child spawn(Setting setting, List<Fd> descriptors) {
            throw new UnsupportedOperationException("starts nothing");
        }

        @Override
        public Child adopt(int pid) {
            throw new UnsupportedOperationException("starts nothing");
        }

        @Override
        public void reapUnnamed(int child) {
            throw new UnsupportedOperationException("starts nothing");
        }

        @Override
        public Map<String, String> environment() {
            return Map.of();
        }

        @Override
        public @Nullable Fd connection() {
            return null;
        }

        @Override
        public boolean await(Fd socket, Fd process) {
            throw new UnsupportedOperationException("starts nothing");
        }
    };

    /**
     * Starts one process. All descriptors stay the caller's.
     *
     * @param descriptors what it gets at 3 + preserve, 4 + preserve, ...; the first is the program
     * @throws io.jpod.linux.SyscallException if clone3 or execveat failed
     */
    Child spawn(Setting setting, List<Fd> descriptors);

    /**
     * A process that a spawned one has cloned with CLONE_PARENT, so that it is a child of the same parent, whom the kernel
     * tells so.
     *
     * @param pid in the pid namespace of its parent
     * @throws io.jpod.linux.SyscallException ECHILD if it is no child of the parent's, ESRCH if it has ended
     */
    Child adopt(int pid);

    /** The caller's environment: that of a hook of the host that brings none. */
    Map<String, String> environment();

    /** Hung up when the caller is gone, so that what only the caller waits for can end; null if that is this process. */
    @Nullable Fd connection();

    /**
     * Makes sure that whoever asked is still there. It comes after a name was taken or a lock was got, and before anything
     * else is done: who cleans up behind a caller that was killed then either finds the name or the lock taken, and waits, or
     * nothing will ever come of the call.
     *
     * @throws CallerGone if nobody is
     */
    default void requireCaller() {}

    /**
     * Waits for what a child has cloned and not named. The child has ended, and what it has cloned ends as well.
     *
     * @param child its pid, which is the process group of both
     */
    void reapUnnamed(int child);

    /**
     * Waits for a child's word, and no longer than child and parent live: whoever else holds the other end of the socket keeps
     * nobody waiting.
     *
     * @param socket what it speaks through
     * @param process its pidfd
     * @return whether there is something to read, or the socket has hung up; false: the process has ended without
     * @throws RuntimeException if the parent is gone
     */
    boolean await(Fd socket, Fd process);

    /**
     * What the new process is given beside its program and what that needs.
     *
     * @param cloneFlags namespaces to make, see clone(2)
     * @param cgroup directory of the cgroup that it is born in, or null for the parent's
     * @param pidNamespace pid namespace that it is born in, or null for the parent's (or a new one by CLONE_NEWPID)
     * @param preserve how many descriptors of the jpod command's caller, from 3 on, stay as they are
     */
    record Setting(
            long cloneFlags,
            @Nullable Fd cgroup,
            @Nullable Fd pidNamespace,
            Fd stdin,
            Fd stdout,
            Fd stderr,
            int preserve) {}

    /** A process that was started. Closing it closes the pidfd and leaves the process alone. */
    interface Child extends AutoCloseable {
        /** Its number in the pid namespace of its parent. */
        int pid();

        /** Owned by this object. */
        Fd pidfd();

        /** Waits until it has ended; the exit code, or 128 plus the number of the signal that ended it. */
        int await();

        @Override
        void close();
    }
}
