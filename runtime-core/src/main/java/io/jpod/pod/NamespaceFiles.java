package io.jpod.pod;

import io.jpod.abi.Errno;
import io.jpod.linux.Stat;
import io.jpod.linux.SyscallException;
import io.jpod.oci.NamespaceType;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/** Inode numbers of namespaces: of processes, and of pins without one. */
final class NamespaceFiles {
    private NamespaceFiles() {}

    /** Those of this process, which are what containers call the host's. */
    static Map<NamespaceType, Long> own() {
        return read("/proc/self/ns/");
    }

    /** Those of a process; none if it has ended, or is none of our business, ptrace(2). */
    static Map<NamespaceType, Long> of(int pid) {
        return read("/proc/" + pid + "/ns/");
    }

    private static Map<NamespaceType, Long> read(String directory) {
        Map<NamespaceType, Long> inodes = new EnumMap<>(NamespaceType.class);
        for (NamespaceType type : NamespaceMatrix.COLUMNS) {
            stat(directory + type.procName()).ifPresent(file -> inodes.put(type, file.inode()));
        }
        return inodes;
    }

    /** What is pinned on these files. One without a mount on it has no namespace, but an inode number too. */
    static Map<NamespaceType, Long> pinned(Map<NamespaceType, String> files) {
        Map<NamespaceType, Long> inodes = new EnumMap<>(NamespaceType.class);
        Stat nsfs = Stat.of("/proc/self/ns/mnt");
        files.forEach((type, path) -> stat(path)
                .filter(file -> file.deviceMajor() == nsfs.deviceMajor() && file.deviceMinor() == nsfs.deviceMinor())
                .ifPresent(file -> inodes.put(type, file.inode())));
        return inodes;
    }

    private static Optional<Stat> stat(String path) {
        try {
            return Optional.of(Stat.of(path));
        } catch (SyscallException e) {
            // ENOENT is also a kernel without that type.
            if (e.is(Errno.ENOENT) || e.is(Errno.ESRCH) || e.is(Errno.EACCES) || e.is(Errno.EPERM)) {
                return Optional.empty();
            }
            throw e;
        }
    }
}
