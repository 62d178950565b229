package io.jpod.exec;

import io.jpod.linux.Fd;
import io.jpod.linux.Mountpoints;
import io.jpod.linux.RootedPaths;
import io.jpod.linux.Stat;
import io.jpod.linux.TreeCopy;
import io.jpod.plan.BrainStep;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A tmpfs that begins with what it is going to cover, owner and mode too: {@code tmpcopyup}. */
final class FilledTmpfs {
    private FilledTmpfs() {}

    /** Mounted nowhere yet: closing it undoes it. */
    static Fd make(BrainStep.FillTmpfs step) {
        try (RootedPaths root = RootedPaths.open(step.covered().directory());
                Fd from = root.directory(step.covered().path()).orElse(null)) {
            List<String> words = new ArrayList<>();
            if (from != null) {
                Stat stat = Stat.of(from);
                words.addAll(List.of(
                        "mode=" + Integer.toOctalString(stat.mode() & 07777),
                        "uid=" + stat.uid(),
                        "gid=" + stat.gid()));
            }
            if (step.source() != null) {
                words.add("source=" + step.source());
            }
            words.addAll(step.options().superblock());
            words.addAll(step.options().data());
            Fd mount = Mountpoints.detachedTmpfs(
                    words, step.options().set() | step.options().setRecursive());
            if (from != null) {
                copy(from, mount);
            }
            return mount;
        } catch (IOException e) {
            throw new UncheckedIOException(String.valueOf(e.getMessage()), e);
        }
    }

    private static void copy(Fd from, Fd mount) throws IOException {
        try {
            TreeCopy.copyEntries(from, Path.of("/proc/self/fd/" + mount.number()));
        } catch (IOException | RuntimeException | Error e) {
            mount.close();
            throw e;
        }
    }
}
