package io.jpod.plan;

import io.jpod.oci.Hook;
import io.jpod.oci.Namespace;
import io.jpod.oci.NamespaceType;
import io.jpod.oci.Process;
import io.jpod.oci.Spec;
import io.jpod.plan.Plan.By;
import io.jpod.plan.Plan.Sink;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/** Plans for processes beside a container's first one: {@code exec}, and hooks. Pure. */
public final class ExecPlanner {
    private ExecPlanner() {}

    /**
     * A process that joins a container, with its seccomp filter and session keyring.
     *
     * @param at where the process stands in its file: {@code process}, or nothing
     * @param intoCgroup whether it is born in a cgroup, the container's or one below
     */
    public static Plan exec(Spec container, Process process, String at, boolean intoCgroup, Facts facts) {
        Validation.process(process, at, facts);
        return join(
                container,
                process,
                intoCgroup,
                new ProcessPlan(process, at, facts, container.linux().seccomp()));
    }

    /**
     * A startContainer hook: its path is the image's, so it is what the container's own process is, in credentials and
     * limits too, and has that one's environment if it brings none.
     */
    public static Plan startContainerHook(Spec container, Hook hook, String at, boolean intoCgroup, Facts facts) {
        Process own = Objects.requireNonNull(container.process(), "process");
        Process process = own.with(p -> {
            p.terminal = false;
            p.consoleSize = null;
            p.args = args(hook);
            p.env = hook.env() == null ? p.env : hook.env();
        });
        ProcessPlan steps = new ProcessPlan(
                process, "process", facts, container.linux().seccomp(), List.of(hook.path()), hook.path(), at);
        return join(container, process, intoCgroup, steps);
    }

    private static Plan join(Spec container, Process process, boolean intoCgroup, ProcessPlan steps) {
        List<Plan.Entry> entries = new ArrayList<>();
        List<String> warnings = new ArrayList<>();
        entries.add(new Plan.Entry(new HostStep.OpenProcfs(), By.BUILDER, "default"));
        entries.add(cloneProcess(intoCgroup));
        Sink plan = (step, from) -> entries.add(new Plan.Entry(step, By.PROCESS, from));
        steps.outside(plan);
        plan.add(new NamespaceStep.HideProcess(), "default");
        plan.add(new NamespaceStep.JoinContainer(joined(container)), "linux.namespaces");
        if (!container.linux().hasOwnMounts()) {
            plan.add(new RootfsStep.EnterRootOfContainer(), "linux.namespaces");
        }
        if (container.linux().namespace(NamespaceType.USER) != null) {
            plan.add(new NamespaceStep.BecomeRoot(), "linux.namespaces");
        }
        if (process.terminal()) {
            plan.add(
                    new RootfsStep.OpenConsole(
                            process.consoleSize(), process.user().uid(), false),
                    "terminal");
        }
        steps.stdio(plan);
        // Whoever called jpod has keys of the host in theirs.
        plan.add(new ProcessStep.JoinKeyring(), "default");
        steps.resources(plan, null, container.linux().personality());
        if (process.execCPUAffinity() != null && process.execCPUAffinity().finalCpus() != null) {
            plan.add(new CredentialStep.SetCpuAffinity(process.execCPUAffinity().finalCpus()), "execCPUAffinity.final");
        }
        plan.add(new ProcessStep.CloseDescriptors(), "default");
        steps.credentials(plan, warnings::add);
        plan.add(new NamespaceStep.HideProcess(), "default");
        if (mayBeTraced(container, process)) {
            steps.confine(plan, warnings::add);
        }
        enterPidNamespace(plan, container);
        steps.session(plan);
        steps.exec(plan, warnings::add);
        return new Plan(entries, warnings);
    }

    /**
     * A hook that runs on the host: prestart, createRuntime, poststart, poststop.
     *
     * @param inherited the environment of one that brings none
     */
    public static Plan hostHook(Hook hook, String at, String directory, List<String> inherited) {
        return hostProgram(hook.path(), args(hook), hook.env() == null ? inherited : hook.env(), at, directory, true);
    }

