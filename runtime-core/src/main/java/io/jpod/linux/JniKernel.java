package io.jpod.linux;

/**
 * The kernel through JNI, for brains that end with their command, which have libjpod.so in {@code java.library.path}: a downcall of the
 * FFM API costs them 30 ms to link, as long as the JVM itself, and two native methods nothing. It goes when the AOT cache
 * keeps downcalls.
 */
public final class JniKernel implements Kernel {
    static {
        System.loadLibrary("jpod");
    }

    @Override
    public native long syscall(int number, long a, long b, long c, long d, long e, long f);

    @Override
    public native int spawn(long spawn);
}
