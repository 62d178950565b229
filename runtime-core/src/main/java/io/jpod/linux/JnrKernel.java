package io.jpod.linux;

import jnr.ffi.LibraryLoader;
import jnr.ffi.LibraryOption;
import jnr.ffi.Runtime;
import jnr.ffi.annotations.SaveError;
import jnr.ffi.types.int64_t;

/**
 * The kernel through JNR-FFI: the second binding of the same door, and an independent check of the first. It costs more
 * to start (nine more jars, run-time code generation), so it loads only when it is chosen.
 */
public final class JnrKernel implements Kernel {

    /** libc, as JNR-FFI binds it. Public because generated code implements it. */
    public interface LibC {
        @SaveError
        @int64_t
        long syscall(
                @int64_t long number,
                @int64_t long a,
                @int64_t long b,
                @int64_t long c,
                @int64_t long d,
                @int64_t long e,
                @int64_t long f);
    }

    /** The spawn function of native-shims. Public because generated code implements it. */
    public interface LibJpod {
        int jpod_spawn(@int64_t long spawn);
    }

    private final LibC libc = LibraryLoader.create(LibC.class)
            .option(LibraryOption.SaveError, true)
            .load("c");
    private final Runtime runtime = Runtime.getRuntime(libc);

    @Override
    public long syscall(int number, long a, long b, long c, long d, long e, long f) {
        long result = libc.syscall(number, a, b, c, d, e, f);
        return result == -1 ? -runtime.getLastError() : result;
    }

    @Override
    public int spawn(long spawn) {
        return Spawn.LIBRARY.jpod_spawn(spawn);
    }

    private static final class Spawn {
        private static final LibJpod LIBRARY =
                LibraryLoader.create(LibJpod.class).load(Shims.libjpod());
    }
}
