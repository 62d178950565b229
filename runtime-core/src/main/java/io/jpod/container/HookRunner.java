package io.jpod.container;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.jpod.abi.Arch;
import io.jpod.cgroup.Cgroup;
import io.jpod.cgroup.CgroupFs;
import io.jpod.exec.LocalSpawner;
import io.jpod.exec.OpFailed;
import io.jpod.exec.ProcessTree;
import io.jpod.exec.ShimProcess;
import io.jpod.exec.Spawner;
import io.jpod.exec.StepFailed;
import io.jpod.exec.ThreadExecutor;
import io.jpod.linux.Fd;
import io.jpod.linux.Kernel;
import io.jpod.linux.Linux;
import io.jpod.linux.Processes;
import io.jpod.oci.Spec;
import io.jpod.oci.Spec.HookKind;
import io.jpod.oci.Spec.NamespaceType;
import io.jpod.oci.State;
import io.jpod.plan.ExecPlanner;
import io.jpod.plan.Facts;
import io.jpod.plan.Lowering;
import io.jpod.plan.Plan;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Runs hooks, in their order, each in the namespaces that the spec's table gives it, with the container's state on its
 * standard input (runtime-spec, config.md, "POSIX-platform Hooks").
 */
final class HookRunner {
    private final Spawner spawner;
    private final Spec spec;
    private final StoredState state;
    private final Containers containers;

    HookRunner(Containers containers, Spawner spawner, Spec spec, StoredState state) {
        this.containers = containers;
        this.spawner = spawner;
        this.spec = spec;
        this.state = state;
    }

