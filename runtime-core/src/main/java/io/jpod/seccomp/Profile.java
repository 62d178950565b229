package io.jpod.seccomp;

import io.jpod.abi.Arch;
import io.jpod.abi.Flags;
import io.jpod.oci.Spec;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A profile whose every word is known: the JSON object checked and taken apart into one rule per name.
 *
 * @param abis the native table, and those listed that this kernel serves
 * @param rules in the order of the profile
 */
record Profile(
        Verdict otherwise, Set<Abi> abis, List<Rule> rules, long flags, boolean listener, List<String> warnings) {

    /** @param conditions that all must hold; none for always */
    record Rule(String name, Verdict verdict, List<Condition> conditions) {}

    /** The architectures of the runtime-spec that jpod's kernels do not serve: a call with them cannot happen. */
    private static final Set<String> FOREIGN = Set.of(
            "SCMP_ARCH_MIPS",
            "SCMP_ARCH_MIPS64",
            "SCMP_ARCH_MIPS64N32",
            "SCMP_ARCH_MIPSEL",
            "SCMP_ARCH_MIPSEL64",
            "SCMP_ARCH_MIPSEL64N32",
            "SCMP_ARCH_PPC",
            "SCMP_ARCH_PPC64",
            "SCMP_ARCH_PPC64LE",
            "SCMP_ARCH_S390",
            "SCMP_ARCH_S390X",
            "SCMP_ARCH_PARISC",
            "SCMP_ARCH_PARISC64",
            "SCMP_ARCH_RISCV64",
            "SCMP_ARCH_LOONGARCH64",
            "SCMP_ARCH_M68K",
            "SCMP_ARCH_SH",
            "SCMP_ARCH_SHEB");

    /**
     * The process that loads the filter hands the notification descriptor over with these before anybody can answer a
     * notification: it would wait for ever. runc refuses write for the same reason.
     */
    private static final Set<String> HANDS_LISTENER_OVER = Set.of("sendmsg", "write");

    private static final int ARGUMENTS = 6;

    /** linux/seccomp.h: since Linux 5.7 and 5.19. */
    private static final long TSYNC_ESRCH = 0x10;

    private static final long WAIT_KILLABLE_RECV = 0x20;

    static Profile read(Spec.Seccomp seccomp, Arch arch) {
        Verdict otherwise =
                Verdict.parse(seccomp.defaultAction(), seccomp.defaultErrnoRet(), "defaultAction", "defaultErrnoRet");
        if (otherwise.isNotify()) {
            throw new InvalidProfile("defaultAction", "SCMP_ACT_NOTIFY cannot be the default action");
        }
        Set<Abi> abis = abis(seccomp.architectures(), arch);
        List<String> warnings = new ArrayList<>();
        List<Rule> rules = new ArrayList<>();
        boolean listener = false;
        for (int i = 0; i < seccomp.syscalls().size(); i++) {
            String path = "syscalls[" + i + "]";
            Spec.SeccompRule rule = seccomp.syscalls().get(i);
            Verdict verdict = Verdict.parse(rule.action(), rule.errnoRet(), path + ".action", path + ".errnoRet");
            addRules(rule, verdict, path, rules, warnings);
            if (verdict.isNotify()) {
                checkNotify(seccomp, rule, path);
                listener = true;
            }
        }
        if (seccomp.listenerMetadata() != null && seccomp.listenerPath() == null) {
            throw new InvalidProfile("listenerMetadata", "must not be set without listenerPath");
        }
        return new Profile(otherwise, abis, rules, flags(seccomp.flags(), listener), listener, warnings);
    }

    /** A word of the profile, fit for a message. */
    static String quote(String word) {
        String shown = word.length() <= 40 ? word : word.substring(0, 40) + "...";
        return "\"" + shown.replaceAll("[^\\x20-\\x7e]|[\"\\\\]", "?") + "\"";
    }

    private static Set<Abi> abis(List<String> names, Arch arch) {
        Set<Abi> abis = EnumSet.of(Abi.of(arch));
        for (int i = 0; i < names.size(); i++) {
            Abi abi = abi(names.get(i), "architectures[" + i + "]");
            if (abi != null && Abi.servedBy(arch).contains(abi)) {
                abis.add(abi);
            }
        }
        return abis;
    }

    private static @Nullable Abi abi(String name, String path) {
        for (Abi abi : Abi.values()) {
            if (abi.ociName().equals(name)) {
                return abi;
            }
        }
        if (!FOREIGN.contains(name)) {
            throw new InvalidProfile(path, "unknown architecture " + quote(name));
        }
        return null;
    }

    private static void addRules(
            Spec.SeccompRule rule, Verdict verdict, String path, List<Rule> rules, List<String> warnings) {
        if (rule.names().isEmpty()) {
            throw new InvalidProfile(path + ".names", "must name at least one system call");
        }
        List<List<Condition>> alternatives = alternatives(rule.args(), path);
        for (int i = 0; i < rule.names().size(); i++) {
            String name = rule.names().get(i);
            if (name.isEmpty()) {
                throw new InvalidProfile(path + ".names[" + i + "]", "must not be empty");
            }
            if (!SyscallTable.knows(name)) {
                warnings.add(path + ".names[" + i + "]: system call " + quote(name) + " is not known, left out");
                continue;
            }
            for (List<Condition> conditions : alternatives) {
                rules.add(new Rule(name, verdict, conditions));
            }
        }
    }

    /**
     * Conditions on different arguments must all hold. As soon as one argument is named twice, any one of the
     * conditions is enough: what runc does, and profiles rely on it.
     */
    private static List<List<Condition>> alternatives(List<Spec.SeccompArg> args, String path) {
        List<Condition> conditions = new ArrayList<>();
        for (int i = 0; i < args.size(); i++) {
            conditions.add(condition(args.get(i), path + ".args[" + i + "]"));
        }
        if (!repeatsArgument(conditions)) {
            return List.of(conditions);
        }
        List<List<Condition>> alternatives = new ArrayList<>();
        for (Condition condition : conditions) {
            alternatives.add(List.of(condition));
        }
        return alternatives;
    }

    private static boolean repeatsArgument(List<Condition> conditions) {
        int seen = 0;
        for (Condition condition : conditions) {
            int bit = 1 << condition.argument();
            if ((seen & bit) != 0) {
                return true;
            }
            seen |= bit;
        }
        return false;
    }

    private static Condition condition(Spec.SeccompArg arg, String path) {
        if (arg.index() < 0 || arg.index() >= ARGUMENTS) {
            throw new InvalidProfile(path + ".index", "must be 0 to " + (ARGUMENTS - 1) + ", is " + arg.index());
        }
        return new Condition(arg.index(), Condition.parseOp(arg.op(), path + ".op"), arg.value(), arg.valueTwo());
    }

    private static void checkNotify(Spec.Seccomp seccomp, Spec.SeccompRule rule, String path) {
        if (seccomp.listenerPath() == null) {
            throw new InvalidProfile("listenerPath", "must be set, " + path + " has SCMP_ACT_NOTIFY");
        }
        for (int i = 0; i < rule.names().size(); i++) {
            if (HANDS_LISTENER_OVER.contains(rule.names().get(i))) {
                throw new InvalidProfile(
                        path + ".names[" + i + "]",
                        "SCMP_ACT_NOTIFY cannot be used for " + rule.names().get(i)
                                + ", the agent gets its descriptor by it");
            }
        }
    }

    static long flags(List<String> names, boolean listener) {
        long flags = listener ? Flags.SECCOMP_FILTER_FLAG_NEW_LISTENER : 0;
        for (int i = 0; i < names.size(); i++) {
            flags |= switch (names.get(i)) {
                // A listener and TSYNC agree only on how a failed TSYNC is told.
                case "SECCOMP_FILTER_FLAG_TSYNC" -> Flags.SECCOMP_FILTER_FLAG_TSYNC | (listener ? TSYNC_ESRCH : 0);
                case "SECCOMP_FILTER_FLAG_LOG" -> Flags.SECCOMP_FILTER_FLAG_LOG;
                case "SECCOMP_FILTER_FLAG_SPEC_ALLOW" -> Flags.SECCOMP_FILTER_FLAG_SPEC_ALLOW;
                // It is about notifications: the kernel answers EINVAL if there can be none.
                case "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV" -> listener ? WAIT_KILLABLE_RECV : 0;
                default -> throw new InvalidProfile("flags[" + i + "]", "unknown flag " + quote(names.get(i)));
            };
        }
        return flags;
    }
}
