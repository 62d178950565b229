package io.jpod.linux;

import io.jpod.abi.Flags;
import io.jpod.abi.Sys;
import java.util.Optional;

/** ioctl_tty(2). */
public final class Terminals {
    /** struct winsize: rows, columns, and two that nobody uses. */
    private static final int WINSIZE = 4 * Short.BYTES;

    // asm/termbits.h: struct termios of the kernel, the same on both architectures
    private static final int TERMIOS = 36;
    private static final int TERMIOS_OFLAG = 4;

    private Terminals() {}

    /** The size of this terminal; empty if it is no terminal. */
    public static Optional<WindowSize> windowSize(Fd fd) {
        try (Memory memory = Memory.open()) {
            Memory.Area size = memory.area(WINSIZE);
            if (Kernel.get().syscall(Sys.IOCTL, fd.number(), Flags.TIOCGWINSZ, size.address()) < 0) {
                return Optional.empty();
            }
            return Optional.of(new WindowSize(size.getShort(0), size.getShort(2)));
        }
    }

    /** Tells a terminal its size, and with SIGWINCH those in it. */
    public static void setWindowSize(Fd terminal, WindowSize size) {
        try (Memory memory = Memory.open()) {
            Memory.Area winsize = memory.area(WINSIZE);
            winsize.setShort(0, size.rows());
            winsize.setShort(2, size.columns());
            Linux.retry(Sys.IOCTL, terminal.toString(), terminal.number(), Flags.TIOCSWINSZ, winsize.address(), 0);
        }
    }

    /** Lines that a terminal's programs print end as they wrote them, not in a carriage return and a line feed, termios(3). */
    public static void leaveLineEnds(Fd terminal) {
        try (Memory memory = Memory.open()) {
            Memory.Area termios = memory.area(TERMIOS);
            Linux.retry(Sys.IOCTL, terminal.toString(), terminal.number(), Flags.TCGETS, termios.address(), 0);
            termios.setInt(TERMIOS_OFLAG, termios.getInt(TERMIOS_OFLAG) & ~Flags.ONLCR);
            Linux.retry(Sys.IOCTL, terminal.toString(), terminal.number(), Flags.TCSETS, termios.address(), 0);
        }
    }

    /** In characters, 0 for unknown: a new pseudo terminal has 0 of both. */
    public record WindowSize(int rows, int columns) {}
}
