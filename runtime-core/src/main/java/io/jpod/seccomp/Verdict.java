package io.jpod.seccomp;

import io.jpod.abi.Errno;
import io.jpod.oci.Seccomp;
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
    private static final int TRACE = 0x7ff00000;
    private static final int LOG = 0x7ffc0000;
    private static final int ALLOW = 0x7fff0000;
    private static final int ACTION = 0xffff0000;

    private static Verdict errno(int number) {
        return new Verdict(ERRNO | number);
    }

    /** @param data the errno of ERRNO, or what TRACE tells the tracer; EPERM if it is null */
    static Verdict of(Seccomp.Action action, @Nullable Integer data) {
        int number = data == null ? Errno.EPERM.number() : data;
        return switch (action) {
            case SCMP_ACT_KILL, SCMP_ACT_KILL_THREAD -> new Verdict(KILL_THREAD);
            case SCMP_ACT_KILL_PROCESS -> KILL_PROCESS;
            case SCMP_ACT_TRAP -> new Verdict(TRAP);
            case SCMP_ACT_ERRNO -> errno(number);
            case SCMP_ACT_NOTIFY ->
                throw new InvalidProfile("listenerPath", "seccomp notification is not supported yet");
            case SCMP_ACT_TRACE -> new Verdict(TRACE | number);
            case SCMP_ACT_LOG -> new Verdict(LOG);
            case SCMP_ACT_ALLOW -> new Verdict(ALLOW);
        };
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
