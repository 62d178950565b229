package io.jpod.container;

import io.jpod.abi.Errno;
import io.jpod.cgroup.Cgroup;
import io.jpod.cgroup.CgroupFs;
import io.jpod.exec.Observer;
import io.jpod.exec.ReadyProcess;
import io.jpod.exec.Setup;
import io.jpod.exec.SetupOwner;
import io.jpod.exec.Spawner;
import io.jpod.exec.StepFailed;
import io.jpod.linux.Fd;
import io.jpod.linux.Linux;
import io.jpod.linux.Processes;
import io.jpod.oci.NamespaceType;
import io.jpod.oci.Process;
import io.jpod.oci.Spec;
import io.jpod.plan.ExecPlanner;
import io.jpod.plan.Facts;
import io.jpod.plan.Lowering;
import io.jpod.plan.Names;
import io.jpod.plan.Plan;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Makes one more process in a container: born in its cgroup, moved into its namespaces, then like its first one. */
final class Execution implements SetupOwner {
    private final Held held;
    private final String id;
    private final Spec container;

    /** Of the container's first process. */
    private final int pid;

    private final Spawner spawner;
    private final Observer observer;

    /** See {@link Container#exec}. */
    static ReadyProcess of(Container known, Process process, ExecOptions options, Spawner spawner, Observer observer) {
        Verb verb = options.ignorePaused() ? Verb.EXEC_IN_PAUSED : Verb.EXEC;
        try (Held held = Held.of(known, verb, spawner)) {
            return new Execution(held, spawner, observer).prepare(process, options);
        } catch (RuntimeException e) {
            // It may have ended by itself, or by whoever has the lock since the process was born: if so, that is why.
            Held.of(known, verb, spawner).close();
            throw e;
        }
    }

    /** @param held let go of once the process is born */
    private Execution(Held held, Spawner spawner, Observer observer) {
        this.held = held;
        this.id = held.container().id();
        this.container = held.container().spec();
        this.pid = Objects.requireNonNull(held.container().stored().record()).pid();
        this.spawner = spawner;
        this.observer = Flight.watch(id, observer);
    }

    private record Question(Process process, String at, boolean intoCgroup, Facts facts, int preserve) {}

    /** It is in the container's cgroup, and whoever ends that ends it. It may be long in coming: others may freeze it. */
    @Override
    public void born() {
        held.close();
    }

    private ReadyProcess prepare(Process process, ExecOptions options) {
        if (process.terminal() && options.consoleSocket() == null) {
            throw new ContainerException("terminal: needs a console socket");
        }
        try (Fd first = held.container().running().first(Verb.EXEC);
                Cgroup cgroup = held.container().cgroup().orElse(null)) {
            return prepare(process, options, first, cgroup);
        }
    }

    private ReadyProcess prepare(Process process, ExecOptions options, Fd first, @Nullable Cgroup cgroup) {
        Facts facts = HostFacts.forProcess(
                process,
                "/proc/" + pid + "/root",
                options.stdio(),
                container.linux().namespace(NamespaceType.USER) != null);
        boolean intoCgroup = cgroup != null;
        Configs.Planned planned = Configs.plan(
                container,
                new Question(process, options.at(), intoCgroup, facts, options.preserve()),
                options.preserve(),
                () -> ExecPlanner.exec(container, process, options.at(), intoCgroup, facts));
        try {
            return make(planned, options, first, cgroup, options.cgroup());
        } catch (StepFailed e) {
            if (e.errno() != Errno.EBUSY.number() || cgroup == null || options.cgroup() != null) {
                throw e;
            }
            // It hands controllers on, and so has no processes of its own any more, cgroups(7): those are where the
            // first one is.
            return make(planned, options, first, cgroup, belowOfFirst(cgroup.path()));
        }
    }

    /** @param below the container's cgroup: where it is born; null: in that itself */
    private ReadyProcess make(
            Configs.Planned planned, ExecOptions options, Fd first, @Nullable Cgroup cgroup, @Nullable String below) {
        Plan plan = planned.plan().of(Names.of(id, null));
        observer.planned(plan);
        try (Setup setup = Setup.begin(
                plan,
                planned.programs(),
                spawner,
                this,
                observer,
                new Setup.Stdio(options.stdio(), options.preserve()),
                given -> give(given, options, first, cgroup, below))) {
            return setup.makeProcess();
        }
    }

    private void give(
            Map<String, Fd> given, ExecOptions options, Fd first, @Nullable Cgroup cgroup, @Nullable String below) {
        if (cgroup != null) {
            given.put(Setup.CGROUP, born(cgroup, below));
        }
        // Before the process joins by the pidfd: that shows that it was this one's.
        if (!container.linux().hasOwnMounts()) {
            given.put(Lowering.CONTAINER_ROOT, Processes.root(pid));
        }
        given.put(Lowering.CONTAINER, Linux.duplicate(first));
        if (options.consoleSocket() != null) {
            given.put(Lowering.CONSOLE, Linux.duplicate(options.consoleSocket()));
        }
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
    private static Fd born(Cgroup container, @Nullable String below) {
        if (below == null || below.isEmpty()) {
            return Linux.duplicate(container.fd());
        }
        String path = container.path() + "/" + below;
        Optional<Cgroup> cgroup = CgroupFs.find().flatMap(fs -> fs.open(path));
        try (Cgroup open = cgroup.orElseThrow(() -> new ContainerException("no cgroup " + path))) {
            return Linux.duplicate(open.fd());
        }
    }
}
