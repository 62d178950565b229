package io.jpod.linux;

/**
 * The kernel through JNI, for a JVM that lives as long as one command: a downcall of the FFM API costs it 30 ms to link, as
 * long as the JVM itself, and two native methods nothing. libjpod.so comes from {@code java.library.path}.
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
