package io.jpod.seccomp;

import io.jpod.abi.Arch;
import io.jpod.abi.Flags;
import io.jpod.oci.Seccomp;
import io.jpod.seccomp.Decision.Always;
import io.jpod.seccomp.Decision.ByArguments;
import io.jpod.seccomp.Decision.Clause;
import io.jpod.seccomp.Profile.Rule;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Compiles a seccomp profile as users of runc and libseccomp know it:
 *
 * <ul>
 *   <li>The native architecture is always in the filter. A call by an architecture (or x32) that the profile does not
 *       list kills the process; libseccomp kills the thread, which leaves half a process behind.
 *   <li>A rule with the action of the default, errno included, says nothing and is skipped. Of the others for one
 *       system call the first one without conditions decides, wherever it stands; else the first one whose conditions
 *       hold; else the default action.
 *   <li>Unless the default lets unknown calls through, calls that are newer than all that the profile names return
 *       ENOSYS, so that programs fall back to what the author of the profile knew.
 *   <li>Arguments are 64 bits wide, of the 32-bit architectures and x32 the low half is compared.
 *   <li>On i386 a rule for {@code socket} holds for {@code socketcall} too, and likewise {@code ipc}. Conditions
 *       cannot be checked there: a rule that has them counts without them if it restricts, and not at all if it
 *       permits.
 *   <li>Absent flags are no flags. (runc takes SPEC_ALLOW then, which is the same thing since Linux 5.16.)
 * </ul>
 */
public final class SeccompCompiler {
    /** {@code BPF_MAXINSNS}, linux/bpf_common.h. */
    static final int MAX_INSTRUCTIONS = 4096;

    private final Profile profile;
    private final Decision otherwise;
    private final Decision newer;

    private SeccompCompiler(Profile profile) {
        this.profile = profile;
        this.otherwise = new Always(profile.otherwise());
        this.newer = profile.otherwise().letsUnknownThrough() ? otherwise : new Always(Verdict.ENOSYS);
    }

    /**
     * @param arch of the kernel that the filter is for
     * @throws InvalidProfile for a combination that the kernel forbids, or a profile that needs more instructions than the kernel takes
     */
    public static Filter compile(Seccomp seccomp, Arch arch) {
        Profile profile = Profile.read(seccomp, arch);
        byte[] program = new SeccompCompiler(profile).program();
        return new Filter(program, profile.flags(), profile.warnings());
    }

    /** Whose calls a filter can hold on a kernel of this architecture, as config.json names them, its own first. */
    public static List<String> architectures(Arch arch) {
        return Abi.servedBy(arch).stream().map(abi -> abi.listed().name()).toList();
    }

    /** The bit of a filter flag, with the one for a listener if it goes with that alone. */
    public static long flag(Seccomp.Flag flag) {
        return flag == Seccomp.Flag.SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV
                ? Flags.SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV | Flags.SECCOMP_FILTER_FLAG_NEW_LISTENER
                : Profile.flags(List.of(flag));
    }

    private byte[] program() {
        Map<Integer, IntervalMap> maps = new LinkedHashMap<>();
        for (Abi abi : profile.abis()) {
            IntervalMap map = maps.computeIfAbsent(abi.auditArch(), _ -> new IntervalMap(outside(abi)));
            fill(map, abi);
        }
        BpfAssembler code = new BpfAssembler();
        DecisionCode decisions = new DecisionCode(code);
        int entry = code.ret(Verdict.KILL_PROCESS.value());
        for (Map.Entry<Integer, IntervalMap> map : new ArrayList<>(maps.entrySet()).reversed()) {
            int section = decisions.search(map.getValue());
            entry = code.jump(BpfAssembler.JEQ, map.getKey(), section, entry);
        }
        entry = code.load(DecisionCode.ARCH, entry);
        if (code.size() > MAX_INSTRUCTIONS) {
            throw new InvalidProfile(
                    "", "needs " + code.size() + " instructions, the kernel takes " + MAX_INSTRUCTIONS);
        }
        return code.program(entry);
    }

    /** For numbers that no table of that architecture has: of x86-64, those of x32. */
    private Decision outside(Abi abi) {
        return switch (abi) {
            case X86_64, X32 -> new Always(Verdict.KILL_PROCESS);
            case X86, AARCH64, ARM -> otherwise;
        };
    }

    private void fill(IntervalMap map, Abi abi) {
        map.put(abi.base(), abi.end(), otherwise);
        long last = last(abi);
        if (last >= 0) {
            map.put(abi.base() + last + 1, abi.end(), newer);
        }
        if (abi == Abi.X86_64) {
            // syscall(-1), which a tracer makes of a call that it skips: no call of x32.
            map.put(0xffff_ffffL, last >= 0 ? newer : otherwise);
        }
        for (Map.Entry<Integer, List<Clause>> clauses : clauses(abi).entrySet()) {
            map.put(abi.base() + clauses.getKey(), decision(clauses.getValue(), abi));
        }
    }

    /** The largest number that the profile names, in whatever rule, or -1. */
    private long last(Abi abi) {
        long last = -1;
        for (Rule rule : profile.rules()) {
            long number = SyscallTable.number(rule.name(), abi);
            if (abi.base() + number < abi.end()) {
                last = Math.max(last, number);
            }
        }
        return last;
    }

    private Map<Integer, List<Clause>> clauses(Abi abi) {
        Map<Integer, List<Clause>> clauses = new LinkedHashMap<>();
        for (Rule rule : profile.rules()) {
            if (rule.verdict().value() == profile.otherwise().value()) {
                continue;
            }
            add(clauses, rule.name(), abi, new Clause(rule.conditions(), rule.verdict()));
            Multiplexed other = abi == Abi.X86 ? Multiplexed.of(rule.name()) : null;
            if (other != null && (rule.conditions().isEmpty() || !permits(rule))) {
                add(clauses, other.name(), abi, new Clause(List.of(other.condition()), rule.verdict()));
            }
        }
        return clauses;
    }

    private boolean permits(Rule rule) {
        return rule.verdict().isMorePermissiveThan(profile.otherwise());
    }

    private static void add(Map<Integer, List<Clause>> clauses, String name, Abi abi, Clause clause) {
        int number = SyscallTable.number(name, abi);
        if (number != SyscallTable.ABSENT) {
            clauses.computeIfAbsent(number, _ -> new ArrayList<>()).add(clause);
        }
    }

    private Decision decision(List<Clause> clauses, Abi abi) {
        for (Clause clause : clauses) {
            if (clause.conditions().isEmpty()) {
                return new Always(clause.verdict());
            }
        }
        return new ByArguments(clauses, abi.narrow(), profile.otherwise());
    }
}
