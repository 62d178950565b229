package io.jpod.linux;

import io.jpod.abi.Arch;
import io.jpod.abi.Sys;

/**
 * The one door to the kernel. Three bindings exist: {@link FfmKernel}, which is used unless somebody says otherwise,
 * {@link JniKernel}, with which a brain begins, and {@link JnrKernel}; one contract suite holds them all.
 *
 * <p>Calls are made on the calling platform thread and never move to another one, so that thread-wide state (namespaces,
 * root, cwd after {@code unshare(CLONE_FS)}) belongs to the caller.
 */
public interface Kernel {

    /**
     * Makes one raw system call. Pointers are passed as addresses of memory that the caller keeps alive.
     *
     * @return the result, or the negated errno; never throws for an error of the kernel
     */
    long syscall(int number, long a, long b, long c, long d, long e, long f);

    /**
     * Starts a process by clone3 and execveat, see {@code native-shims/src/spawn.h}.
     *
     * @param spawn the address of a {@code struct spawn}, filled in by the caller
     * @return the process id, or the negated errno
     */
    int spawn(long spawn);

    default long syscall(Sys sys, long a, long b, long c, long d, long e, long f) {
        return syscall(sys.number(Arch.host()), a, b, c, d, e, f);
    }

    default long syscall(Sys sys, long a, long b, long c, long d) {
        return syscall(sys, a, b, c, d, 0, 0);
    }

    default long syscall(Sys sys, long a, long b, long c) {
        return syscall(sys, a, b, c, 0, 0, 0);
    }

    default long syscall(Sys sys, long a, long b) {
        return syscall(sys, a, b, 0, 0, 0, 0);
    }

    default long syscall(Sys sys, long a) {
        return syscall(sys, a, 0, 0, 0, 0, 0);
    }

    default long syscall(Sys sys) {
        return syscall(sys, 0, 0, 0, 0, 0, 0);
    }

    /**
     * The kernel binding of this JVM: what the environment's JPOD_KERNEL says, or else the system property {@code jpod.kernel}: ffm,
     * jni or jnr.
     */
    static Kernel get() {
        return Binding.current;
    }

    /** Of a JVM that is not to end soon: unless the environment says which, from now on through the FFM API, which takes its time to link. */
    static void stay() {
        if (System.getenv("JPOD_KERNEL") == null) {
            Binding.current = new FfmKernel();
        }
    }

    /** Holds the choice, so that the classes of others load only when they are asked for. */
    final class Binding {
        private static volatile Kernel current =
                choose(System.getenv().getOrDefault("JPOD_KERNEL", System.getProperty("jpod.kernel", "ffm")));

        private Binding() {}

        private static Kernel choose(String name) {
            return switch (name) {
                case "ffm" -> new FfmKernel();
                case "jni" -> new JniKernel();
                case "jnr" -> new JnrKernel();
                default -> throw new IllegalArgumentException("jpod.kernel: must be ffm, jni or jnr, is " + name);
            };
        }
    }
}
