package io.jpod.linux;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.jpod.abi.Errno;
import io.jpod.abi.Flags;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.StringTokenizer;

/**
 * What the kernel's checks go by, as far as it tells others. It does not tell a process's securebits, of which what they do shows
 * in the capabilities; what seccomp filters say, of which there is the number; and Landlock.
 *
 * @param lines of /proc/PID/status: ids, the five sets of capabilities, no_new_privs, seccomp
 * @param groups the one that files are accessed with, and the supplementary ones
 * @param label of a security module; empty where there is none
 */
record Rights(List<String> lines, Set<String> groups, Optional<String> label) {
    private static final Set<String> NAMES = Set.of(
            "Uid", "Gid", "CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb", "NoNewPrivs", "Seccomp", "Seccomp_filters");

    /** 65536 groups of ten digits, and the rest. */
    private static final int LONGEST = 1 << 20;

    private static final int LONGEST_LABEL = 4096;

    private static final boolean HAS_LABELS = readLabel("/proc/self").isPresent();

    /** @param process its directory in /proc */
    static Rights of(String process) {
        List<String> lines = new ArrayList<>();
        Set<String> groups = new HashSet<>();
        String status = Linux.readText(process + "/status", LONGEST);
        // Most of its sixty lines are not looked at.
        for (int start = 0, end; (end = status.indexOf('\n', start)) >= 0; start = end + 1) {
            String name = status.substring(start, status.indexOf(':', start));
            if (NAMES.contains(name)) {
                lines.add(status.substring(start, end));
            }
            // A login has its own group among the supplementary ones, a service has not, and no check cares.
            if (name.equals("Groups") || name.equals("Gid")) {
                StringTokenizer ids = new StringTokenizer(status.substring(start + name.length() + 1, end));
                while (ids.hasMoreTokens()) {
                    String id = ids.nextToken();
                    if (name.equals("Groups") || !ids.hasMoreTokens()) {
                        groups.add(id);
                    }
                }
            }
        }
        return new Rights(lines, groups, HAS_LABELS ? readLabel(process) : Optional.empty());
    }

    /** See {@link Whereabouts#isSame}. */
    boolean isSame(Rights other) {
        return lines.equals(other.lines) && groups.equals(other.groups) && label.equals(other.label);
    }

    /** EINVAL if no module has any. */
    private static Optional<String> readLabel(String process) {
        try (Fd fd = Linux.open(process + "/attr/current", Flags.O_RDONLY, 0)) {
            return Optional.of(new String(Linux.readFully(fd, LONGEST_LABEL), UTF_8));
        } catch (SyscallException e) {
            if (e.is(Errno.EINVAL) || e.is(Errno.ENOENT)) {
                return Optional.empty();
            }
            throw e;
        }
    }
}
