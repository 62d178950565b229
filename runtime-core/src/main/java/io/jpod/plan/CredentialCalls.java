package io.jpod.plan;

import static io.jpod.abi.Flags.*;
import static io.jpod.plan.Assembler.flags;
import static io.jpod.plan.Assembler.value;

import io.jpod.abi.Errno;
import io.jpod.abi.Sys;
import io.jpod.oci.Linux;
import io.jpod.oci.Process;
import io.jpod.seccomp.Filter;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.ToIntFunction;

/** Calls that make a process who it shall be: limits, scheduling, user, capabilities, filters. */
final class CredentialCalls {
    /** _LINUX_CAPABILITY_VERSION_3, capget(2). */
    private static final int CAPABILITY_VERSION = 0x20080522;

    private final Assembler asm;

    CredentialCalls(Assembler asm) {
        this.asm = asm;
    }

    void lower(CredentialStep step) {
        switch (step) {
            case CredentialStep.SetRlimit(Process.Rlimit limit) -> rlimit(limit);
            case CredentialStep.SetScheduler(Process.Scheduler scheduler) -> scheduler(scheduler);
            case CredentialStep.SetIoPriority(Process.IoPriority priority) ->
                asm.call(
                        Sys.IOPRIO_SET,
                        flags(IOPRIO_WHO_PROCESS, "IOPRIO_WHO_PROCESS"),
                        value(0),
                        value((long) priority.ioClass().number() << IOPRIO_CLASS_SHIFT | priority.priority()));
            case CredentialStep.SetCpuAffinity(String cpus) -> {
                byte[] mask = IdSet.mask(cpus);
                asm.call(Sys.SCHED_SETAFFINITY, value(0), value(mask.length), asm.bytes(mask, cpus));
            }
            case CredentialStep.SetMemoryPolicy(Linux.MemoryPolicy policy) -> memoryPolicy(policy);
            case CredentialStep.SetPersonality(Linux.Personality personality) ->
                asm.call(
                        Sys.PERSONALITY,
                        flags(
                                personality.domain().number(),
                                personality.domain().name()));
            case CredentialStep.SetUmask(int umask) ->
                asm.call(Sys.UMASK, flags(umask, "0" + Integer.toOctalString(umask)));
            case CredentialStep.ChownStdio(List<Integer> numbers, long uid) ->
                numbers.forEach(number -> chown(number, uid));
            case CredentialStep.LimitBoundingSet(List<Capability> kept, int last) -> limitBoundingSet(kept, last);
            case CredentialStep.SetUser(Process.User user) -> user(user);
            case CredentialStep.SetCapabilities capabilities -> capabilities(capabilities);
            case CredentialStep.SetNoNewPrivileges _ ->
                asm.call(
                        Sys.PRCTL,
                        flags(PR_SET_NO_NEW_PRIVS, "PR_SET_NO_NEW_PRIVS"),
                        value(1),
                        value(0),
                        value(0),
                        value(0));
            case CredentialStep.LoadSeccomp(Filter filter) -> seccomp(filter);
        }
    }

    private void rlimit(Process.Rlimit limit) {
        Op.Blob rlimit = asm.struct(
                "{rlim_cur=" + Long.toUnsignedString(limit.soft()) + ", rlim_max=" + Long.toUnsignedString(limit.hard())
                        + "}",
                16,
                struct -> struct.putLong(limit.soft()).putLong(limit.hard()));
        asm.call(
                Sys.PRLIMIT64,
                value(0),
                flags(limit.type().number(), limit.type().name()),
                rlimit,
                Assembler.nul());
    }

    /** struct sched_attr as of Linux 3.14, 48 bytes. */
    private void scheduler(Process.Scheduler scheduler) {
        Op.Blob attributes = asm.struct(
                "{sched_policy=" + scheduler.policy() + "}",
                48,
                attr -> attr.putInt(48)
                        .putInt(scheduler.policy().number())
                        .putLong(bits(scheduler.flags(), Process.Scheduler.Flag::number))
                        .putInt(scheduler.nice() == null ? 0 : scheduler.nice())
                        .putInt(scheduler.priority() == null ? 0 : scheduler.priority())
                        .putLong(scheduler.runtime() == null ? 0 : scheduler.runtime())
                        .putLong(scheduler.deadline() == null ? 0 : scheduler.deadline())
                        .putLong(scheduler.period() == null ? 0 : scheduler.period()));
        asm.call(Sys.SCHED_SETATTR, value(0), attributes, value(0));
    }

    private void memoryPolicy(Linux.MemoryPolicy policy) {
        long mode = policy.mode().number() | bits(policy.flags(), Linux.MemoryPolicy.Flag::number);
        if (policy.nodes() == null || policy.nodes().isEmpty()) {
            asm.call(Sys.SET_MEMPOLICY, flags(mode, policy.mode().name()), Assembler.nul(), value(0));
            return;
        }
        byte[] mask = IdSet.mask(policy.nodes());
        // maxnode counts one bit more than the kernel reads, set_mempolicy(2).
        asm.call(
                Sys.SET_MEMPOLICY,
                flags(mode, policy.mode().name()),
                asm.bytes(mask, policy.nodes()),
                value(mask.length * 8L + 1));
    }

