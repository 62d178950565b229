package io.jpod.linux;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Rules of the packet filter, in the words of nft(8), through libnftables(3), which is loaded when the first of them is given.
 * They go to the network namespace of the calling thread, and each text is one transaction: all of it or nothing. The library is not made
 * for threads: one at a time.
 */
public final class Nftables {
    private static final String SONAME = "libnftables.so.1";

    private Nftables() {}

    /** Rules that were refused. The message is nft's, on one line. */
    public static final class Refused extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Refused(String message) {
            super(message);
        }
    }

    /** Whether this host has the library. Where it is not, nobody has made rules through it. */
    public static boolean isThere() {
        return Loaded.LIBRARY != null;
    }

    /** @throws IllegalStateException if the library is not on this host */
    public static void require() {
        if (!isThere()) {
            throw new IllegalStateException("cannot load " + SONAME + ", which networks need (Debian: libnftables1)");
        }
    }

    /**
     * Runs commands.
     *
     * @return what they print
     * @throws Refused if nft or the kernel does not take them
     * @throws IllegalStateException if the library is not on this host
     */
    public static synchronized String run(String commands) {
        require();
        long handle = context().handle();
        try (Memory memory = Memory.open()) {
            // The result is an int in a register of 64 bits.
            int failed = (int) call(Library.RUN_CMD_FROM_BUFFER, handle, memory.string(commands));
            // Reading a buffer empties it for the next run.
            String output = text(call(Library.CTX_GET_OUTPUT_BUFFER, handle, 0));
            String errors = text(call(Library.CTX_GET_ERROR_BUFFER, handle, 0));
            if (failed != 0) {
                throw new Refused("nft: " + firstLine(errors));
            }
            return output;
        }
    }

    /** An open context of libnftables; its socket belongs to one network namespace. */
    private record Context(long handle, long networkNamespace) {}

    /**
     * Kept open: closing its socket after a change waits until the kernel has forgotten the old rules, which takes longer than
     * all the rest of connecting a pod: without, a pod with a network takes a tenth more. It goes when rules are not changed by
     * libnftables.
     */
    private static @Nullable Context open;

    private static Context context() {
        long networkNamespace = Stat.of("/proc/thread-self/ns/net").inode();
        Context known = open;
        if (known != null && known.networkNamespace() == networkNamespace) {
            return known;
        }
        if (known != null) {
            open = null;
            call(Library.CTX_FREE, known.handle(), 0);
        }
        long handle = call(Library.CTX_NEW, 0, 0);
        if (handle == 0) {
            throw new IllegalStateException("nft_ctx_new: no memory");
        }
        call(Library.CTX_BUFFER_OUTPUT, handle, 0);
        call(Library.CTX_BUFFER_ERROR, handle, 0);
        Context made = new Context(handle, networkNamespace);
        open = made;
        return made;
    }

    private static String firstLine(String errors) {
        return errors.lines().findFirst().orElse("refused without a reason");
    }

    private static String text(long string) {
        return string == 0
                ? ""
                : MemorySegment.ofAddress(string).reinterpret(Long.MAX_VALUE).getString(0);
    }

    private static long call(MethodHandle function, long first, long second) {
        try {
            return (long) function.invokeExact(first, second);
        } catch (Throwable impossible) {
            throw new AssertionError("libnftables threw", impossible);
        }
    }

    /** On its own, so that a host without the library gets an error and not a broken class. */
    private static final class Loaded {
        static final @Nullable SymbolLookup LIBRARY = load();

        private static @Nullable SymbolLookup load() {
            try {
                return SymbolLookup.libraryLookup(SONAME, Arena.global());
            } catch (IllegalArgumentException e) {
                return null;
            }
        }
    }

    /**
     * One shape for all, which costs one link time: arguments and results of these functions are integers or pointers, which
     * both architectures pass in registers of 64 bits, and a function does not look at a register too many.
     */
    private static final class Library {
        static final MethodHandle CTX_NEW = function("nft_ctx_new");
        static final MethodHandle CTX_FREE = function("nft_ctx_free");
        static final MethodHandle CTX_BUFFER_OUTPUT = function("nft_ctx_buffer_output");
        static final MethodHandle CTX_BUFFER_ERROR = function("nft_ctx_buffer_error");
        static final MethodHandle CTX_GET_OUTPUT_BUFFER = function("nft_ctx_get_output_buffer");
        static final MethodHandle CTX_GET_ERROR_BUFFER = function("nft_ctx_get_error_buffer");
        static final MethodHandle RUN_CMD_FROM_BUFFER = function("nft_run_cmd_from_buffer");

        private static MethodHandle function(String name) {
            return Linker.nativeLinker()
                    .downcallHandle(
                            Objects.requireNonNull(Loaded.LIBRARY).findOrThrow(name),
                            FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG));
        }
    }
}
