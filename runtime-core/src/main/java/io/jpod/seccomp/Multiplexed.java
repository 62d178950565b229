package io.jpod.seccomp;

import io.jpod.oci.Seccomp;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The two i386 system calls that stand for many (linux/net.h, linux/ipc.h): {@code socketcall(2)} and {@code ipc(2)}.
 * Their first argument says which one is meant; the arguments of sockets are behind a pointer, where no filter can see
 * them.
 *
 * @param name socketcall or ipc
 * @param call the value of the first argument
 */
record Multiplexed(String name, int call) {
    /** By their numbers, from 1 on. */
    private static final List<String> SOCKETCALL =
            List.of(("socket bind connect listen accept getsockname getpeername socketpair send recv sendto recvfrom"
                            + " shutdown setsockopt getsockopt sendmsg recvmsg accept4 recvmmsg sendmmsg")
                    .split(" "));

    private static final Map<String, Integer> IPC = Map.ofEntries(
            Map.entry("semop", 1),
            Map.entry("semget", 2),
            Map.entry("semctl", 3),
            Map.entry("semtimedop", 4),
            Map.entry("msgsnd", 11),
            Map.entry("msgrcv", 12),
            Map.entry("msgget", 13),
            Map.entry("msgctl", 14),
            Map.entry("shmat", 21),
            Map.entry("shmdt", 22),
            Map.entry("shmget", 23),
            Map.entry("shmctl", 24));

    /** How i386 can make that call in another way, or null. */
    static @Nullable Multiplexed of(String name) {
        int socket = SOCKETCALL.indexOf(name) + 1;
        if (socket != 0) {
            return new Multiplexed("socketcall", socket);
        }
        Integer call = IPC.get(name);
        return call == null ? null : new Multiplexed("ipc", call);
    }

    /** That this call is meant. The high half of ipc's first argument is a version. */
    Seccomp.Arg condition() {
        return new Seccomp.Arg(
                0, name.equals("ipc") ? 0xffff : 0xffff_ffffL, call, Seccomp.Operator.SCMP_CMP_MASKED_EQ);
    }
}
