package io.jpod.seccomp;

import io.jpod.abi.Arch;
import io.jpod.oci.Seccomp;
import io.jpod.oci.Seccomp.Action;
import java.util.ArrayList;
import java.util.List;

/**
 * What a profile says about one call, found by reading it from the top: slow, plain, and independent of the compiler.
 */
final class ProfileModel {
    private static final int ENOSYS = 0x00050026;
    private static final int KILL_PROCESS = 0x80000000;

    private final Seccomp profile;
    private final Arch arch;

    ProfileModel(Seccomp profile, Arch arch) {
        this.profile = profile;
        this.arch = arch;
    }

    int answer(BpfMachine.Call call) {
        Abi abi = abi(call);
        if (abi == null || !listed(abi)) {
            return KILL_PROCESS;
        }
        long nr = Integer.toUnsignedLong(call.nr()) - abi.base();
        int otherwise = value(profile.defaultAction(), profile.defaultErrnoRet());
        List<Seccomp.Rule> candidates = new ArrayList<>();
        long last = -1;
        for (Seccomp.Rule rule : profile.syscalls()) {
            for (String name : rule.names()) {
                int number = SyscallTable.number(name, abi);
                if (number < 0xf0000) {
                    last = Math.max(last, number);
                }
                if (number == nr && value(rule.action(), rule.errnoRet()) != otherwise) {
                    candidates.add(rule);
                }
            }
        }
        for (Seccomp.Rule rule : candidates) {
            if (rule.args().isEmpty()) {
                return value(rule.action(), rule.errnoRet());
            }
        }
        for (Seccomp.Rule rule : candidates) {
            if (holds(rule.args(), call, abi)) {
                return value(rule.action(), rule.errnoRet());
            }
        }
        boolean newer = last >= 0 && nr > last && !(abi == Abi.ARM && nr >= 0xf0000);
        return newer
                        && !List.of(Action.SCMP_ACT_ALLOW, Action.SCMP_ACT_LOG, Action.SCMP_ACT_TRACE)
                                .contains(profile.defaultAction())
                ? ENOSYS
                : otherwise;
    }

    private Abi abi(BpfMachine.Call call) {
        for (Abi abi : Abi.servedBy(arch)) {
            boolean x32 = (call.nr() & 0x40000000) != 0 && call.nr() != -1 || call.nr() < -1;
            if (abi.auditArch() == call.arch() && (abi == Abi.X86 || abi.base() != 0 == x32 || arch == Arch.AARCH64)) {
                return abi;
            }
        }
        return null;
    }

    private boolean listed(Abi abi) {
        return abi == Abi.of(arch) || profile.architectures().contains(abi.listed());
    }

    private static boolean holds(List<Seccomp.Arg> args, BpfMachine.Call call, Abi abi) {
        boolean repeated = args.stream().map(Seccomp.Arg::index).distinct().count() < args.size();
        return repeated
                ? args.stream().anyMatch(arg -> holds(arg, call, abi))
                : args.stream().allMatch(arg -> holds(arg, call, abi));
    }

    private static boolean holds(Seccomp.Arg arg, BpfMachine.Call call, Abi abi) {
        long width = abi == Abi.X86_64 || abi == Abi.AARCH64 ? -1 : 0xffff_ffffL;
        long given = call.args()[arg.index()] & width;
        long value = arg.value() & width;
        int order = Long.compareUnsigned(given, value);
        return switch (arg.op()) {
            case SCMP_CMP_NE -> order != 0;
            case SCMP_CMP_LT -> order < 0;
            case SCMP_CMP_LE -> order <= 0;
            case SCMP_CMP_EQ -> order == 0;
            case SCMP_CMP_GE -> order >= 0;
            case SCMP_CMP_GT -> order > 0;
            case SCMP_CMP_MASKED_EQ -> (given & value) == (arg.valueTwo() & value);
        };
    }

    static int value(Action action, Integer errno) {
        int data = errno == null ? 1 : errno;
        return switch (action) {
            case SCMP_ACT_KILL, SCMP_ACT_KILL_THREAD -> 0;
            case SCMP_ACT_KILL_PROCESS -> 0x80000000;
            case SCMP_ACT_TRAP -> 0x00030000;
            case SCMP_ACT_ERRNO -> 0x00050000 | data;
            case SCMP_ACT_NOTIFY -> 0x7fc00000;
            case SCMP_ACT_TRACE -> 0x7ff00000 | data;
            case SCMP_ACT_LOG -> 0x7ffc0000;
            case SCMP_ACT_ALLOW -> 0x7fff0000;
        };
    }
}
