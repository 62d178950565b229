package io.jpod.linux;

import io.jpod.abi.Errno;
import java.util.Optional;

/**
 * Where a process lives, as far as paths, pids, rights, addresses and names mean something else elsewhere: the inodes of its
 * namespaces, and its root directory.
 */
public record Whereabouts(
        long mountNamespace,
        long pidNamespace,
        long userNamespace,
        long networkNamespace,
        long ipcNamespace,
        long utsNamespace,
        Root root) {

    /** The mount tells a bind mount of a directory from the directory: what is mounted below differs. */
    public record Root(int deviceMajor, int deviceMinor, long inode, long mountId) {}

    /** Of this process's main thread. */
    public static Whereabouts own() {
        return read("/proc/self");
    }

    /** Empty if it has ended, or is none of our business (not dumpable, another user's): ptrace(2) rules decide. */
    public static Optional<Whereabouts> of(int pid) {
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
                Linux.stat(process + "/ns/mnt").inode(),
                Linux.stat(process + "/ns/pid").inode(),
                Linux.stat(process + "/ns/user").inode(),
                Linux.stat(process + "/ns/net").inode(),
                Linux.stat(process + "/ns/ipc").inode(),
                Linux.stat(process + "/ns/uts").inode(),
                new Root(root.deviceMajor(), root.deviceMinor(), root.inode(), root.mountId()));
    }
}