    /**
     * Another program of the host, whose environment is what it brings.
     *
     * @param args with the name that it is called by
     * @param adopts whether what it leaves behind becomes its own, and ends with it
     */
    public static Plan hostProgram(
            String path, List<String> args, List<String> env, String at, String directory, boolean adopts) {
        List<Plan.Entry> entries = new ArrayList<>(List.of(cloneProcess(false)));
        Sink plan = (step, from) -> entries.add(new Plan.Entry(step, By.PROCESS, from));
        plan.add(new ProcessStep.CloseDescriptors(), "default");
        plan.add(new ProcessStep.ChangeHostDirectory(directory), "default");
        if (adopts) {
            plan.add(new ProcessStep.AdoptOrphans(), "default");
        }
        plan.add(new ProcessStep.Exec(List.of(path), args, env), at);
        return new Plan(entries, List.of());
    }

    /**
     * A createContainer hook, in the container's namespaces before pivot_root: its path is the host's, it begins in the root
     * file system as everybody sees it until then, and it may do there all that set-up may.
     *
     * @param rootfs absolute path of root.path
     */
    public static Plan createContainerHook(Spec container, Hook hook, String at, boolean intoCgroup, String rootfs) {
        List<Plan.Entry> entries = new ArrayList<>(List.of(cloneProcess(intoCgroup)));
        Sink plan = (step, from) -> entries.add(new Plan.Entry(step, By.PROCESS, from));
        plan.add(new NamespaceStep.HideProcess(), "default");
        plan.add(new NamespaceStep.JoinContainer(joined(container)), "linux.namespaces");
        // As the caller still: directories above it may be closed to the root of a user namespace.
        plan.add(new ProcessStep.ChangeHostDirectory(rootfs), "root.path");
        if (container.linux().namespace(NamespaceType.USER) != null) {
            plan.add(new NamespaceStep.BecomeRoot(), "linux.namespaces");
        }
        plan.add(new ProcessStep.CloseDescriptors(), "default");
        plan.add(new NamespaceStep.HideProcess(), "default");
        enterPidNamespace(plan, container);
        hook(
                plan,
                hook,
                at,
                container.process() == null ? List.of() : container.process().env());
        return new Plan(entries, List.of());
    }

    private static Plan.Entry cloneProcess(boolean intoCgroup) {
        return new Plan.Entry(
                new BrainStep.CloneProcess(EnumSet.noneOf(NamespaceType.class), false, intoCgroup),
                By.BRAIN,
                "default");
    }

    private static void hook(Sink plan, Hook hook, String at, List<String> inherited) {
        plan.add(
                new ProcessStep.Exec(List.of(hook.path()), args(hook), hook.env() == null ? inherited : hook.env()),
                at);
    }

    private static List<String> args(Hook hook) {
        return hook.args().isEmpty() ? List.of(hook.path()) : hook.args();
    }

    /** The process is ready then: what is left is its own session, and execve. */
    private static void enterPidNamespace(Sink plan, Spec container) {
        boolean isSeparate = container.linux().namespace(NamespaceType.PID) != null;
        plan.add(
                isSeparate ? new NamespaceStep.EnterPidNamespace() : new ProcessStep.Await(Step.Milestone.READY),
                isSeparate ? "linux.namespaces" : "default");
    }

    /**
     * Whether somebody in its pid namespace may look into a process that is hidden. That takes CAP_SYS_PTRACE in the user
     * namespace that jpod-init was executed in, ptrace(2): whoever is in another one never has it, and in a pid namespace of its
     * own a container has at most what its bounding set has.
     */
    static boolean mayBeTraced(Spec container, Process process) {
        Namespace pid = container.linux().namespace(NamespaceType.PID);
        if (pid == null || container.linux().namespace(NamespaceType.USER) != null) {
            return false;
        }
        return pid.path() != null
                || Stream.of(container.process(), process)
                        .map(each -> each == null ? null : each.capabilities())
                        .anyMatch(sets -> sets != null && sets.bounding().contains("CAP_SYS_PTRACE"));
    }

    /**
     * setns(2) with a pidfd takes them all in one call; the pid namespace is then that of the children. Whoever calls may have
     * other mounts than who made the container.
     */
    private static List<NamespaceType> joined(Spec container) {
        return Stream.concat(
                        container.linux().namespaces().stream().map(Namespace::type), Stream.of(NamespaceType.MOUNT))
                .distinct()
                .sorted()
                .toList();
    }
}
