package io.jpod.linux;

import io.jpod.abi.Errno;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Where a process lives and what it may do, as far as paths, pids, addresses, names and times mean something else elsewhere, and
 * files and calls are refused to others.
 *
 * @param namespaces their inodes
 * @param root device, inode and mount: that tells a bind mount of a directory from the directory, since what is mounted below
 *     differs
 */
public record Whereabouts(List<Long> namespaces, List<Long> root, Rights rights) {

    private static final List<String> NAMESPACES = Stream.of(
                    "mnt", "pid", "user", "net", "ipc", "uts", "cgroup", "time")
            // Kernels may be built without it (CONFIG_TIME_NS).
            .filter(kind -> !kind.equals("time") || Linux.exists("/proc/self/ns/time"))
            .toList();

    /** Of this process's main thread. */
    public static Whereabouts own() {
        return read("/proc/self");
    }

    /**
     * Of the process that has connected here, as it is now: a change since then, to more or to less, is seen.
     *
     * @param pid what {@link Sockets#peer} says
     * @return empty if it has ended, or is none of our business (not dumpable, another user's): ptrace(2) rules decide
     */
    public static Optional<Whereabouts> ofPeer(Fd connection, int pid) {
        try (Fd pidfd = Sockets.peerProcess(connection, pid)) {
            Optional<Whereabouts> seen = of(pid);
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

    /** As equals, which a record makes of method handles: without C2 they take as long as all the calls that were made. */
    public boolean isSame(Whereabouts other) {
        return namespaces.equals(other.namespaces) && root.equals(other.root) && rights.isSame(other.rights);
    }

    private static Whereabouts read(String process) {
        Stat root = Stat.of(process + "/root");
        List<Long> namespaces = new ArrayList<>();
        for (String kind : NAMESPACES) {
            namespaces.add(Stat.of(process + "/ns/" + kind).inode());
        }
        return new Whereabouts(
                namespaces,
                List.of((long) root.deviceMajor(), (long) root.deviceMinor(), root.inode(), root.mountId()),
                Rights.of(process));
    }
}
