package io.jpod.bench;

import io.jpod.abi.Sys;
import io.jpod.linux.FfmKernel;
import io.jpod.linux.JniKernel;
import io.jpod.linux.JnrKernel;
import io.jpod.linux.Kernel;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** One system call that does next to nothing, and one that fails, through each binding of the kernel. */
@State(Scope.Thread)
public class Door {
    private static final int BAD = -1;

    private Kernel ffm;
    private Kernel jni;
    private Kernel jnr;

    @Setup
    public void open() {
        ffm = new FfmKernel();
        jni = new JniKernel();
        jnr = new JnrKernel();
    }

    @Benchmark
    public long ffm() {
        return ffm.syscall(Sys.GETPID);
    }

    @Benchmark
    public long jni() {
        return jni.syscall(Sys.GETPID);
    }

    @Benchmark
    public long jnr() {
        return jnr.syscall(Sys.GETPID);
    }

    @Benchmark
    public long ffmFails() {
        return ffm.syscall(Sys.CLOSE, BAD);
    }

    @Benchmark
    public long jniFails() {
        return jni.syscall(Sys.CLOSE, BAD);
    }

    @Benchmark
    public long jnrFails() {
        return jnr.syscall(Sys.CLOSE, BAD);
    }
}