    private static <F> int bits(List<F> flags, ToIntFunction<F> bit) {
        return flags.stream().mapToInt(bit).reduce(0, (a, b) -> a | b);
    }

    /** EPERM and EROFS: a descriptor of a file system where it cannot be; the container has it opened already. */
    private void chown(int number, long uid) {
        asm.ignore(
                asm.call(
                        Sys.FCHOWNAT,
                        value(number),
                        asm.string(""),
                        value(uid),
                        value(-1),
                        flags(AT_EMPTY_PATH, "AT_EMPTY_PATH")),
                Errno.EPERM,
                Errno.EROFS,
                Errno.EINVAL);
    }

    private void limitBoundingSet(List<Capability> kept, int last) {
        for (int number = 0; number <= last; number++) {
            Capability[] all = Capability.values();
            if (number < all.length && kept.contains(all[number])) {
                continue;
            }
            asm.call(
                    Sys.PRCTL,
                    flags(PR_CAPBSET_DROP, "PR_CAPBSET_DROP"),
                    flags(number, number < all.length ? all[number].name() : Integer.toString(number)),
                    value(0),
                    value(0),
                    value(0));
        }
    }

    private void user(Process.User user) {
        keepCapabilities(1);
        List<Long> groups = user.additionalGids();
        Op.Blob list = asm.struct(
                groups.toString(),
                Math.max(8, groups.size() * 4),
                struct -> groups.forEach(gid -> struct.putInt(gid.intValue())));
        Assembler.Draft call = asm.call(Sys.SETGROUPS, value(groups.size()), list);
        if (groups.isEmpty()) {
            // A user namespace may deny it, user_namespaces(7): then there was nothing to drop either.
            asm.ignore(call, Errno.EPERM);
        }
        asm.call(Sys.SETRESGID, value(user.gid()), value(user.gid()), value(user.gid()));
        asm.call(Sys.SETRESUID, value(user.uid()), value(user.uid()), value(user.uid()));
        keepCapabilities(0);
    }

    private void keepCapabilities(int on) {
        asm.call(Sys.PRCTL, flags(PR_SET_KEEPCAPS, "PR_SET_KEEPCAPS"), value(on), value(0), value(0), value(0));
    }

    private void capabilities(CredentialStep.SetCapabilities step) {
        Op.Blob header = asm.struct("{_LINUX_CAPABILITY_VERSION_3, 0}", 8, struct -> struct.putInt(CAPABILITY_VERSION));
        long filtering = step.filtering() ? Capability.bits(List.of(Capability.CAP_SYS_ADMIN)) : 0;
        long effective = Capability.bits(step.effective()) | filtering;
        long permitted = Capability.bits(step.permitted()) | filtering;
        long inheritable = Capability.bits(step.inheritable());
        Op.Blob data = asm.struct(
                "{effective=" + Assembler.hex(effective) + ", permitted=" + Assembler.hex(permitted) + ", inheritable="
                        + Assembler.hex(inheritable) + "}",
                24,
                struct -> {
                    half(struct, effective, permitted, inheritable);
                    half(struct, effective >>> 32, permitted >>> 32, inheritable >>> 32);
                });
        asm.call(Sys.CAPSET, header, data);
        ambient(PR_CAP_AMBIENT_CLEAR_ALL, "PR_CAP_AMBIENT_CLEAR_ALL", 0, "0");
        for (Capability capability : step.ambient()) {
            ambient(PR_CAP_AMBIENT_RAISE, "PR_CAP_AMBIENT_RAISE", capability.number(), capability.name());
        }
    }

    private static void half(ByteBuffer struct, long effective, long permitted, long inheritable) {
        struct.putInt((int) effective).putInt((int) permitted).putInt((int) inheritable);
    }

    private void ambient(long operation, String text, long number, String name) {
        asm.call(
                Sys.PRCTL,
                flags(PR_CAP_AMBIENT, "PR_CAP_AMBIENT"),
                flags(operation, text),
                flags(number, name),
                value(0),
                value(0));
    }

    /** struct sock_fprog {unsigned short len; struct sock_filter *filter}, seccomp(2). */
    private void seccomp(Filter filter) {
        Op.Blob instructions = asm.bytes(filter.program(), "filter");
        Op.Blob program = asm.struct(
                "{len=" + filter.instructions() + "}", 16, struct -> struct.putShort((short) filter.instructions()));
        asm.point(program.offset() + 8, instructions);
        asm.call(
                Sys.SECCOMP, flags(SECCOMP_SET_MODE_FILTER, "SECCOMP_SET_MODE_FILTER"), value(filter.flags()), program);
    }
}
