package io.jpod.container;

import io.jpod.abi.Errno;
import io.jpod.cgroup.Cgroup;
import io.jpod.cgroup.CgroupFs;
import io.jpod.exec.OpFailed;
import io.jpod.exec.Recording;
import io.jpod.exec.ShimProcess;
import io.jpod.exec.Spawner;
import io.jpod.exec.StepFailed;
import io.jpod.exec.ThreadExecutor;
import io.jpod.linux.Fd;
import io.jpod.linux.Kernel;
import io.jpod.linux.Linux;
import io.jpod.linux.Processes;
import io.jpod.linux.SyscallException;
import io.jpod.oci.Spec;
import io.jpod.oci.Spec.NamespaceType;
import io.jpod.plan.ExecPlanner;
import io.jpod.plan.Facts;
import io.jpod.plan.Lowering;
import io.jpod.plan.Plan;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Makes one more process in a container: born in its cgroup, moved into its namespaces, then like its first one. */
final class Execution {
    private final String id;
    private final Spec container;
    private final int pid;
    private final Spawner spawner;
    private final @Nullable Flight flight;
    private final @Nullable Trace trace;

    /** @param pid of the container's first process */
    Execution(String id, Spec container, int pid, Spawner spawner, @Nullable Trace trace) {
        this.id = id;
        this.container = container;
        this.pid = pid;
        this.spawner = spawner;
        this.flight = Flight.begin(id, trace);
        this.trace = Flight.trace(flight, trace);
    }

    /**
     * @param first pidfd of the container's first process; stays the caller's
     * @param cgroup stays the caller's
     * @return ready, and waiting for {@link Executed#execute}
     */
    Executed prepare(Spec.Process process, ExecOptions options, Fd first, @Nullable Cgroup cgroup) {
        if (process.terminal() && options.consoleSocket() == null) {
            throw new ContainerException("terminal: needs a console socket");
        }
        Facts facts = HostFacts.forProcess(
                process,
                "/proc/" + pid + "/root",
                options.stdio(),
                container.linux().namespace(NamespaceType.USER) != null);
        Plan plan = ExecPlanner.exec(id, container, process, options.at(), facts);
        Lowering.Lowered programs = Programs.of(plan, options.preserve());
        Trace.begin(trace, plan);
        Flight.planned(flight, plan);
        Map<String, Fd> descriptors = new HashMap<>();
        try {
            descriptors.putAll(build(plan, programs));
            // Before the process joins by the pidfd: that shows that it was this one's.
            if (!container.linux().hasOwnMounts()) {
                descriptors.put(Lowering.CONTAINER_ROOT, Processes.root(pid));
            }
            descriptors.put(Lowering.CONTAINER, Linux.duplicate(first));
            if (options.consoleSocket() != null) {
                descriptors.put(Lowering.CONSOLE, Linux.duplicate(options.consoleSocket()));
            }
            Executed executed =
                    new Executed(start(programs, descriptors, options, cgroup), plan, programs.process(), flight);
            try {
                executed.awaitMilestone();
                return executed;
            } catch (RuntimeException | Error e) {
                executed.kill();
                executed.close();
                throw e;
            }
        } catch (SyscallException e) {
            Flight.end(flight);
            throw new ContainerException("cannot start the process: " + e.getMessage(), e);
        } catch (RuntimeException | Error e) {
            Flight.end(flight);
            throw e;
        } finally {
            descriptors.values().forEach(Fd::close);
        }
    }

    private Map<String, Fd> build(Plan plan, Lowering.Lowered programs) {
        Recording recording = Trace.record(trace, Plan.By.BUILDER, programs.builder());
        try {
            return new ThreadExecutor(Kernel.get()).run(programs.builder(), Map.of(), recording);
        } catch (OpFailed e) {
            throw StepFailed.of(plan, programs.builder(), e);
        }
    }

    private ShimProcess start(
            Lowering.Lowered programs, Map<String, Fd> descriptors, ExecOptions options, @Nullable Cgroup cgroup) {
        try (Fd born = born(cgroup, options.cgroup())) {
            return start(programs, descriptors, options, born);
        } catch (SyscallException e) {
            if (!e.is(Errno.EBUSY) || cgroup == null || options.cgroup() != null) {
                throw e;
            }
            // It hands controllers on, and so has no processes of its own any more, cgroups(7): those are where the
            // first one is.
            try (Fd born = born(cgroup, belowOfFirst(cgroup.path()))) {
                return start(programs, descriptors, options, born);
            }
        }
    }

    private ShimProcess start(
            Lowering.Lowered programs, Map<String, Fd> descriptors, ExecOptions options, @Nullable Fd born) {
        Spawner.Setting setting = new Spawner.Setting(
                0,
                born,
                null,
                options.stdio().get(0),
                options.stdio().get(1),
                options.stdio().get(2),
                options.preserve());
        return ShimProcess.start(
                spawner,
                programs.process(),
                descriptors,
                setting,
                Trace.record(trace, Plan.By.PROCESS, programs.process()));
    }

    /** What comes behind the container's own cgroup in that of its first process, proc_pid_cgroup(5). */
    private String belowOfFirst(String cgroup) {
        String path = Linux.readText("/proc/" + pid + "/cgroup", 1 << 16)
                .lines()
                .filter(line -> line.startsWith("0::"))
                .map(line -> CgroupFs.find().orElseThrow().mount() + line.substring(3))
                .findFirst()
                .orElse("");
        if (!path.startsWith(cgroup + "/")) {
            throw new ContainerException(
                    "cgroup " + cgroup + " can have no processes, and the first one is not below it");
        }
        return path.substring(cgroup.length() + 1);
    }

    /** The directory of the cgroup that the process is born in. */
    private static @Nullable Fd born(@Nullable Cgroup container, @Nullable String below) {
        if (container == null) {
            return null;
        }
        if (below == null) {
            return Linux.duplicate(container.fd());
        }
        String path = container.path() + "/" + below;
        Optional<Cgroup> cgroup = CgroupFs.find().flatMap(fs -> fs.open(path));
        try (Cgroup open = cgroup.orElseThrow(() -> new ContainerException("no cgroup " + path))) {
            return Linux.duplicate(open.fd());
        }
    }
}
