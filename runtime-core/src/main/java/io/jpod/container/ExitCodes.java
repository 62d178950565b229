package io.jpod.container;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.jpod.abi.Arch;
import io.jpod.abi.Errno;
import io.jpod.abi.Flags;
import io.jpod.json.InvalidJson;
import io.jpod.linux.Fd;
import io.jpod.linux.Linux;
import io.jpod.linux.Processes;
import io.jpod.linux.SyscallException;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;

/** Who knows how a container ended: its monitor, which writes it down, or the kernel, for a while. */
final class ExitCodes {
    private static final Pattern CODE = Pattern.compile("\\d{1,3}");
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final Duration PAUSE = Duration.ofMillis(5);

    private ExitCodes() {}

    /** What the monitor wrote. It holds a lock until it has, and the kernel releases that if the monitor dies. */
    static OptionalInt kept(StateDir dir) {
        try (Fd exit = open(dir).orElse(null)) {
            if (exit == null) {
                return OptionalInt.empty();
            }
            Linux.flock(exit, Flags.LOCK_SH);
            String text = dir.readExit()
                    .map(bytes -> new String(bytes, UTF_8).strip())
                    .orElse("");
            return CODE.matcher(text).matches() ? OptionalInt.of(Integer.parseInt(text)) : OptionalInt.empty();
        } catch (InvalidJson damaged) {
            // Whoever has put that there, nobody knows the code.
            return OptionalInt.empty();
        }
    }

    /** Whether no monitor waits for the container's end; one that has just seen it is waited for. */
    static boolean awaitMonitor(StateDir dir, Duration timeout) {
        long deadline = System.nanoTime() + timeout.toNanos();
        try (Fd exit = open(dir).orElse(null)) {
            while (exit != null && !Linux.flock(exit, Flags.LOCK_SH | Flags.LOCK_NB)) {
                if (System.nanoTime() > deadline) {
                    return false;
                }
                LockSupport.parkNanos(PAUSE.toNanos());
            }
            return true;
        }
    }

    /** Without waiting, whatever has that name. */
    private static Optional<Fd> open(StateDir dir) {
        try {
            return Linux.openIfThere(
                    Linux.AT_FDCWD,
                    dir.exitFile().toString(),
                    Flags.O_RDONLY | Flags.O_NONBLOCK | Flags.O_NOFOLLOW(Arch.host()));
        } catch (SyscallException e) {
            if (e.is(Errno.ELOOP) || e.is(Errno.ENXIO) || e.is(Errno.EACCES)) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /**
     * The kernel tells once the parent has reaped it, which is a matter of moments, and nothing says when; a parent that never
     * does is not waited for.
     *
     * @param process a pidfd that was opened while it lived
     */
    static OptionalInt fromKernel(Fd process) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        OptionalInt code = Processes.exitCode(process);
        while (code.isEmpty() && System.nanoTime() < deadline) {
            LockSupport.parkNanos(PAUSE.toNanos());
            code = Processes.exitCode(process);
        }
        return code;
    }
}
