package io.jpod.linux;

import io.jpod.abi.Sys;

/**
 * A file descriptor of this process that its holder owns and closes. Every one that jpod opens is close-on-exec. Closing
 * twice is harmless.
 */
public final class Fd implements AutoCloseable {
    private int number;

    public Fd(int number) {
        if (number < 0) {
            throw new IllegalArgumentException("not a file descriptor: " + number);
        }
        this.number = number;
    }

    public int number() {
        if (number < 0) {
            throw new IllegalStateException("file descriptor is closed");
        }
        return number;
    }

    public boolean isOpen() {
        return number >= 0;
    }

    /** Gives the descriptor up without closing it. */
    public int release() {
        int released = number();
        number = -1;
        return released;
    }

    /** close(2) frees the descriptor whatever it returns, so there is nothing to do about an error. */
    @Override
    public void close() {
        if (number >= 0) {
            Kernel.get().syscall(Sys.CLOSE, number);
            number = -1;
        }
    }

    @Override
    public String toString() {
        return "fd " + number;
    }
}
