package io.jpod.plan;

import io.jpod.oci.Spec;
import io.jpod.oci.Spec.NamespaceType;
import io.jpod.plan.Plan.By;
import java.util.ArrayList;
import java.util.List;

/** Plans for processes beside a container's first one: {@code exec}, and hooks. Pure. */
public final class ExecPlanner {
    private ExecPlanner() {}

    /**
     * A process that joins a container, with its seccomp filter.
     *
     * @param at where the process stands in its file: {@code process}, or nothing
     */
    public static Plan exec(Spec container, Spec.Process process, String at, Facts facts) {
        Validation.process(process, at, facts);
        List<Plan.Entry> entries = new ArrayList<>();
        List<String> warnings = new ArrayList<>();
        entries.add(new Plan.Entry(new Step.OpenProcfs(), By.BUILDER, "default"));
        Sink plan = (step, from) -> entries.add(new Plan.Entry(step, By.PROCESS, from));
        plan.add(new Step.JoinContainer(joined(container)), "linux.namespaces");
        if (container.linux().namespace(NamespaceType.USER) != null) {
            plan.add(new Step.BecomeRoot(true), "linux.namespaces");
        }
        if (process.terminal()) {
            plan.add(new Step.OpenConsole(process.consoleSize(), process.user().uid(), false), "terminal");
        }
        ProcessPlan steps = new ProcessPlan(process, at, facts, container.linux().seccomp());
        steps.stdio(plan);
        steps.resources(plan, null, container.linux().personality());
        if (process.execCPUAffinity() != null && process.execCPUAffinity().finalCpus() != null) {
            plan.add(new Step.SetCpuAffinity(process.execCPUAffinity().finalCpus()), "execCPUAffinity.final");
        }
        plan.add(new Step.CloseDescriptors(), "default");
        steps.credentials(plan, warnings::add);
        boolean pids = container.linux().namespace(NamespaceType.PID) != null;
        if (pids) {
            plan.add(new Step.EnterPidNamespace(), "linux.namespaces");
        }
        steps.session(plan);
        plan.add(new Step.Await(Step.Milestone.READY), "default");
        steps.exec(plan, warnings::add);
        return new Plan(entries, warnings);
    }

    /** A hook that runs on the host: prestart, createRuntime, poststart, poststop. */
    public static Plan hostHook(Spec.Hook hook, String at, String directory) {
        List<Plan.Entry> entries = new ArrayList<>();
        Sink plan = (step, from) -> entries.add(new Plan.Entry(step, By.PROCESS, from));
        plan.add(new Step.CloseDescriptors(), "default");
        plan.add(new Step.ChangeDirectory(directory), "default");
        hook(plan, hook, at);
        return new Plan(entries, List.of());
    }

    /** A hook in the container's namespaces before pivot_root: createContainer, whose path is the host's. */
    public static Plan containerHook(Spec container, Spec.Hook hook, String at) {
        List<Plan.Entry> entries = new ArrayList<>();
        Sink plan = (step, from) -> entries.add(new Plan.Entry(step, By.PROCESS, from));
        plan.add(new Step.JoinContainer(joined(container)), "linux.namespaces");
        plan.add(new Step.CloseDescriptors(), "default");
        if (container.linux().namespace(NamespaceType.PID) != null) {
            plan.add(new Step.EnterPidNamespace(), "linux.namespaces");
        }
        plan.add(new Step.Await(Step.Milestone.READY), "default");
        hook(plan, hook, at);
        return new Plan(entries, List.of());
    }

    private static void hook(Sink plan, Spec.Hook hook, String at) {
        List<String> args = hook.args().isEmpty() ? List.of(hook.path()) : hook.args();
        plan.add(new Step.Exec(List.of(hook.path()), args, hook.env()), at);
    }

    /** setns(2) with a pidfd takes them all in one call. The pid namespace is joined by clone, time by setns too. */
    private static List<NamespaceType> joined(Spec container) {
        return container.linux().namespaces().stream()
                .map(Spec.Namespace::type)
                .filter(type -> type != NamespaceType.PID)
                .sorted()
                .toList();
    }
}
