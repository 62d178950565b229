package io.jpod.oci;

import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What to run and as whom.
 *
 * @param consoleSize null also whenever {@code terminal} is false, as the spec demands that it be ignored then
 * @param cwd absolute, inside the container
 * @param args at least one; execvp(3) semantics for the first
 * @param capabilities null: not configured
 * @param oomScoreAdj -1000 to 1000; null: MUST NOT be changed
 * @param execCPUAffinity for exec only, never for the container's first process
 */
public record Process(
        boolean terminal,
        @Nullable ConsoleSize consoleSize,
        String cwd,
        List<String> env,
        List<String> args,
        User user,
        List<Rlimit> rlimits,
        @Nullable String apparmorProfile,
        @Nullable String selinuxLabel,
        @Nullable Capabilities capabilities,
        boolean noNewPrivileges,
        @Nullable Integer oomScoreAdj,
        @Nullable Scheduler scheduler,
        @Nullable IoPriority ioPriority,
        @Nullable ExecCpuAffinity execCPUAffinity) {

    public Process {
        env = List.copyOf(env);
        args = List.copyOf(args);
        rlimits = List.copyOf(rlimits);
    }

    /** In characters, 0 to 65535 (struct winsize). */
    public record ConsoleSize(int height, int width) {}

    /**
     * @param uid 0 to 2^32-2, as gid and the additional gids: 2^32-1 is "no id" to the kernel
     * @param umask null: leave it alone
     */
    public record User(long uid, long gid, @Nullable Integer umask, List<Long> additionalGids) {
        public static final User ROOT = new User(0, 0, null, List.of());

        public User {
            additionalGids = List.copyOf(additionalGids);
        }
    }

    /**
     * @param soft the bit pattern of an unsigned 64-bit number, as hard: -1 is RLIM_INFINITY. Compare with
     *     {@link Long#compareUnsigned}.
     */
    public record Rlimit(Type type, long soft, long hard) {
        /** With the kernel's numbers (asm-generic/resource.h). */
        public enum Type {
            RLIMIT_AS(9),
            RLIMIT_CORE(4),
            RLIMIT_CPU(0),
            RLIMIT_DATA(2),
            RLIMIT_FSIZE(1),
            RLIMIT_LOCKS(10),
            RLIMIT_MEMLOCK(8),
            RLIMIT_MSGQUEUE(12),
            RLIMIT_NICE(13),
            RLIMIT_NOFILE(7),
            RLIMIT_NPROC(6),
            RLIMIT_RSS(5),
            RLIMIT_RTPRIO(14),
            RLIMIT_RTTIME(15),
            RLIMIT_SIGPENDING(11),
            RLIMIT_STACK(3);

            private final int number;

            Type(int number) {
                this.number = number;
            }

            public int number() {
                return number;
            }
        }
    }

    /** Capability names as written. Unknown ones are for the planner to warn about: the spec says not to fail. */
    public record Capabilities(
            List<String> bounding,
            List<String> effective,
            List<String> inheritable,
            List<String> permitted,
            List<String> ambient) {

        public Capabilities {
            bounding = List.copyOf(bounding);
            effective = List.copyOf(effective);
            inheritable = List.copyOf(inheritable);
            permitted = List.copyOf(permitted);
            ambient = List.copyOf(ambient);
        }
    }

    /**
     * sched_setattr(2).
     *
     * @param runtime nanoseconds, as deadline and period; for SCHED_DEADLINE only
     */
    public record Scheduler(
            Policy policy,
            @Nullable Integer nice,
            @Nullable Integer priority,
            List<Flag> flags,
            @Nullable Long runtime,
            @Nullable Long deadline,
            @Nullable Long period) {

        public Scheduler {
            flags = List.copyOf(flags);
        }

        /** With the kernel's numbers (linux/sched.h). */
        public enum Policy {
            SCHED_OTHER(0),
            SCHED_FIFO(1),
            SCHED_RR(2),
            SCHED_BATCH(3),
            SCHED_ISO(4),
            SCHED_IDLE(5),
            SCHED_DEADLINE(6);

            private final int number;

            Policy(int number) {
                this.number = number;
            }

            public int number() {
                return number;
            }
        }

        /** With the kernel's bits. */
        public enum Flag {
            SCHED_FLAG_RESET_ON_FORK(0x01),
            SCHED_FLAG_RECLAIM(0x02),
            SCHED_FLAG_DL_OVERRUN(0x04),
            SCHED_FLAG_KEEP_POLICY(0x08),
            SCHED_FLAG_KEEP_PARAMS(0x10),
            SCHED_FLAG_UTIL_CLAMP_MIN(0x20),
            SCHED_FLAG_UTIL_CLAMP_MAX(0x40);

            private final int number;

            Flag(int number) {
                this.number = number;
            }

            public int number() {
                return number;
            }
        }
    }

    /**
     * ioprio_set(2).
     *
     * @param ioClass the JSON property {@code class}
     * @param priority 0 to 7
     */
    public record IoPriority(Kind ioClass, int priority) {
        /** With the kernel's numbers. */
        public enum Kind {
            IOPRIO_CLASS_RT(1),
            IOPRIO_CLASS_BE(2),
            IOPRIO_CLASS_IDLE(3);

            private final int number;

            Kind(int number) {
                this.number = number;
            }

            public int number() {
                return number;
            }
        }
    }

    /**
     * CPU lists such as "0-3,7".
     *
     * @param initial while joining the container's cgroup
     * @param finalCpus the JSON property {@code final}: from then on
     */
    public record ExecCpuAffinity(
            @Nullable String initial, @Nullable String finalCpus) {}

    /** Those arguments as root in "/", and nothing else. */
    public static Process of(List<String> args) {
        return new Process(
                false, null, "/", List.of(), args, User.ROOT, List.of(), null, null, null, false, null, null, null,
                null);
    }

    /** The same with changes. */
    public Process with(Consumer<Draft> changes) {
        Draft draft = new Draft();
        changes.accept(draft);
        return draft.finished();
    }

    /** The components, to be changed. */
    public final class Draft {
        public boolean terminal = Process.this.terminal;
        public @Nullable ConsoleSize consoleSize = Process.this.consoleSize;
        public String cwd = Process.this.cwd;
        public List<String> env = Process.this.env;
        public List<String> args = Process.this.args;
        public User user = Process.this.user;
        public List<Rlimit> rlimits = Process.this.rlimits;
        public @Nullable String apparmorProfile = Process.this.apparmorProfile;
        public @Nullable String selinuxLabel = Process.this.selinuxLabel;
        public @Nullable Capabilities capabilities = Process.this.capabilities;
        public boolean noNewPrivileges = Process.this.noNewPrivileges;
        public @Nullable Integer oomScoreAdj = Process.this.oomScoreAdj;
        public @Nullable Scheduler scheduler = Process.this.scheduler;
        public @Nullable IoPriority ioPriority = Process.this.ioPriority;
        public @Nullable ExecCpuAffinity execCPUAffinity = Process.this.execCPUAffinity;

        private Process finished() {
            return new Process(
                    terminal,
                    consoleSize,
                    cwd,
                    env,
                    args,
                    user,
                    rlimits,
                    apparmorProfile,
                    selinuxLabel,
                    capabilities,
                    noNewPrivileges,
                    oomScoreAdj,
                    scheduler,
                    ioPriority,
                    execCPUAffinity);
        }
    }
}
