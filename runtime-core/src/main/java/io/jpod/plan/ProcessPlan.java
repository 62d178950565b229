package io.jpod.plan;

import io.jpod.oci.Linux;
import io.jpod.oci.Process;
import io.jpod.oci.Seccomp;
import io.jpod.plan.Plan.Sink;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The steps that make a process what {@code process} says: the same for a container's first process and for one that
 * {@code exec} adds.
 */
final class ProcessPlan {
    /** execvp(3), where the environment has no PATH. */
    private static final String DEFAULT_PATH = "/bin:/usr/bin";

    private final Process process;
    private final String at;
    private final Facts facts;
    private final @Nullable Seccomp seccomp;
    private final List<String> candidates;
    private final String name;
    private final String program;
    private boolean isConfined;

    /** @param at where the process stands in its file: {@code process}, or nothing in a process.json */
    ProcessPlan(Process process, String at, Facts facts, @Nullable Seccomp seccomp) {
        this(
                process,
                at,
                facts,
                seccomp,
                candidates(process),
                process.args().getFirst(),
                at.isEmpty() ? "args" : at + ".args");
    }

    /**
     * @param candidates the paths to try for the program
     * @param name the program as the config writes it
     * @param program where it stands in config.json
     */
    ProcessPlan(
            Process process,
            String at,
            Facts facts,
            @Nullable Seccomp seccomp,
            List<String> candidates,
            String name,
            String program) {
        this.process = process;
        this.at = at;
        this.facts = facts;
        this.seccomp = seccomp;
        this.candidates = candidates;
        this.name = name;
        this.program = program;
    }

    /** What comes before any namespace: a user namespace takes the privilege to lower it. */
    void outside(Sink plan) {
        if (process.oomScoreAdj() != null) {
            plan.add(new ProcessStep.SetOomScoreAdj(process.oomScoreAdj()), from("oomScoreAdj"));
        }
    }

    /** What becomes of the standard descriptors. */
    void stdio(Sink plan) {
        if (process.terminal()) {
            plan.add(new ProcessStep.TerminalAsStdio(), from("terminal"));
        }
        if (!facts.stdioToChown().isEmpty() && process.user().uid() != 0 && !process.terminal()) {
            plan.add(
                    new CredentialStep.ChownStdio(
                            facts.stdioToChown(), process.user().uid()),
                    from("user.uid"));
        }
    }

    /** setsid(2), and the terminal with it: by the very process that executes the program. */
    void session(Sink plan) {
        plan.add(new ProcessStep.NewSession(), "default");
        if (process.terminal()) {
            plan.add(new ProcessStep.ControllingTerminal(), from("terminal"));
        }
    }

    /** What needs privileges that the process is about to lose, or the host's /proc, which is about to be closed. */
    void resources(Sink plan, Linux.@Nullable MemoryPolicy memoryPolicy, Linux.@Nullable Personality personality) {
        for (int i = 0; i < process.rlimits().size(); i++) {
            plan.add(new CredentialStep.SetRlimit(process.rlimits().get(i)), from("rlimits[" + i + "]"));
        }
        if (process.scheduler() != null) {
            plan.add(new CredentialStep.SetScheduler(process.scheduler()), from("scheduler"));
        }
        if (process.ioPriority() != null) {
            plan.add(new CredentialStep.SetIoPriority(process.ioPriority()), from("ioPriority"));
        }
        if (memoryPolicy != null) {
            plan.add(new CredentialStep.SetMemoryPolicy(memoryPolicy), "linux.memoryPolicy");
        }
        if (personality != null) {
            plan.add(new CredentialStep.SetPersonality(personality), "linux.personality");
        }
        if (process.apparmorProfile() != null) {
            plan.add(new ProcessStep.SetApparmorProfile(process.apparmorProfile()), from("apparmorProfile"));
        }
    }

    /** From root with everything to what the config wants; the order is the kernel's, capabilities(7). */
    void credentials(Sink plan, Consumer<String> warn) {
        plan.add(new ProcessStep.ChangeDirectory(process.cwd()), from("cwd"));
        // runc's default too: what the caller's umask was must not show in the container.
        Integer umask = process.user().umask();
        plan.add(
                new CredentialStep.SetUmask(umask == null ? 022 : umask),
                umask == null ? "default" : from("user.umask"));
        Process.Capabilities wanted = process.capabilities();
        List<Capability> bounding = grant(wanted == null ? List.of() : wanted.bounding(), "bounding", warn);
        plan.add(new CredentialStep.LimitBoundingSet(bounding, facts.lastCapability()), from("capabilities.bounding"));
        plan.add(new CredentialStep.SetUser(process.user()), from("user"));
        capabilities(plan, isFilterPrivileged(), warn);
        plan.add(new ProcessStep.FindProgram(candidates, name), program.endsWith("args") ? program + "[0]" : program);
        if (process.noNewPrivileges()) {
            plan.add(new CredentialStep.SetNoNewPrivileges(), from("noNewPrivileges"));
        }
    }

