package io.jpod.net;

import io.jpod.abi.Errno;
import io.jpod.abi.Flags;
import io.jpod.linux.Fd;
import io.jpod.linux.Linux;
import io.jpod.linux.SyscallException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Switches below /proc/sys/net, of the calling thread's network namespace (proc_sys(5)). */
final class Sysctls {
    private static final String BASE = "/proc/sys/net/";
    private static final int LONGEST = 4096;

    private Sysctls() {}

    static boolean is(String name, String value) {
        return Linux.readText(BASE + name, LONGEST).strip().equals(value);
    }

    /** Writes only what is not so yet: /proc/sys may be read-only. */
    static void set(String name, String value) {
        String path = BASE + name;
        if (is(name, value)) {
            return;
        }
        try (Fd fd = Linux.open(path, Flags.O_WRONLY, 0)) {
            Linux.writeFully(fd, ByteBuffer.wrap(value.getBytes(StandardCharsets.UTF_8)));
        } catch (SyscallException e) {
            throw new NetworkFailed("cannot set " + path + " to " + value + ": " + Errno.describe(e.errno()), e);
        }
    }

    /** The same for a switch that a kernel without IPv6 does not have. */
    static void setIfThere(String name, String value) {
        try {
            set(name, value);
        } catch (SyscallException e) {
            if (!e.is(Errno.ENOENT)) {
                throw e;
            }
        }
    }
}
