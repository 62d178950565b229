package io.jpod.container;

import io.jpod.cgroup.Cgroup;
import io.jpod.exec.LocalSpawner;
import io.jpod.exec.ProgramRun;
import io.jpod.exec.Setup;
import io.jpod.exec.Spawner;
import io.jpod.exec.StepFailed;
import io.jpod.linux.Fd;
import io.jpod.linux.Linux;
import io.jpod.linux.Poll;
import io.jpod.linux.Processes;
import io.jpod.oci.Hook;
import io.jpod.oci.HookKind;
import io.jpod.oci.NamespaceType;
import io.jpod.oci.Spec;
import io.jpod.oci.State;
import io.jpod.plan.ExecPlanner;
import io.jpod.plan.Facts;
import io.jpod.plan.Lowering;
import io.jpod.plan.Names;
import io.jpod.plan.Plan;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * Runs hooks, in their order, each in the namespaces that the spec's table gives it, with the container's state on its
 * standard input (runtime-spec, config.md, "POSIX-platform Hooks").
 */
final class HookRunner {
    /** Bytes of what a hook prints that an error may have. */
    private static final int LIMIT = 4096;

    private final Container container;
    private final Spec spec;
    private final StoredState state;
    private final Spawner spawner;

    /** @param container that has a record */
    HookRunner(Container container, Spawner spawner) {
        this.container = container;
        this.spec = container.spec();
        this.state = Objects.requireNonNull(container.stored().record());
        this.spawner = spawner;
    }

    /** @throws ContainerException naming the hook that failed, with what it printed */
    void run(HookKind kind) {
        List<Hook> hooks = spec.hooks().of(kind);
        for (int i = 0; i < hooks.size(); i++) {
            String at = "hooks." + kind.jsonName() + "[" + i + "]";
            try {
                run(kind, hooks.get(i), at);
            } catch (ContainerException e) {
                // The words of runc that its callers look for.
                throw new ContainerException("%s: error running hook #%d: %s".formatted(at, i, e.getMessage()), e);
            }
        }
    }

    private void run(HookKind kind, Hook hook, String at) {
        try (ProgramRun run = new ProgramRun(parent(kind), state(kind).toHookJson(), 2 * LIMIT)) {
            switch (kind) {
                case PRESTART, CREATE_RUNTIME, POSTSTART, POSTSTOP ->
                    run(run, ExecPlanner.hostHook(hook, at, state.bundle(), environment()), hook, _ -> {});
                case CREATE_CONTAINER ->
                    run(
                            run,
                            ExecPlanner.createContainerHook(spec, hook, at, state.cgroup() != null, state.rootfs()),
                            hook,
                            this::giveContainer);
                case START_CONTAINER -> run(run, startContainerHook(hook, at, run.stdio()), hook, this::giveContainer);
            }
        }
    }

    private static void run(ProgramRun run, Plan plan, Hook hook, Consumer<Map<String, Fd>> given) {
        Duration limit = hook.timeout() == null ? null : Duration.ofSeconds(hook.timeout());
        try {
            ProgramRun.Ended ended = run.run(plan, given, limit)
                    .orElseThrow(() -> new ContainerException("%s: hook ran past specified timeout of %d seconds"
                            .formatted(hook.path(), hook.timeout())));
            if (ended.code() != 0) {
                String all = ended.said();
                String said = all.length() > LIMIT ? all.substring(0, LIMIT) + "..." : all;
                throw new ContainerException("%s: exit status %d%s"
                        .formatted(hook.path(), ended.code(), said.isEmpty() ? "" : ", output: " + said));
            }
        } catch (StepFailed e) {
            throw new ContainerException(StepFailed.notExecuted(hook.path(), e.errno()), e);
        }
    }

    private List<String> environment() {
        return spawner.environment().entrySet().stream()
                .map(variable -> variable.getKey() + "=" + variable.getValue())
                .toList();
    }

    private Plan startContainerHook(Hook hook, String at, List<Fd> stdio) {
        Facts facts = HostFacts.forProcess(
                Objects.requireNonNull(spec.process(), "process"),
                "/proc/" + state.pid() + "/root",
                stdio,
                spec.linux().namespace(NamespaceType.USER) != null);
        return ExecPlanner.startContainerHook(spec, hook, at, state.cgroup() != null, facts)
                .of(Names.of(state.id(), null));
    }

    /** In its cgroup too, so that its limits hold. */
    private void giveContainer(Map<String, Fd> given) {
        try (Cgroup cgroup = container.cgroup().orElse(null)) {
            if (cgroup != null) {
                given.put(Setup.CGROUP, Linux.duplicate(cgroup.fd()));
            }
            if (!spec.linux().hasOwnMounts()) {
                given.put(Lowering.CONTAINER_ROOT, Processes.root(state.pid()));
            }
            given.put(Lowering.CONTAINER, Processes.pidfdOpen(state.pid()));
        }
    }

    /** What earlier hooks have made, poststop takes down, also when the caller is gone: then that is our child. */
    private Spawner parent(HookKind kind) {
        Fd caller = spawner.connection();
        boolean isGone = caller != null && Poll.poll(List.of(caller), List.of(0L), 0)[0] != 0;
        return isGone && kind == HookKind.POSTSTOP ? new LocalSpawner() : spawner;
    }

    private State state(HookKind kind) {
        State.Status status = switch (kind) {
            case PRESTART, CREATE_RUNTIME, CREATE_CONTAINER -> State.Status.CREATING;
            case START_CONTAINER -> State.Status.CREATED;
            case POSTSTART -> State.Status.RUNNING;
            case POSTSTOP -> State.Status.STOPPED;
        };
        State known = Containers.state(state, status);
        // runtime-spec, "State": in the container's namespaces it is the pid as the container sees it.
        return switch (kind) {
            case CREATE_CONTAINER, START_CONTAINER -> known.withPid(Processes.numberInside(known.pid()));
            case PRESTART, CREATE_RUNTIME, POSTSTART, POSTSTOP -> known;
        };
    }
}
