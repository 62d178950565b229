package io.jpod.seccomp;

import io.jpod.abi.Arch;
import io.jpod.oci.Seccomp;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Profiles and calls to try them with. */
final class Profiles {
    static final Seccomp.Action ALLOW = Seccomp.Action.SCMP_ACT_ALLOW;
    static final Seccomp.Action ERRNO = Seccomp.Action.SCMP_ACT_ERRNO;
    static final Seccomp.Action NOTIFY = Seccomp.Action.SCMP_ACT_NOTIFY;

    private static final List<Seccomp.Action> ACTIONS = List.of(
            ALLOW,
            ALLOW,
            ERRNO,
            Seccomp.Action.SCMP_ACT_LOG,
            Seccomp.Action.SCMP_ACT_TRACE,
            Seccomp.Action.SCMP_ACT_TRAP,
            Seccomp.Action.SCMP_ACT_KILL,
            Seccomp.Action.SCMP_ACT_KILL_PROCESS);
    private static final Seccomp.Operator[] OPS = Seccomp.Operator.values();

    /** Calls that exist everywhere, and ones that not all tables have; none that i386 multiplexes. */
    private static final List<String> NAMES = List.of(
            "read",
            "write",
            "open",
            "openat",
            "close",
            "ioctl",
            "mmap",
            "mmap2",
            "clone",
            "personality",
            "mount",
            "fcntl64",
            "futex",
            "arch_prctl",
            "prctl",
            "rt_sigaction",
            "execveat",
            "statx",
            "openat2",
            "landlock_add_rule",
            "getpid",
            "kill",
            "unshare",
            "setns",
            "keyctl",
            "bpf",
            "madvise",
            "waitpid",
            "preadv2",
            "dup2");

    private Profiles() {}

    static Seccomp profile(Seccomp.Action defaultAction, Seccomp.Rule... rules) {
        return new Seccomp(defaultAction, null, List.of(), List.of(), null, null, List.of(rules));
    }

    static Seccomp.Rule rule(Seccomp.Action action, String name, Seccomp.Arg... args) {
        return new Seccomp.Rule(List.of(name), action, null, List.of(args));
    }

    static Seccomp.Rule errno(int errno, String name, Seccomp.Arg... args) {
        return new Seccomp.Rule(List.of(name), ERRNO, errno, List.of(args));
    }

    static Seccomp.Arg arg(int index, String op, long value) {
        return new Seccomp.Arg(index, value, 0, Seccomp.Operator.valueOf("SCMP_CMP_" + op));
    }

    static Seccomp.Arg masked(int index, long mask, long value) {
        return new Seccomp.Arg(index, mask, value, Seccomp.Operator.SCMP_CMP_MASKED_EQ);
    }

    static BpfMachine.Call call(int arch, long nr, long... args) {
        return new BpfMachine.Call((int) nr, arch, java.util.Arrays.copyOf(args, 6));
    }

    /**
     * @param plain only what libseccomp 2.5 compiles to what it says: one rule for a call, no argument twice, no call
     *     that an architecture lacks. It merges several rules into one tree and loses some of their answers there, and
     *     an absent call at the front of the filter takes the load of the number away with it.
     */
    static Seccomp random(Random random, Arch arch, boolean plain) {
        Seccomp.Action defaultAction = ACTIONS.get(random.nextInt(ACTIONS.size()));
        List<Seccomp.Rule> rules = new ArrayList<>();
        for (int i = random.nextInt(60); i > 0; i--) {
            String name = NAMES.get(random.nextInt(NAMES.size()));
            if (plain && (named(rules, name) || !isEverywhere(name, arch))) {
                continue;
            }
            Seccomp.Action action = ACTIONS.get(random.nextInt(ACTIONS.size()));
            Integer errno = action == ERRNO ? 7 : null;
            rules.add(new Seccomp.Rule(List.of(name), action, errno, args(random, plain)));
        }
        List<Seccomp.Arch> architectures = Abi.servedBy(arch).stream()
                .filter(_ -> random.nextBoolean())
                .map(Abi::listed)
                .toList();
        return new Seccomp(defaultAction, null, architectures, List.of(), null, null, rules);
    }

    private static boolean named(List<Seccomp.Rule> rules, String name) {
        return rules.stream().anyMatch(rule -> rule.names().contains(name));
    }

    private static boolean isEverywhere(String name, Arch arch) {
        return Abi.servedBy(arch).stream().allMatch(abi -> SyscallTable.number(name, abi) >= 0);
    }

    private static List<Seccomp.Arg> args(Random random, boolean plain) {
        List<Seccomp.Arg> args = new ArrayList<>();
        for (int i = random.nextInt(4); i > 0; i--) {
            int index = plain ? args.size() : random.nextInt(6);
            args.add(new Seccomp.Arg(index, value(random), value(random), OPS[random.nextInt(OPS.length)]));
        }
        return args;
    }

    /** Few values, so that comparisons often hit, and ones that differ in one half only. */
    static long value(Random random) {
        long low = new long[] {0, 1, 2, 0x7fffffff, 0x80000000L, 0xffffffffL}[random.nextInt(6)];
        long high = new long[] {0, 0, 0, 1, 0x80000000L, 0xffffffffL}[random.nextInt(6)];
        return high << 32 | low;
    }

    static BpfMachine.Call randomCall(Random random, Arch arch) {
        List<Abi> abis = Abi.servedBy(arch);
        Abi abi = abis.get(random.nextInt(abis.size()));
        String name = NAMES.get(random.nextInt(NAMES.size()));
        int number = SyscallTable.number(name, abi);
        long nr = random.nextInt(4) > 0 && number >= 0
                ? abi.base() + number
                : switch (random.nextInt(4)) {
                    case 0 -> abi.base() + random.nextInt(600);
                    case 1 -> 0xf0000 + random.nextInt(10);
                    case 2 -> 0xffffffffL - random.nextInt(2);
                    default -> random.nextInt() & 0xffffffffL;
                };
        long[] args = new long[6];
        for (int i = 0; i < args.length; i++) {
            args[i] = value(random);
        }
        return call(abi.auditArch(), nr, args);
    }
}
