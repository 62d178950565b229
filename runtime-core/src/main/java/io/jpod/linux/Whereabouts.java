package io.jpod.linux;

import io.jpod.abi.Errno;
import java.util.Optional;

/**
 * Where a process lives and what it may do, as far as paths, pids, addresses, names and times mean something else elsewhere, and
 * files and calls are refused to others: the inodes of its namespaces, its root directory, its rights.
 */
public record Whereabouts(
        long mountNamespace,
        long pidNamespace,
        long userNamespace,
        long networkNamespace,
        long ipcNamespace,
        long utsNamespace,
        long cgroupNamespace,
        long timeNamespace,
        Root root,
        Rights rights) {

    /** Kernels may be built without (CONFIG_TIME_NS). */
    private static final boolean HAS_TIME = Linux.exists("/proc/self/ns/time");

    /** The mount tells a bind mount of a directory from the directory: what is mounted below differs. */
    public record Root(int deviceMajor, int deviceMinor, long inode, long mountId) {}

    /** Of this process's main thread. */
    public static Whereabouts own() {
        return read("/proc/self");
    }

    /**
     * Of the process that has connected here, as it is now: a change since then, to more or to less, is seen.
     *
     * @return empty if it has ended, or is none of our business (not dumpable, another user's): ptrace(2) rules decide
     */
    public static Optional<Whereabouts> ofPeer(Fd connection) {
        try (Fd pidfd = Sockets.peerProcess(connection)) {
            Optional<Whereabouts> seen = of(Sockets.peer(connection).pid());
            // While it lives its number is nobody else's.
            return Processes.awaitEnd(pidfd, 0) ? Optional.empty() : seen;
        } catch (SyscallException e) {
            if (e.is(Errno.ESRCH)) {
                return Optional.empty();
            }
            throw e;
        }
    }

    static Optional<Whereabouts> of(int pid) {
        try {
            return Optional.of(read("/proc/" + pid));
        } catch (SyscallException e) {
            if (e.is(Errno.ENOENT) || e.is(Errno.ESRCH) || e.is(Errno.EACCES) || e.is(Errno.EPERM)) {
                return Optional.empty();
            }
            throw e;
        }
    }

    private static Whereabouts read(String process) {
        Stat root = Linux.stat(process + "/root");
        return new Whereabouts(
                namespace(process, "mnt"),
                namespace(process, "pid"),
                namespace(process, "user"),
                namespace(process, "net"),
                namespace(process, "ipc"),
                namespace(process, "uts"),
                namespace(process, "cgroup"),
                HAS_TIME ? namespace(process, "time") : 0,
                new Root(root.deviceMajor(), root.deviceMinor(), root.inode(), root.mountId()),
                Rights.of(process));
    }

    private static long namespace(String process, String kind) {
        return Linux.stat(process + "/ns/" + kind).inode();
    }
}
