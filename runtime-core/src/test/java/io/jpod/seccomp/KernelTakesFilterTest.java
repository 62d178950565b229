package io.jpod.seccomp;

import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;
import static org.assertj.core.api.Assertions.assertThat;

import io.jpod.abi.Arch;
import io.jpod.abi.Errno;
import io.jpod.abi.Flags;
import io.jpod.abi.Sys;
import io.jpod.linux.Kernel;
import io.jpod.oci.Seccomp;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Set;
import java.util.concurrent.FutureTask;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/**
 * The running kernel loads what is compiled and answers by it. A filter without TSYNC belongs to one thread, which
 * ends.
 */
@EnabledOnOs(OS.LINUX)
class KernelTakesFilterTest {
    private static final int AF_UNIX = 1;
    private static final int AF_ALG = 38;
    private static final int SOCK_STREAM = 1;

    private static <T> T under(Seccomp profile, Supplier<T> calls) throws Exception {
        Filter filter = SeccompCompiler.compile(profile, Arch.host());
        FutureTask<T> task = new FutureTask<>(() -> {
            load(filter);
            return calls.get();
        });
        Thread.ofPlatform().start(task).join();
        return task.get();
    }

    private static void load(Filter filter) {
        Kernel kernel = Kernel.get();
        try (Arena arena = Arena.ofConfined()) {
            byte[] program = filter.program();
            MemorySegment code = arena.allocate(program.length, 8);
            code.copyFrom(MemorySegment.ofArray(program));
            MemorySegment fprog = arena.allocate(16, 8);
            fprog.set(JAVA_SHORT, 0, (short) filter.instructions());
            fprog.set(JAVA_LONG, 8, code.address());
            assertThat(kernel.syscall(Sys.PRCTL, Flags.PR_SET_NO_NEW_PRIVS, 1, 0, 0))
                    .isZero();
            assertThat(kernel.syscall(Sys.SECCOMP, Flags.SECCOMP_SET_MODE_FILTER, filter.flags(), fprog.address()))
                    .isZero();
        }
    }

    @Test
    void theDefaultProfileHoldsAndTheThreadLivesOn() throws Exception {
        long[] results = under(DefaultProfile.forCapabilities(Set.of()), () -> new long[] {
            Kernel.get().syscall(Sys.SOCKET, AF_ALG, 5, 0),
            Kernel.get().syscall(Sys.UNSHARE, Flags.CLONE_NEWNS),
            Kernel.get().syscall(470, 0, 0, 0, 0, 0, 0),
            Kernel.get().syscall(-1, 0, 0, 0, 0, 0, 0),
            close(Kernel.get().syscall(Sys.SOCKET, AF_UNIX, SOCK_STREAM, 0)),
        });
        assertThat(results)
                .containsExactly(
                        -Errno.EAFNOSUPPORT.number(),
                        -Errno.EPERM.number(),
                        -Errno.ENOSYS.number(),
                        -Errno.ENOSYS.number(),
                        0);
    }

    private static long close(long fd) {
        return fd < 0 ? fd : Kernel.get().syscall(Sys.CLOSE, fd);
    }

    /** 4000 instructions with jumps of all lengths: the kernel checks each of them. */
    @Test
    void aFilterNearTheLimitLoads() throws Exception {
        Seccomp.Rule[] rules = new Seccomp.Rule[800];
        for (int i = 0; i < rules.length; i++) {
            rules[i] = Profiles.errno(i, "setpriority", Profiles.arg(0, "EQ", (long) i << 32 | 77));
        }
        long result = under(
                Profiles.profile(Profiles.ALLOW, rules),
                () -> Kernel.get().syscall(Sys.SETPRIORITY, 701L << 32 | 77, 0, 0));
        assertThat(result).isEqualTo(-701);
    }
}
