package io.jpod.linux;

import io.jpod.abi.Arch;
import io.jpod.abi.Errno;
import io.jpod.abi.Flags;
import io.jpod.abi.Sys;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** Processes by pidfd, so that a number used again never means somebody else. */
public final class Processes {
    private static final int SIGINFO_SIZE = 128;
    private static final int SI_CODE = 8;
    private static final int SI_STATUS = 24;
    private static final int CLD_EXITED = 1;
    private static final int RLIMIT_NOFILE = 7;
    private static final int LONGEST_STATUS = 1 << 16;

    // linux/pidfd.h: struct pidfd_info, the 64 bytes that every kernel with the call takes
    private static final int PIDFD_INFO_SIZE = 64;
    private static final int PIDFD_INFO_EXIT_CODE = 60;

    private Processes() {}

    /** A descriptor for a process of this pid namespace. ESRCH if there is none. */
    public static Fd pidfdOpen(int pid) {
        return new Fd((int) Linux.retry(Sys.PIDFD_OPEN, "pid " + pid, pid, 0, 0, 0));
    }

    /** The same; empty if there is none. */
    public static Optional<Fd> pidfdIfThere(int pid) {
        try {
            return Optional.of(pidfdOpen(pid));
        } catch (SyscallException e) {
            if (e.is(Errno.ESRCH)) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /** The same if it was started then; checked afterwards, since a number that is used again is somebody else's. */
    public static Optional<Fd> pidfdIfThere(int pid, long startTime) {
        Optional<Fd> pidfd = pidfdIfThere(pid);
        if (ProcessStat.of(pid)
                .filter(process -> process.startTime() == startTime)
                .isPresent()) {
            return pidfd;
        }
        pidfd.ifPresent(Fd::close);
        return Optional.empty();
    }

    /** Where it has its root directory, as O_PATH: proc_pid_root(5). */
    public static Fd root(int pid) {
        return Linux.open("/proc/" + pid + "/root", Flags.O_PATH | Flags.O_DIRECTORY(Arch.host()), 0);
    }

    /** Whether a process of this pid namespace runs: one that has ended does not, also before it was waited for. */
    public static boolean isRunning(int pid) {
        try (Fd pidfd = pidfdIfThere(pid).orElse(null)) {
            return pidfd != null && !awaitEnd(pidfd, 0);
        }
    }

    /** The same for a child of this process, whose number is nobody else's until it is waited for. ECHILD if it is none. */
    public static Fd pidfdOfChild(int pid) {
        try (Memory memory = Memory.open()) {
            Memory.Area siginfo = memory.area(SIGINFO_SIZE);
            long options = Flags.WEXITED | Flags.WNOHANG | Flags.WNOWAIT;
            Linux.retry(Sys.WAITID, "pid " + pid, Flags.P_PID, pid, siginfo.address(), options);
            return pidfdOpen(pid);
        }
    }

    /** Waits for all children of this process in a process group, and reaps them. */
    public static void awaitGroup(int group) {
        try (Memory memory = Memory.open()) {
            Memory.Area siginfo = memory.area(SIGINFO_SIZE);
            while (true) {
                Linux.retry(Sys.WAITID, "group " + group, Flags.P_PGID, group, siginfo.address(), Flags.WEXITED);
            }
        } catch (SyscallException e) {
            if (!e.is(Errno.ECHILD)) {
                throw e;
            }
        }
    }

    /** Sends a signal; 0 only asks whether one could. ESRCH if the process has ended and been waited for. */
    public static void signal(Fd pidfd, int signal) {
        Linux.retry(Sys.PIDFD_SEND_SIGNAL, "signal " + signal, pidfd.number(), signal, 0, 0);
    }

    /** The number of a process in its own pid namespace; the one that it has here if it is gone. */
    public static int numberInside(int pid) {
        try {
            return innermost(Linux.readText("/proc/" + pid + "/status", LONGEST_STATUS), pid);
        } catch (SyscallException e) {
            if (e.is(Errno.ENOENT) || e.is(Errno.ESRCH)) {
                return pid;
            }
            throw e;
        }
    }

    /** The last number of NSpid, proc_pid_status(5). */
    static int innermost(String status, int pid) {
        return status.lines()
                .filter(line -> line.startsWith("NSpid:"))
                .map(line -> line.strip().split("\\s+"))
                .filter(words -> words.length > 1)
                .map(words -> Integer.parseInt(words[words.length - 1]))
                .findFirst()
                .orElse(pid);
    }

    /** The same; nothing happens if it has ended. */
    public static void signalIfThere(Fd pidfd, int signal) {
        try {
            signal(pidfd, signal);
        } catch (SyscallException e) {
            if (!e.is(Errno.ESRCH)) {
                throw e;
            }
        }
    }

    /**
     * Waits for a child of this process and reaps it.
     *
     * @return its exit code, or 128 plus the number of the signal that ended it
     */
    public static int await(Fd pidfd) {
        try (Memory memory = Memory.open()) {
            Memory.Area siginfo = memory.area(SIGINFO_SIZE);
            Linux.retry(Sys.WAITID, pidfd.toString(), Flags.P_PIDFD, pidfd.number(), siginfo.address(), Flags.WEXITED);
            int status = siginfo.getInt(SI_STATUS);
            return siginfo.getInt(SI_CODE) == CLD_EXITED ? status : 128 + status;
        }
    }

    /** Waits until a process, anybody's child, has ended; false if the time (milliseconds, -1 for ever) is over before. */
    public static boolean awaitEnd(Fd pidfd, long milliseconds) {
        return Poll.poll(List.of(pidfd), Flags.POLLIN, milliseconds)[0] != 0;
    }

    /**
     * How a process ended that need not be a child of ours: the kernel keeps it for those who hold a pidfd (Linux 6.15).
     *
     * @return exit code, or 128 plus the signal's number; empty if the process has not been waited for yet, or the kernel
     *     cannot tell
     */
    public static OptionalInt exitCode(Fd pidfd) {
        try (Memory memory = Memory.open()) {
            Memory.Area info = memory.area(PIDFD_INFO_SIZE);
            info.setLong(0, Flags.PIDFD_INFO_EXIT);
            long result = Kernel.get().syscall(Sys.IOCTL, pidfd.number(), Flags.PIDFD_GET_INFO, info.address());
            // Before 6.13 the ioctl is unknown; before 6.15 it answers ESRCH for a process that is gone.
            if (result == -Errno.ENOTTY.number()
                    || result == -Errno.EINVAL.number()
                    || result == -Errno.ESRCH.number()) {
                return OptionalInt.empty();
            }
            Linux.check(result, Sys.IOCTL, "PIDFD_GET_INFO");
            if ((info.getLong(0) & Flags.PIDFD_INFO_EXIT) == 0) {
                return OptionalInt.empty();
            }
            return OptionalInt.of(exitCode(info.getInt(PIDFD_INFO_EXIT_CODE)));
        }
    }

    /** From a status as wait(2) gives it: the exit code, or 128 plus the number of the signal. */
    public static int exitCode(int status) {
        int signal = status & 0x7f;
        return signal == 0 ? (status >> 8) & 0xff : 128 + signal;
    }

    /** A duplicate of another process's descriptor. EPERM unless we could trace it, see ptrace(2). */
    public static Fd descriptorOf(Fd pidfd, int number) {
        return new Fd((int) Linux.retry(Sys.PIDFD_GETFD, "descriptor " + number, pidfd.number(), number, 0, 0));
    }

    /** A resource limit, see getrlimit(2). -1 is unlimited. */
    public record Limit(long soft, long hard) {}

    /** The RLIMIT_NOFILE of this process. */
    public static Limit openFiles() {
        try (Memory memory = Memory.open()) {
            Memory.Area rlimit = memory.area(2 * Long.BYTES);
            Linux.retry(Sys.PRLIMIT64, "RLIMIT_NOFILE", 0, RLIMIT_NOFILE, 0, rlimit.address());
            return new Limit(rlimit.getLong(0), rlimit.getLong(Long.BYTES));
        }
    }

    /**
     * Raises the soft limit of open files of this process to the hard one. Only for a process whose children are all
     * somebody else's: they inherit it.
     */
    public static void raiseOpenFiles() {
        try (Memory memory = Memory.open()) {
            Memory.Area rlimit = memory.area(2 * Long.BYTES);
            long hard = openFiles().hard();
            rlimit.setLong(0, hard);
            rlimit.setLong(Long.BYTES, hard);
            Linux.retry(Sys.PRLIMIT64, "RLIMIT_NOFILE", 0, RLIMIT_NOFILE, rlimit.address(), 0);
        }
    }

    /** The file mode creation mask of a process, which may be another one. */
    public static int umask(int pid) {
        for (String line :
                Linux.readText("/proc/" + pid + "/status", LONGEST_STATUS).split("\n")) {
            if (line.startsWith("Umask:")) {
                return Integer.parseInt(line.substring("Umask:".length()).strip(), 8);
            }
        }
        throw new IllegalStateException("/proc/" + pid + "/status has no umask");
    }

    public static int gid() {
        return (int) Kernel.get().syscall(Sys.GETGID);
    }

    public static int uid() {
        return (int) Kernel.get().syscall(Sys.GETUID);
    }
}
