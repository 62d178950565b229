package io.jpod.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;

/** The kernel through Java's Foreign Function and Memory API: one downcall, to libc's {@code syscall}. */
public final class FfmKernel implements Kernel {
    private static final Linker LINKER = Linker.nativeLinker();
    private static final StructLayout CALL_STATE = Linker.Option.captureStateLayout();
    private static final VarHandle ERRNO =
            CALL_STATE.varHandle(java.lang.foreign.MemoryLayout.PathElement.groupElement("errno"));

    /** One shape for every call: link time is paid once. Variadic from the second argument, as libc declares it. */
    private static final MethodHandle SYSCALL = LINKER.downcallHandle(
            LINKER.defaultLookup().findOrThrow("syscall"),
            FunctionDescriptor.of(
                    JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG),
            Linker.Option.captureCallState("errno"),
            Linker.Option.firstVariadicArg(1));

    /** errno is captured into memory of the calling thread: a shared one would be a race. */
    private static final ThreadLocal<MemorySegment> STATE =
            ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(CALL_STATE));

    @Override
    public long syscall(int number, long a, long b, long c, long d, long e, long f) {
        MemorySegment state = STATE.get();
        long result;
        try {
            result = (long) SYSCALL.invokeExact(state, (long) number, a, b, c, d, e, f);
        } catch (Throwable impossible) {
            throw new AssertionError("syscall threw", impossible);
        }
        return result == -1 ? -(int) ERRNO.get(state, 0L) : result;
    }

    @Override
    public int spawn(long spawn) {
        try {
            return (int) Spawn.HANDLE.invokeExact(spawn);
        } catch (Throwable impossible) {
            throw new AssertionError("jpod_spawn threw", impossible);
        }
    }

    /** Loaded with the first spawn: the brain never needs it, since the hands spawn for it. */
    private static final class Spawn {
        // By name, not by Path: a Path is resolved first, and a memfd has no place in the file system.
        private static final MethodHandle HANDLE = LINKER.downcallHandle(
                SymbolLookup.libraryLookup(Shims.libjpod(), Arena.global()).findOrThrow("jpod_spawn"),
                FunctionDescriptor.of(JAVA_INT, JAVA_LONG));
    }
}