    /** @throws ContainerException naming the hook that failed, with what it printed */
    void run(HookKind kind) {
        List<Spec.Hook> hooks = spec.hooks().of(kind);
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

    private void run(HookKind kind, Spec.Hook hook, String at) {
        String json = state(kind).toHookJson();
        try (Fd input = memory("hook-state", json);
                HookOutput output = HookOutput.open()) {
            switch (kind) {
                case PRESTART, CREATE_RUNTIME, POSTSTART, POSTSTOP -> {
                    Plan plan = ExecPlanner.hostHook(hook, at, state.bundle(), environment());
                    run(parent(kind), plan, hook, input, output, Map.of(), null);
                }
                case CREATE_CONTAINER -> {
                    Plan plan = ExecPlanner.createContainerHook(spec, hook, at, state.rootfs());
                    runInContainer(plan, hook, input, output);
                }
                case START_CONTAINER -> {
                    List<Fd> stdio = List.of(input, output.writer(), output.writer());
                    runInContainer(startContainerHook(hook, at, stdio), hook, input, output);
                }
            }
        }
    }

    private List<String> environment() {
        return spawner.environment().entrySet().stream()
                .map(variable -> variable.getKey() + "=" + variable.getValue())
                .toList();
    }

    private Plan startContainerHook(Spec.Hook hook, String at, List<Fd> stdio) {
        Facts facts = HostFacts.forProcess(
                Objects.requireNonNull(spec.process(), "process"),
                "/proc/" + state.pid() + "/root",
                stdio,
                spec.linux().namespace(NamespaceType.USER) != null);
        return ExecPlanner.startContainerHook(state.id(), spec, hook, at, facts);
    }

    /** In its cgroup too, so that its limits hold. */
    private void runInContainer(Plan plan, Spec.Hook hook, Fd input, HookOutput output) {
        Optional<Cgroup> found = Optional.ofNullable(state.cgroup()).flatMap(this::cgroup);
        try (Fd process = Processes.pidfdOpen(state.pid());
                Fd root = spec.linux().hasOwnMounts() ? null : Processes.root(state.pid());
                Cgroup cgroup = found.orElse(null)) {
            Map<String, Fd> inputs = new HashMap<>(Map.of(Lowering.CONTAINER, process));
            if (root != null) {
                inputs.put(Lowering.CONTAINER_ROOT, root);
            }
            run(spawner, plan, hook, input, output, inputs, cgroup == null ? null : cgroup.fd());
        }
    }

    private Optional<Cgroup> cgroup(String recorded) {
        return CgroupFs.find()
                .flatMap(fs -> fs.locate(containers.cgroupOwner(state.id()), recorded, state.cgroupDirectories())
                        .flatMap(fs::open));
    }

    /** What earlier hooks have made, poststop takes down, also when the caller is gone: then that is our child. */
    private Spawner parent(HookKind kind) {
        Fd caller = spawner.connection();
        boolean isGone = caller != null && Linux.poll(List.of(caller), List.of(0L), 0)[0] != 0;
        return isGone && kind == HookKind.POSTSTOP ? new LocalSpawner() : spawner;
    }

    private static void run(
            Spawner parent,
            Plan plan,
            Spec.Hook hook,
            Fd input,
            HookOutput output,
            Map<String, Fd> given,
            @Nullable Fd cgroup) {
        Lowering.Lowered programs = Lowering.lower(plan, Arch.host(), 0);
        Spawner.Setting setting = new Spawner.Setting(0, cgroup, null, input, output.writer(), output.writer(), 0);
        Map<String, Fd> built = Map.of();
        try {
            built = new ThreadExecutor(Kernel.get()).run(programs.builder(), Map.of());
            Map<String, Fd> inputs = new HashMap<>(given);
            inputs.putAll(built);
            try (ShimProcess process = ShimProcess.start(parent, programs.process(), inputs, setting)) {
                try {
                    if (process.await() instanceof ShimProcess.Reached) {
                        process.proceed();
                        process.await();
                    }
                } catch (OpFailed e) {
                    process.child().await();
                    throw e;
                }
                await(parent, process, hook, output);
            }
        } catch (OpFailed e) {
            throw new ContainerException(StepFailed.notExecuted(hook.path(), e.errno()), e);
        } finally {
            built.values().forEach(Fd::close);
        }
    }

    private static void await(Spawner parent, ShimProcess process, Spec.Hook hook, HookOutput output) {
        Spawner.Child child = process.child();
        boolean hasEnded = false;
        try {
            Duration limit = hook.timeout() == null ? null : Duration.ofSeconds(hook.timeout());
            hasEnded = output.readUntilEnd(child.pidfd(), parent.connection(), limit);
        } finally {
            if (!hasEnded) {
                ProcessTree.kill(child);
            }
        }
        if (!hasEnded) {
            throw new ContainerException(
                    "%s: hook ran past specified timeout of %d seconds".formatted(hook.path(), hook.timeout()));
        }
        int code = child.await();
        if (code != 0) {
            String said = output.said();
            throw new ContainerException(
                    "%s: exit status %d%s".formatted(hook.path(), code, said.isEmpty() ? "" : ", output: " + said));
        }
    }

    private static Fd memory(String name, String content) {
        Fd fd = Linux.memfd(name);
        if (!content.isEmpty()) {
            Linux.writeFully(fd, ByteBuffer.wrap(content.getBytes(UTF_8)));
            Linux.rewind(fd);
        }
        return fd;
    }

    private State state(HookKind kind) {
        State.Status status = switch (kind) {
            case PRESTART, CREATE_RUNTIME, CREATE_CONTAINER -> State.Status.CREATING;
            case START_CONTAINER -> State.Status.CREATED;
            case POSTSTART -> State.Status.RUNNING;
            case POSTSTOP -> State.Status.STOPPED;
        };
        State known = containers.state(state, status);
        // runtime-spec, "State": in the container's namespaces it is the pid as the container sees it.
        return switch (kind) {
            case CREATE_CONTAINER, START_CONTAINER -> known.withPid(Processes.numberInside(known.pid()));
            case PRESTART, CREATE_RUNTIME, POSTSTART, POSTSTOP -> known;
        };
    }
}
