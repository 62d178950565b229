package io.jpod.oci;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * @param defaultErrnoRet null: EPERM where the action wants one
 * @param architectures the native one is always included
 * @param listenerPath a unix socket, for SCMP_ACT_NOTIFY
 */
public record Seccomp(
        Action defaultAction,
        @Nullable Integer defaultErrnoRet,
        List<Arch> architectures,
        List<Flag> flags,
        @Nullable String listenerPath,
        @Nullable String listenerMetadata,
        List<Rule> syscalls) {

    public Seccomp {
        architectures = List.copyOf(architectures);
        flags = List.copyOf(flags);
        syscalls = List.copyOf(syscalls);
    }

    public record Rule(
            List<String> names, Action action, @Nullable Integer errnoRet, List<Arg> args) {

        public Rule {
            names = List.copyOf(names);
            args = List.copyOf(args);
        }
    }

    /**
     * @param index 0 to 5
     * @param value the bit pattern of an unsigned 64-bit number, as valueTwo, which is 0 when absent
     */
    public record Arg(int index, long value, long valueTwo, Operator op) {}

    /** What a filter answers. */
    public enum Action {
        SCMP_ACT_KILL,
        SCMP_ACT_KILL_PROCESS,
        SCMP_ACT_KILL_THREAD,
        SCMP_ACT_TRAP,
        SCMP_ACT_ERRNO,
        SCMP_ACT_TRACE,
        SCMP_ACT_ALLOW,
        SCMP_ACT_LOG,
        SCMP_ACT_NOTIFY
    }

    /** How an argument is compared. */
    public enum Operator {
        SCMP_CMP_NE,
        SCMP_CMP_LT,
        SCMP_CMP_LE,
        SCMP_CMP_EQ,
        SCMP_CMP_GE,
        SCMP_CMP_GT,
        SCMP_CMP_MASKED_EQ
    }

    /** Whose calls. */
    public enum Arch {
        SCMP_ARCH_X86,
        SCMP_ARCH_X86_64,
        SCMP_ARCH_X32,
        SCMP_ARCH_ARM,
        SCMP_ARCH_AARCH64,
        SCMP_ARCH_LOONGARCH64,
        SCMP_ARCH_M68K,
        SCMP_ARCH_MIPS,
        SCMP_ARCH_MIPS64,
        SCMP_ARCH_MIPS64N32,
        SCMP_ARCH_MIPSEL,
        SCMP_ARCH_MIPSEL64,
        SCMP_ARCH_MIPSEL64N32,
        SCMP_ARCH_PARISC,
        SCMP_ARCH_PARISC64,
        SCMP_ARCH_PPC,
        SCMP_ARCH_PPC64,
        SCMP_ARCH_PPC64LE,
        SCMP_ARCH_RISCV64,
        SCMP_ARCH_S390,
        SCMP_ARCH_S390X,
        SCMP_ARCH_SH,
        SCMP_ARCH_SHEB
    }

    /** seccomp(2). */
    public enum Flag {
        SECCOMP_FILTER_FLAG_TSYNC,
        SECCOMP_FILTER_FLAG_LOG,
        SECCOMP_FILTER_FLAG_SPEC_ALLOW,
        SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV
    }
}
