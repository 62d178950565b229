package io.jpod.container;

import io.jpod.linux.Fd;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the caller of exec says, beside the process.
 *
 * @param at where the process stands in its file, for messages: nothing for a process.json of its own
 * @param stdio 0, 1 and 2; they stay the caller's
 * @param consoleSocket connected, for a process with a terminal; stays the caller's
 * @param cgroup a cgroup below the container's, by path; empty: the container's own and no other; null: the container's, or
 *     where its first process is if that can have no processes
 * @param ignorePaused let it wait in a paused container until that is resumed
 */
public record ExecOptions(
        String at,
        List<Fd> stdio,
        @Nullable Fd consoleSocket,
        int preserve,
        @Nullable String cgroup,
        boolean ignorePaused) {
    public ExecOptions {
        stdio = List.copyOf(stdio);
    }
}