    /** Without no_new_privs the kernel wants CAP_SYS_ADMIN for a filter, seccomp(2). */
    private boolean isFilterPrivileged() {
        return seccomp != null
                && !process.noNewPrivileges()
                && (facts.capabilities() & Capability.bits(List.of(Capability.CAP_SYS_ADMIN))) != 0;
    }

    private void capabilities(Sink plan, boolean filtering, Consumer<String> warn) {
        Process.Capabilities wanted = process.capabilities();
        if (wanted == null) {
            plan.add(
                    new CredentialStep.SetCapabilities(List.of(), List.of(), List.of(), List.of(), filtering),
                    "default");
            return;
        }
        List<Capability> permitted = grant(wanted.permitted(), "permitted", warn);
        List<Capability> inheritable = grant(wanted.inheritable(), "inheritable", warn);
        List<Capability> ambient = new ArrayList<>(grant(wanted.ambient(), "ambient", warn));
        // The kernel raises no others, capabilities(7). Templates ask for more since ever, and runc leaves them out
        // too.
        ambient.removeIf(capability -> !permitted.contains(capability) || !inheritable.contains(capability));
        List<Capability> effective = grant(wanted.effective(), "effective", warn);
        plan.add(
                new CredentialStep.SetCapabilities(effective, permitted, inheritable, ambient, filtering),
                from("capabilities"));
    }

    /**
     * The filter before it is time, and what loading it takes is gone: for a process that becomes visible to somebody who may
     * trace it. Then the filter's author has to allow what comes between it and execve.
     */
    void confine(Sink plan, Consumer<String> warn) {
        seccomp(plan, warn);
        if (isFilterPrivileged()) {
            capabilities(plan, false, ignored -> {});
        }
        isConfined = true;
    }

    /** The same for one that waits, and would keep until then what loading its filter takes. */
    void confineIfPrivileged(Sink plan, Consumer<String> warn) {
        if (isFilterPrivileged()) {
            confine(plan, warn);
        }
    }

    void exec(Sink plan, Consumer<String> warn) {
        if (!isConfined) {
            // The last thing before execve, so that a filter need allow nothing else of ours.
            seccomp(plan, warn);
        }
        plan.add(new ProcessStep.Exec(candidates, process.args(), environment()), program);
    }

    private void seccomp(Sink plan, Consumer<String> warn) {
        if (seccomp != null) {
            plan.add(Validation.seccompFilter(seccomp, facts.arch(), warn), "linux.seccomp");
        }
    }

    /** Names to capabilities; what nobody can grant is reported and left out, as the spec demands. */
    private List<Capability> grant(List<String> names, String set, Consumer<String> warn) {
        List<Capability> granted = new ArrayList<>();
        for (String name : names) {
            Capability capability = Capability.of(name);
            if (capability == null || capability.number() > facts.lastCapability()) {
                warn.accept(from("capabilities." + set) + ": unknown to this kernel, left out: " + name);
            } else if ((facts.capabilities() & 1L << capability.number()) == 0) {
                warn.accept(from("capabilities." + set) + ": the caller does not have it, left out: " + name);
            } else if (!granted.contains(capability)) {
                granted.add(capability);
            }
        }
        return granted;
    }

    /** The paths that execvp(3) would try. */
    private static List<String> candidates(Process process) {
        String name = process.args().getFirst();
        if (name.contains("/")) {
            return List.of(name);
        }
        String path = DEFAULT_PATH;
        for (String variable : process.env()) {
            if (variable.startsWith("PATH=")) {
                path = variable.substring(5);
            }
        }
        List<String> candidates = new ArrayList<>();
        for (String directory : path.split(":", -1)) {
            candidates.add(directory.isEmpty() ? "./" + name : directory + "/" + name);
        }
        return candidates;
    }

    /**
     * Each name once, with its last value, and HOME from the root file system's /etc/passwd where the config has none or an
     * empty one: as with runc.
     */
    private List<String> environment() {
        Map<String, String> environment = new LinkedHashMap<>();
        for (String variable : process.env()) {
            environment.put(variable.substring(0, variable.indexOf('=') + 1), variable);
        }
        if (facts.home() != null && environment.getOrDefault("HOME=", "HOME=").equals("HOME=")) {
            environment.put("HOME=", "HOME=" + facts.home());
        }
        return List.copyOf(environment.values());
    }

    private String from(String field) {
        return at.isEmpty() ? field : at + "." + field;
    }
}
