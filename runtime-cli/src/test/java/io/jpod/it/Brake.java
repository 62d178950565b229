package io.jpod.it;

import io.jpod.linux.Fd;
import io.jpod.linux.Processes;
import io.jpod.testing.Await;

/**
 * Makes a process slow, whatever machine this is: it is stopped for four of five milliseconds. What it serves others with then
 * takes five times as long, while they are as fast as ever.
 */
final class Brake implements AutoCloseable {
    private static final int SIGCONT = 18;
    private static final int SIGSTOP = 19;

    private final Fd process;
    private final Thread thread;
    private volatile boolean isReleased;

    Brake(ProcessHandle process) {
        this.process = Processes.pidfdOpen((int) process.pid());
        this.thread = Thread.ofPlatform().daemon().start(this::brake);
    }

    private void brake() {
        while (!isReleased) {
            Processes.signal(process, SIGSTOP);
            Await.pause(4);
            Processes.signal(process, SIGCONT);
            Await.pause(1);
        }
    }

    @Override
    public void close() {
        isReleased = true;
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        process.close();
    }
}
