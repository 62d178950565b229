package io.jpod.seccomp;

import io.jpod.abi.Arch;
import io.jpod.abi.Flags;
import io.jpod.oci.Seccomp;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * A profile taken apart into one rule per name.
 *
 * @param abis the native table, and those listed that this kernel serves
 * @param rules in the order of the profile
 */
record Profile(
        Verdict otherwise, Set<Abi> abis, List<Rule> rules, long flags, boolean listener, List<String> warnings) {

    /** @param conditions that all must hold; none for always */
    record Rule(String name, Verdict verdict, List<Condition> conditions) {}

    /**
     * The process that loads the filter hands the notification descriptor over with these before anybody can answer a
     * notification: it would wait for ever. runc refuses write for the same reason.
     */
    private static final Set<String> HANDS_LISTENER_OVER = Set.of("sendmsg", "write");

    /** linux/seccomp.h: since Linux 5.7 and 5.19. */
    private static final long TSYNC_ESRCH = 0x10;

    private static final long WAIT_KILLABLE_RECV = 0x20;

    static Profile read(Seccomp seccomp, Arch arch) {
        Verdict otherwise = Verdict.of(seccomp.defaultAction(), seccomp.defaultErrnoRet());
        if (otherwise.isNotify()) {
            throw new InvalidProfile("defaultAction", "SCMP_ACT_NOTIFY cannot be the default action");
        }
        Set<Abi> abis = abis(seccomp.architectures(), arch);
        List<String> warnings = new ArrayList<>();
        List<Rule> rules = new ArrayList<>();
        boolean listener = false;
        for (int i = 0; i < seccomp.syscalls().size(); i++) {
            String path = "syscalls[" + i + "]";
            Seccomp.Rule rule = seccomp.syscalls().get(i);
            Verdict verdict = Verdict.of(rule.action(), rule.errnoRet());
            addRules(rule, verdict, path, rules, warnings);
            if (verdict.isNotify()) {
                checkNotify(rule, path);
                listener = true;
            }
        }
        return new Profile(otherwise, abis, rules, flags(seccomp.flags(), listener), listener, warnings);
    }

    /** A word of the profile, fit for a message. */
    static String quote(String word) {
        String shown = word.length() <= 40 ? word : word.substring(0, 40) + "...";
        return "\"" + shown.replaceAll("[^\\x20-\\x7e]|[\"\\\\]", "?") + "\"";
    }

    private static Set<Abi> abis(List<Seccomp.Arch> listed, Arch arch) {
        Set<Abi> abis = EnumSet.of(Abi.of(arch));
        Abi.servedBy(arch).stream().filter(abi -> listed.contains(abi.listed())).forEach(abis::add);
        return abis;
    }

    private static void addRules(
            Seccomp.Rule rule, Verdict verdict, String path, List<Rule> rules, List<String> warnings) {
        List<List<Condition>> alternatives = alternatives(rule.args());
        for (int i = 0; i < rule.names().size(); i++) {
            String name = rule.names().get(i);
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
    private static List<List<Condition>> alternatives(List<Seccomp.Arg> args) {
        List<Condition> conditions = args.stream()
                .map(arg -> new Condition(arg.index(), arg.op(), arg.value(), arg.valueTwo()))
                .toList();
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

    private static void checkNotify(Seccomp.Rule rule, String path) {
        for (int i = 0; i < rule.names().size(); i++) {
            if (HANDS_LISTENER_OVER.contains(rule.names().get(i))) {
                throw new InvalidProfile(
                        path + ".names[" + i + "]",
                        "SCMP_ACT_NOTIFY cannot be used for " + rule.names().get(i)
                                + ", the agent gets its descriptor by it");
            }
        }
    }

    static long flags(List<Seccomp.Flag> listed, boolean listener) {
        long flags = listener ? Flags.SECCOMP_FILTER_FLAG_NEW_LISTENER : 0;
        for (Seccomp.Flag flag : listed) {
            flags |= switch (flag) {
                // A listener and TSYNC agree only on how a failed TSYNC is told.
                case SECCOMP_FILTER_FLAG_TSYNC -> Flags.SECCOMP_FILTER_FLAG_TSYNC | (listener ? TSYNC_ESRCH : 0);
                case SECCOMP_FILTER_FLAG_LOG -> Flags.SECCOMP_FILTER_FLAG_LOG;
                case SECCOMP_FILTER_FLAG_SPEC_ALLOW -> Flags.SECCOMP_FILTER_FLAG_SPEC_ALLOW;
                // It is about notifications: the kernel answers EINVAL if there can be none.
                case SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV -> listener ? WAIT_KILLABLE_RECV : 0;
            };
        }
        return flags;
    }
}
