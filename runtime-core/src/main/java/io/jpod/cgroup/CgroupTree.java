package io.jpod.cgroup;

import io.jpod.abi.Errno;
import io.jpod.linux.Linux;
import io.jpod.linux.SyscallException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** A cgroup with all below it, to be removed. A container may have made cgroups of its own, with any name. */
final class CgroupTree {
    /** How long to wait for the kernel between tries when rmdir says EBUSY although there is no process. */
    private static final Duration PAUSE = Duration.ofMillis(5);

    private final String path;
    private String lastProblem = "";

    CgroupTree(String path) {
        this.path = path;
    }

    /** Waits for the processes to end, then removes depth first, as rmdir(2) wants it; only directories go. */
    void remove(Duration timeout) {
        // Most have neither processes nor children any more, and then one call does it.
        if (removeIfEmpty()) {
            return;
        }
        long deadline = System.nanoTime() + timeout.toNanos();
        while (!tryToRemove(Duration.ofNanos(Math.max(0, deadline - System.nanoTime())))) {
            if (System.nanoTime() >= deadline) {
                throw new CgroupFailed("cannot remove cgroup " + path + ": " + lastProblem);
            }
        }
    }

    private boolean tryToRemove(Duration left) {
        try (CgroupDir dir = CgroupDir.openIfPresent(path)) {
            if (dir == null) {
                return true;
            }
            if (!dir.await("populated", "0", left, true)) {
                lastProblem = "it still has processes: " + new Cgroup(dir, List.of()).pids();
                return false;
            }
            if (removeIfEmpty()) {
                return true;
            }
            dir.children().forEach(this::removeBelow);
            if (removeIfEmpty()) {
                return true;
            }
            dir.await("populated", "1", PAUSE, true);
            return false;
        }
    }

    /** Without waiting; false if it has processes or children. */
    boolean removeIfEmpty() {
        try {
            if (Linux.removeDirectory(path)) {
                return true;
            }
        } catch (SyscallException e) {
            if (e.is(Errno.ENOENT) || e.is(Errno.ENODEV)) {
                return true;
            }
            throw new CgroupFailed("cannot remove cgroup " + path, e);
        }
        lastProblem = lastProblem.isEmpty() ? Errno.describe(Errno.EBUSY.number()) : lastProblem;
        return false;
    }

    /** What stays keeps its parent from going too, so the problem does not get lost. */
    private void removeBelow(Path cgroup) {
        CgroupDir.children(cgroup).forEach(this::removeBelow);
        try {
            Files.delete(cgroup);
        } catch (NoSuchFileException e) {
            return;
        } catch (IOException e) {
            lastProblem = cgroup.getFileName() + " below it: " + e.getMessage();
        }
    }
}
