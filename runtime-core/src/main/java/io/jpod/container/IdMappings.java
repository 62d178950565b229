package io.jpod.container;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.jpod.abi.Flags;
import io.jpod.linux.Fd;
import io.jpod.linux.Linux;
import io.jpod.oci.Spec;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.stream.Collectors;

/** Gives a new user namespace its ids, user_namespaces(7): one write each, from outside. */
public final class IdMappings {
    private IdMappings() {}

    /** @param pid a process of the namespace, which has no mappings yet */
    public static void write(int pid, List<Spec.IdMapping> uids, List<Spec.IdMapping> gids) {
        write("/proc/" + pid + "/uid_map", uids);
        write("/proc/" + pid + "/gid_map", gids);
    }

    private static void write(String file, List<Spec.IdMapping> mappings) {
        String lines = mappings.stream()
                .map(m -> m.containerID() + " " + m.hostID() + " " + m.size() + "\n")
                .collect(Collectors.joining());
        try (Fd fd = Linux.open(file, Flags.O_WRONLY, 0)) {
            Linux.writeFully(fd, ByteBuffer.wrap(lines.getBytes(UTF_8)));
        }
    }
}
