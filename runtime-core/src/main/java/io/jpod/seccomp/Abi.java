package io.jpod.seccomp;

import io.jpod.abi.Arch;
import io.jpod.oci.Seccomp;
import java.util.List;

/**
 * The five system call tables that the kernels of jpod's architectures serve. The columns of syscalls.txt are in this
 * order.
 */
enum Abi {
    X86_64(Seccomp.Arch.SCMP_ARCH_X86_64, 0xc000003e, 64),
    X86(Seccomp.Arch.SCMP_ARCH_X86, 0x40000003, 32),
    X32(Seccomp.Arch.SCMP_ARCH_X32, 0xc000003e, 32),
    AARCH64(Seccomp.Arch.SCMP_ARCH_AARCH64, 0xc00000b7, 64),
    ARM(Seccomp.Arch.SCMP_ARCH_ARM, 0x40000028, 32);

    /** {@code __X32_SYSCALL_BIT}: x32 has the AUDIT_ARCH of x86-64 and says who it is in the number. */
    static final long X32_BIT = 0x40000000L;

    /** {@code __ARM_NR_BASE}: private calls of 32-bit ARM, far above the numbers that new calls get. */
    private static final long ARM_PRIVATE = 0xf0000;

    private final Seccomp.Arch listed;
    private final int auditArch;
    private final int wordBits;

    Abi(Seccomp.Arch listed, int auditArch, int wordBits) {
        this.listed = listed;
        this.auditArch = auditArch;
        this.wordBits = wordBits;
    }

    static Abi of(Arch arch) {
        return switch (arch) {
            case X86_64 -> X86_64;
            case AARCH64 -> AARCH64;
        };
    }

    /** All that can call a kernel of this architecture, its own first. */
    static List<Abi> servedBy(Arch arch) {
        return switch (arch) {
            case X86_64 -> List.of(X86_64, X86, X32);
            case AARCH64 -> List.of(AARCH64, ARM);
        };
    }

    /** As config.json names it. */
    Seccomp.Arch listed() {
        return listed;
    }

    /** {@code seccomp_data.arch}, from linux/audit.h. */
    int auditArch() {
        return auditArch;
    }

    /** Whether only the low half of an argument means anything. As libseccomp has it, x32 too. */
    boolean narrow() {
        return wordBits == 32;
    }

    /** What is added to a table number to get {@code seccomp_data.nr}. */
    long base() {
        return this == X32 ? X32_BIT : 0;
    }

    /** The first {@code seccomp_data.nr} that no new system call of this table will ever get. */
    long end() {
        return switch (this) {
            case X86_64 -> X32_BIT;
            case X32 -> 0xffffffffL;
            case ARM -> ARM_PRIVATE;
            case X86, AARCH64 -> IntervalMap.END;
        };
    }
}
