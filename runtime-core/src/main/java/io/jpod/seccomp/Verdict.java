package io.jpod.seccomp;

import io.jpod.abi.Errno;
import org.jspecify.annotations.Nullable;

/**
 * What a filter answers.
 *
 * @param value SECCOMP_RET_*, with its data in the low 16 bits
 */
record Verdict(int value) {
    static final Verdict KILL_PROCESS = new Verdict(0x80000000);
    static final Verdict ENOSYS = errno(Errno.ENOSYS.number());

    private static final int KILL_THREAD = 0;
    private static final int TRAP = 0x00030000;
    private static final int ERRNO = 0x00050000;
    private static final int NOTIFY = 0x7fc00000;
    private static final int TRACE = 0x7ff00000;
    private static final int LOG = 0x7ffc0000;
    private static final int ALLOW = 0x7fff0000;
    private static final int ACTION = 0xffff0000;

    /** The largest errno that the kernel returns (MAX_ERRNO); it silently cuts larger ones down to this. */
    private static final int MAX_ERRNO = 4095;

    private static final int MAX_DATA = 0xffff;

    private static Verdict errno(int number) {
        return new Verdict(ERRNO | number);
    }

    /**
     * @param errno the errno of ERRNO, or what TRACE tells the tracer; EPERM if it is null. The runtime-spec demands an
     *     error for any other action that comes with one.
     */
    static Verdict parse(String action, @Nullable Integer errno, String actionPath, String errnoPath) {
        return switch (action) {
            case "SCMP_ACT_KILL", "SCMP_ACT_KILL_THREAD" -> plain(KILL_THREAD, action, errno, errnoPath);
            case "SCMP_ACT_KILL_PROCESS" -> plain(KILL_PROCESS.value, action, errno, errnoPath);
            case "SCMP_ACT_TRAP" -> plain(TRAP, action, errno, errnoPath);
            case "SCMP_ACT_ERRNO" -> withData(ERRNO, errno, MAX_ERRNO, errnoPath);
            case "SCMP_ACT_NOTIFY" -> plain(NOTIFY, action, errno, errnoPath);
            case "SCMP_ACT_TRACE" -> withData(TRACE, errno, MAX_DATA, errnoPath);
            case "SCMP_ACT_LOG" -> plain(LOG, action, errno, errnoPath);
            case "SCMP_ACT_ALLOW" -> plain(ALLOW, action, errno, errnoPath);
            default -> throw new InvalidProfile(actionPath, "unknown action " + Profile.quote(action));
        };
    }

    private static Verdict plain(int value, String action, @Nullable Integer errno, String path) {
        if (errno != null) {
            throw new InvalidProfile(path, action + " does not take an errno");
        }
        return new Verdict(value);
    }

    private static Verdict withData(int action, @Nullable Integer errno, int max, String path) {
        int data = errno == null ? Errno.EPERM.number() : errno;
        if (data < 0 || data > max) {
            throw new InvalidProfile(path, "must be 0 to " + max + ", is " + data);
        }
        return new Verdict(action | data);
    }

    boolean isNotify() {
        return value == NOTIFY;
    }

    /**
     * Whether a profile with this default means to let unknown calls through: then there is no ENOSYS for those that
     * are newer than the profile. A tracer answers them itself.
     */
    boolean letsUnknownThrough() {
        int action = value & ACTION;
        return action == ALLOW || action == LOG || action == TRACE;
    }

    /** Whether the call gets further with this answer than with the other one: the kernel's own order of actions. */
    boolean isMorePermissiveThan(Verdict other) {
        return (value & ACTION) > (other.value & ACTION);
    }
}
