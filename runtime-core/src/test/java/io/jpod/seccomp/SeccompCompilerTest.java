package io.jpod.seccomp;

import static io.jpod.seccomp.Profiles.ALLOW;
import static io.jpod.seccomp.Profiles.ERRNO;
import static io.jpod.seccomp.Profiles.NOTIFY;
import static io.jpod.seccomp.Profiles.arg;
import static io.jpod.seccomp.Profiles.call;
import static io.jpod.seccomp.Profiles.errno;
import static io.jpod.seccomp.Profiles.masked;
import static io.jpod.seccomp.Profiles.profile;
import static io.jpod.seccomp.Profiles.rule;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.jpod.abi.Arch;
import io.jpod.oci.Seccomp;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SeccompCompilerTest {
    private static final int X86_64 = 0xc000003e;
    private static final int X86 = 0x40000003;
    private static final int AARCH64 = 0xc00000b7;
    private static final int ARM = 0x40000028;

    private static final int ALLOWED = 0x7fff0000;
    private static final int EPERM = 0x00050001;
    private static final int ENOSYS = 0x00050026;
    private static final int KILL_PROCESS = 0x80000000;

    private static final Seccomp.Rule NEWEST = errno(1, "file_setattr");

    private static int x86_64(Seccomp profile, long nr, long... args) {
        return answer(profile, Arch.X86_64, call(X86_64, nr, args));
    }

    private static int answer(Seccomp profile, Arch arch, BpfMachine.Call call) {
        return BpfMachine.run(SeccompCompiler.compile(profile, arch).program(), call)
                .value();
    }

    private static Seccomp with(
            Seccomp p, List<Seccomp.Arch> architectures, List<Seccomp.Flag> flags, String listener) {
        return new Seccomp(p.defaultAction(), p.defaultErrnoRet(), architectures, flags, listener, null, p.syscalls());
    }

    @Test
    void numbersComeFromTheTableOfEachArchitecture() {
        Seccomp profile = profile(ERRNO, rule(ALLOW, "openat"), NEWEST);
        assertThat(x86_64(profile, 257)).isEqualTo(ALLOWED);
        assertThat(x86_64(profile, 56)).isEqualTo(EPERM);
        assertThat(answer(profile, Arch.AARCH64, call(AARCH64, 56))).isEqualTo(ALLOWED);
        assertThat(answer(profile, Arch.AARCH64, call(AARCH64, 257))).isEqualTo(EPERM);
    }

    @Test
    void architecturesThatAreNotListedKillTheProcess() {
        Seccomp bare = profile(ALLOW);
        assertThat(answer(bare, Arch.X86_64, call(X86, 1))).isEqualTo(KILL_PROCESS);
        assertThat(x86_64(bare, 0x40000000L)).as("x32").isEqualTo(KILL_PROCESS);
        assertThat(answer(bare, Arch.AARCH64, call(ARM, 1))).isEqualTo(KILL_PROCESS);

        Seccomp listed = with(
                bare,
                List.of(Seccomp.Arch.SCMP_ARCH_X86, Seccomp.Arch.SCMP_ARCH_X32, Seccomp.Arch.SCMP_ARCH_S390X),
                List.of(),
                null);
        assertThat(answer(listed, Arch.X86_64, call(X86, 1))).isEqualTo(ALLOWED);
        assertThat(x86_64(listed, 0x40000000L)).isEqualTo(ALLOWED);
        assertThat(x86_64(listed, 1)).as("native is always there").isEqualTo(ALLOWED);
    }

    @Test
    void callsNewerThanTheProfileReturnEnosysUnlessTheDefaultLetsThemThrough() {
        assertThat(x86_64(profile(ERRNO, rule(ALLOW, "statx")), 332)).isEqualTo(ALLOWED);
        assertThat(x86_64(profile(ERRNO, rule(ALLOW, "statx")), 331)).isEqualTo(EPERM);
        assertThat(x86_64(profile(ERRNO, rule(ALLOW, "statx")), 333)).isEqualTo(ENOSYS);
        assertThat(x86_64(profile(Seccomp.Action.SCMP_ACT_KILL_PROCESS, rule(ALLOW, "statx")), 435))
                .isEqualTo(ENOSYS);
        assertThat(x86_64(profile(ERRNO, errno(1, "statx")), 332))
                .as("a skipped rule counts")
                .isEqualTo(EPERM);
        assertThat(x86_64(profile(Seccomp.Action.SCMP_ACT_LOG, rule(ALLOW, "statx")), 435))
                .isEqualTo(0x7ffc0000);
        assertThat(x86_64(profile(ERRNO), 435)).as("nothing is known of it").isEqualTo(EPERM);
    }

    @Test
    void aNumberOfMinusOneIsNotX32() {
        assertThat(x86_64(profile(ALLOW), -1)).isEqualTo(ALLOWED);
        assertThat(x86_64(profile(ERRNO, rule(ALLOW, "read")), -1)).isEqualTo(ENOSYS);
    }

    @Test
    void privateCallsOfArmDoNotMakeAllOthersOld() {
        Seccomp profile = with(
                profile(ERRNO, rule(ALLOW, "set_tls"), rule(ALLOW, "statx")),
                List.of(Seccomp.Arch.SCMP_ARCH_ARM),
                List.of(),
                null);
        assertThat(answer(profile, Arch.AARCH64, call(ARM, 0xf0005))).isEqualTo(ALLOWED);
        assertThat(answer(profile, Arch.AARCH64, call(ARM, 0xf0004))).isEqualTo(EPERM);
        assertThat(answer(profile, Arch.AARCH64, call(ARM, 398))).isEqualTo(ENOSYS);
    }

    @Test
    void anUnconditionalRuleDecidesWhereverItStands() {
        Seccomp last = profile(ERRNO, errno(7, "read", arg(0, "EQ", 3)), rule(ALLOW, "read"), errno(9, "read"));
        assertThat(x86_64(last, 0, 3)).isEqualTo(ALLOWED);
    }

    @Test
    void amongConditionalRulesTheFirstThatHoldsDecides() {
        Seccomp profile =
                profile(ERRNO, errno(7, "read", arg(0, "EQ", 3)), rule(ALLOW, "read", arg(0, "GE", 2)), NEWEST);
        assertThat(x86_64(profile, 0, 3)).isEqualTo(0x00050007);
        assertThat(x86_64(profile, 0, 4)).isEqualTo(ALLOWED);
        assertThat(x86_64(profile, 0, 1)).isEqualTo(EPERM);
    }

    @Test
    void aRuleWithTheActionOfTheDefaultIsSkipped() {
        Seccomp profile = profile(ERRNO, errno(1, "read"), rule(ALLOW, "read"), rule(ERRNO, "write"), NEWEST);
        assertThat(x86_64(profile, 0)).isEqualTo(ALLOWED);
        assertThat(x86_64(profile, 1)).isEqualTo(EPERM);
    }

    @Test
    void conditionsOnOneArgumentAreAlternativesAsInRunc() {
        Seccomp profile =
                profile(ERRNO, rule(ALLOW, "personality", arg(0, "EQ", 0), arg(0, "EQ", 8), arg(1, "EQ", 5)), NEWEST);
        assertThat(x86_64(profile, 135, 8)).isEqualTo(ALLOWED);
        assertThat(x86_64(profile, 135, 9, 5)).isEqualTo(ALLOWED);
        assertThat(x86_64(profile, 135, 9, 4)).isEqualTo(EPERM);
    }

    @Test
    void argumentsAreComparedInAll64BitsAndUnsigned() {
        Seccomp profile = profile(ERRNO, rule(ALLOW, "socket", arg(0, "LT", 38)), NEWEST);
        assertThat(x86_64(profile, 41, 37)).isEqualTo(ALLOWED);
        assertThat(x86_64(profile, 41, 38)).isEqualTo(EPERM);
        assertThat(x86_64(profile, 41, 0x1_0000_0001L)).isEqualTo(EPERM);
        assertThat(x86_64(profile, 41, -1)).isEqualTo(EPERM);
        Seccomp mask = profile(ERRNO, rule(ALLOW, "clone", masked(0, 0x7E020000, 0)), NEWEST);
        assertThat(x86_64(mask, 56, 0x11)).isEqualTo(ALLOWED);
        assertThat(x86_64(mask, 56, 0x10000011)).isEqualTo(EPERM);
    }

    @Test
    void socketcallFollowsRulesForSocketExceptPermissionsThatHaveConditions() {
        List<Seccomp.Arch> x86 = List.of(Seccomp.Arch.SCMP_ARCH_X86);
        Seccomp all = with(profile(ERRNO, rule(ALLOW, "socket"), NEWEST), x86, List.of(), null);
        assertThat(answer(all, Arch.X86_64, call(X86, 102, 1))).isEqualTo(ALLOWED);
        assertThat(answer(all, Arch.X86_64, call(X86, 102, 2))).isEqualTo(EPERM);
        assertThat(answer(all, Arch.X86_64, call(X86, 359))).isEqualTo(ALLOWED);

        Seccomp permits = with(profile(ERRNO, rule(ALLOW, "socket", arg(0, "EQ", 1)), NEWEST), x86, List.of(), null);
        assertThat(answer(permits, Arch.X86_64, call(X86, 359, 1))).isEqualTo(ALLOWED);
        assertThat(answer(permits, Arch.X86_64, call(X86, 102, 1))).isEqualTo(EPERM);

        Seccomp restricts = with(profile(ALLOW, errno(1, "socket", arg(0, "EQ", 38))), x86, List.of(), null);
        assertThat(answer(restricts, Arch.X86_64, call(X86, 359, 1))).isEqualTo(ALLOWED);
        assertThat(answer(restricts, Arch.X86_64, call(X86, 102, 1))).isEqualTo(EPERM);

        Seccomp ipc = with(profile(ALLOW, errno(1, "shmat")), x86, List.of(), null);
        assertThat(answer(ipc, Arch.X86_64, call(X86, 117, 0x10000 | 21))).isEqualTo(EPERM);
    }

    @Test
    void errnoIsEpermUnlessTold() {
        assertThat(x86_64(profile(ERRNO), 0)).isEqualTo(EPERM);
        Seccomp told = new Seccomp(ERRNO, 38, List.of(), List.of(), null, null, List.of());
        assertThat(x86_64(told, 0)).isEqualTo(ENOSYS);
        assertThat(x86_64(profile(Seccomp.Action.SCMP_ACT_TRACE), 0)).isEqualTo(0x7ff00001);
    }

    @Test
    void unknownNamesAreLeftOutWithAWarning() {
        Filter filter =
                SeccompCompiler.compile(profile(ERRNO, rule(ALLOW, "read"), rule(ALLOW, "no_such_call")), Arch.X86_64);
        assertThat(filter.warnings())
                .containsExactly("syscalls[1].names[0]: system call \"no_such_call\" is not known, left out");
        assertThat(SeccompCompiler.compile(profile(ERRNO, rule(ALLOW, "s390_pci_mmio_read")), Arch.X86_64)
                        .warnings())
                .as("another architecture has it")
                .isEmpty();
    }

    @Test
    void flagsAreTheKernelsBits() {
        List<Seccomp.Flag> all = List.of(Seccomp.Flag.values());
        Filter silent = SeccompCompiler.compile(with(profile(ALLOW), List.of(), all, null), Arch.X86_64);
        assertThat(silent.flags()).isEqualTo(7);
        assertThat(SeccompCompiler.flag(Seccomp.Flag.SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV))
                .as("with NEW_LISTENER")
                .isEqualTo(0x28);
    }

    @Test
    void notificationsAreRefused() {
        refused(profile(NOTIFY), "listenerPath", "seccomp notification is not supported yet");
        refused(profile(ALLOW, rule(NOTIFY, "mount")), "listenerPath", "seccomp notification is not supported yet");
    }

    @Test
    void longFiltersJumpFartherThan255InstructionsAndEndAt4096() {
        Seccomp fits = values(900);
        assertThat(x86_64(fits, 135, 0)).isEqualTo(ALLOWED);
        assertThat(x86_64(fits, 135, 899L << 33 | 899)).isEqualTo(ALLOWED);
        assertThat(x86_64(fits, 135, 900)).isEqualTo(EPERM);
        assertThat(x86_64(fits, 453)).isEqualTo(ALLOWED);
        refused(values(1100), "", "needs 4435 instructions, the kernel takes 4096");
    }

    private static Seccomp values(int count) {
        List<Seccomp.Rule> rules = new ArrayList<>();
        for (long i = 0; i < count; i++) {
            rules.add(rule(ALLOW, "personality", arg(0, "EQ", i << 33 | i)));
        }
        rules.add(rule(ALLOW, "map_shadow_stack"));
        rules.add(NEWEST);
        return profile(ERRNO, rules.toArray(Seccomp.Rule[]::new));
    }

    private static void refused(Seccomp profile, String path, String reason) {
        assertThatExceptionOfType(InvalidProfile.class)
                .isThrownBy(() -> SeccompCompiler.compile(profile, Arch.X86_64))
                .satisfies(e -> assertThat(e.path()).isEqualTo(path))
                .satisfies(e -> assertThat(e.reason()).isEqualTo(reason));
    }
}
