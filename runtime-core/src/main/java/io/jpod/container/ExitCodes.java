package io.jpod.container;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.jpod.abi.Flags;
import io.jpod.linux.Fd;
import io.jpod.linux.Linux;
import io.jpod.linux.Processes;
import java.nio.file.Files;
import java.time.Duration;
import java.util.OptionalInt;
import java.util.concurrent.locks.LockSupport;

/** Who knows how a container ended: its monitor, which writes it down, or the kernel, for a while. */
final class ExitCodes {
    private static final Duration PATIENCE = Duration.ofSeconds(2);
    private static final Duration PAUSE = Duration.ofMillis(5);

    private ExitCodes() {}

    /** What the monitor wrote. It holds a lock until it has, and the kernel releases that if the monitor dies. */
    static OptionalInt kept(StateDir dir) {
        if (!Files.exists(dir.exitFile())) {
            return OptionalInt.empty();
        }
        try (Fd exit = Linux.open(dir.exitFile().toString(), Flags.O_RDONLY, 0)) {
            Linux.flock(exit, Flags.LOCK_SH);
        }
        String text = dir.readExit().map(bytes -> new String(bytes, UTF_8)).orElse("");
        return text.isBlank() ? OptionalInt.empty() : OptionalInt.of(Integer.parseInt(text.strip()));
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
