package io.jpod.seccomp;

import io.jpod.abi.Arch;
import io.jpod.abi.Flags;
import io.jpod.json.Json;
import io.jpod.oci.Seccomp;
import io.jpod.oci.Seccomp.Arg;
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
record Profile(Verdict otherwise, Set<Abi> abis, List<Rule> rules, long flags, List<String> warnings) {

    /** @param conditions that all must hold; none for always */
    record Rule(String name, Verdict verdict, List<Arg> conditions) {}

    static Profile read(Seccomp seccomp, Arch arch) {
        Verdict otherwise = Verdict.of(seccomp.defaultAction(), seccomp.defaultErrnoRet());
        Set<Abi> abis = abis(seccomp.architectures(), arch);
        List<String> warnings = new ArrayList<>();
        List<Rule> rules = new ArrayList<>();
        for (int i = 0; i < seccomp.syscalls().size(); i++) {
            String path = "syscalls[" + i + "]";
            Seccomp.Rule rule = seccomp.syscalls().get(i);
            Verdict verdict = Verdict.of(rule.action(), rule.errnoRet());
            addRules(rule, verdict, path, rules, warnings);
        }
        return new Profile(otherwise, abis, rules, flags(seccomp.flags()), warnings);
    }

    private static Set<Abi> abis(List<Seccomp.Arch> listed, Arch arch) {
        Set<Abi> abis = EnumSet.of(Abi.of(arch));
        Abi.servedBy(arch).stream().filter(abi -> listed.contains(abi.listed())).forEach(abis::add);
        return abis;
    }

    private static void addRules(
            Seccomp.Rule rule, Verdict verdict, String path, List<Rule> rules, List<String> warnings) {
        List<List<Arg>> alternatives = alternatives(rule.args());
        for (int i = 0; i < rule.names().size(); i++) {
            String name = rule.names().get(i);
            if (!SyscallTable.knows(name)) {
                warnings.add(path + ".names[" + i + "]: system call " + Json.quote(name) + " is not known, left out");
                continue;
            }
            for (List<Arg> conditions : alternatives) {
                rules.add(new Rule(name, verdict, conditions));
            }
        }
    }

    /**
     * Conditions on different arguments must all hold. As soon as one argument is named twice, any one of the
     * conditions is enough: what runc does, and profiles rely on it.
     */
    private static List<List<Arg>> alternatives(List<Arg> args) {
        boolean repeats = args.stream().map(Arg::index).distinct().count() < args.size();
        return repeats ? args.stream().map(List::of).toList() : List.of(args);
    }

    static long flags(List<Seccomp.Flag> listed) {
        long flags = 0;
        for (Seccomp.Flag flag : listed) {
            flags |= switch (flag) {
                case SECCOMP_FILTER_FLAG_TSYNC -> Flags.SECCOMP_FILTER_FLAG_TSYNC;
                case SECCOMP_FILTER_FLAG_LOG -> Flags.SECCOMP_FILTER_FLAG_LOG;
                case SECCOMP_FILTER_FLAG_SPEC_ALLOW -> Flags.SECCOMP_FILTER_FLAG_SPEC_ALLOW;
                // It is about notifications: the kernel answers EINVAL where there can be none.
                case SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV -> 0;
            };
        }
        return flags;
    }
}
