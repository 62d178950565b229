package io.jpod.exec;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.jpod.abi.Flags;
import io.jpod.linux.Fd;
import io.jpod.linux.Linux;
import io.jpod.linux.Processes;
import io.jpod.oci.IdMapping;
import io.jpod.plan.Plan;
import io.jpod.plan.ProcessStep;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.stream.Collectors;

/** Gives a new user namespace its ids, user_namespaces(7): one write each, from outside. */
final class IdMappings {
    private IdMappings() {}

    /**
     * @param process of the namespace, which has no mappings yet
     * @throws io.jpod.linux.SyscallException ESRCH if it has ended
     */
    static void write(Spawner.Child process, Plan plan) {
        for (Plan.Entry entry : plan.entries()) {
            if (entry.step() instanceof ProcessStep.AwaitMappings(var uids, var gids)) {
                write(process, "uid_map", uids);
                write(process, "gid_map", gids);
            }
        }
    }

    private static void write(Spawner.Child process, String file, List<IdMapping> mappings) {
        String lines = mappings.stream()
                .map(m -> m.containerID() + " " + m.hostID() + " " + m.size() + "\n")
                .collect(Collectors.joining());
        try (Fd fd = Linux.open("/proc/" + process.pid() + "/" + file, Flags.O_WRONLY, 0)) {
            // It was there after the file was opened, so the file is its own.
            Processes.signal(process.pidfd(), 0);
            Linux.writeFully(fd, ByteBuffer.wrap(lines.getBytes(UTF_8)));
        }
    }
}
