package io.jpod.exec;

import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A thread that runs one program and ends. A server has one ready for each of its threads before it promises anything to a
 * caller: where no further thread can be had (pids.max), that is known before the first effect.
 */
public final class BuilderThread implements Runnable {
    private static final ThreadLocal<@Nullable BuilderThread> READY = new ThreadLocal<>();

    private final Thread thread = Thread.ofPlatform().name("builder").unstarted(this);
    private volatile @Nullable Runnable program;

    private BuilderThread() {}

    /**
     * Has one ready for the next program that the calling thread begins.
     *
     * @throws OutOfMemoryError if no thread can be had
     */
    public static void keepReady() {
        if (READY.get() == null) {
            BuilderThread ready = new BuilderThread();
            ready.thread.start();
            READY.set(ready);
        }
    }

    /** Lets the one go that the calling thread has ready. */
    public static void letGo() {
        if (READY.get() != null) {
            start(() -> {});
        }
    }

    /** Runs a program on the thread that is ready, or on a new one; whoever wants to know its end joins it. */
    static Thread start(Runnable program) {
        BuilderThread ready = READY.get();
        if (ready == null) {
            return Thread.ofPlatform().name("builder").start(program);
        }
        READY.remove();
        ready.program = program;
        LockSupport.unpark(ready.thread);
        return ready.thread;
    }

    @Override
    public void run() {
        Runnable given = program;
        while (given == null) {
            LockSupport.park(this);
            given = program;
        }
        given.run();
    }
}
