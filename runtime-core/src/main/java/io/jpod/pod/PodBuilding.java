package io.jpod.pod;

import io.jpod.abi.Arch;
import io.jpod.abi.Flags;
import io.jpod.cgroup.Cgroup;
import io.jpod.cgroup.CgroupFs;
import io.jpod.container.Flight;
import io.jpod.container.IdMappings;
import io.jpod.container.Trace;
import io.jpod.exec.OpFailed;
import io.jpod.exec.Recording;
import io.jpod.exec.ShimProcess;
import io.jpod.exec.Spawner;
import io.jpod.exec.StepFailed;
import io.jpod.exec.ThreadExecutor;
import io.jpod.linux.Fd;
import io.jpod.linux.Kernel;
import io.jpod.linux.Linux;
import io.jpod.linux.Mountpoints;
import io.jpod.linux.ProcessStat;
import io.jpod.linux.Processes;
import io.jpod.linux.SyscallException;
import io.jpod.oci.Spec.NamespaceType;
import io.jpod.plan.Limit;
import io.jpod.plan.Lowering;
import io.jpod.plan.Plan;
import io.jpod.plan.Program;
import io.jpod.plan.Step;
import java.nio.file.Files;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One walk through the plan of a pod, and what it has open on its way. */
final class PodBuilding implements AutoCloseable {
    private final PodDir dir;
    private final Pods pods;
    private final Plan plan;
    private final Lowering.Lowered programs;
    private final Spawner spawner;
    private final Connections connections;
    private final @Nullable Flight flight;
    private final @Nullable Trace trace;
    private final Map<String, Fd> descriptors = new HashMap<>();
    private StoredPod record;
    private boolean built;
    private @Nullable Cgroup group;
    private @Nullable ShimProcess process;
    private boolean ready;

    /** @param flight ended with this object */
    PodBuilding(Pods pods, StoredPod record, PodDir dir, Plan plan, Spawner spawner, @Nullable Flight flight) {
        this.pods = pods;
        this.record = record;
        this.dir = dir;
        this.plan = plan;
        this.programs = Lowering.lower(plan, Arch.host(), 0);
        this.spawner = spawner;
        this.connections = new Connections(pods, spawner);
        this.flight = flight;
        this.trace = Flight.trace(flight, null);
        Trace.begin(trace, plan);
        Flight.planned(flight, plan);
    }

    /** @return the record, with the init that was made */
    StoredPod run() {
        for (int i = 0; i < plan.entries().size(); i++) {
            Plan.Entry entry = plan.entries().get(i);
            switch (entry.by()) {
                case BRAIN -> {
                    try {
                        Trace.step(trace, plan, entry, () -> execute(entry.step()));
                    } catch (SyscallException e) {
                        throw StepFailed.of(i, entry, e);
                    }
                }
                case BUILDER -> build();
                case PROCESS -> advance();
            }
        }
        if (process != null && record.initPid() == 0) {
            // Its namespaces are pinned: that was all.
            kill(process);
        } else if (process != null) {
            process.proceed();
        }
        return record;
    }

    private void execute(Step step) {
        switch (step) {
            case Step.CreateCgroup(String path) -> makeCgroup(path);
            case Step.SetLimit _ -> {
                // All at once, with the cgroup.
            }
            case Step.CloneProcess clone -> process = spawn(clone);
            case Step.PinNamespace(NamespaceType type, String path) -> pin(type, path);
            case Step.MountShm(String path, long size) -> tmpfs(path, size, Flags.MS_NOEXEC);
            case Step.MakeVolume(String path, long size) -> makeVolume(path, size);
            case Step.ConnectNetwork(String _, String device) -> connections.connect(record, dir, device);
            case Step.WriteFiles _ -> {
                Neighbours neighbours = new Neighbours(pods, connections);
                PodSpec spec = record.spec();
                EtcFiles.write(dir.dir(), spec, connections.addresses(record), neighbours.of(spec));
                neighbours.tell(spec);
            }
            default -> throw new IllegalStateException("no step of a pod: " + step.describe());
        }
    }

    private void tmpfs(String path, long size, long flags) {
        Linux.mkdirat(Linux.AT_FDCWD, path, 0700);
        Mountpoints.tmpfs(path, Flags.MS_NOSUID | Flags.MS_NODEV | flags, "mode=1777,size=" + size + owner());
    }

    /** For users of any id, as the tmpfs is. */
    private void makeVolume(String path, long size) {
        if (!Files.exists(dir.volumes())) {
            Linux.mkdirat(Linux.AT_FDCWD, dir.volumes().toString(), 0700);
        }
        if (size > 0) {
            tmpfs(path, size, 0);
        } else {
            Linux.mkdirat(Linux.AT_FDCWD, path, 0700);
            Linux.fchmodat(Linux.AT_FDCWD, path, 01777);
        }
    }

    /** Of a pod with a user namespace: that namespace's root. */
    private String owner() {
        return record.mappings().isEmpty()
                ? ""
                : ",uid=%1$d,gid=%1$d".formatted(record.mappings().getFirst().hostID());
    }

    private void makeCgroup(String path) {
        List<Limit> limits = plan.limits();
        Cgroup made = CgroupFs.find().orElseThrow().create(path, limits, CgroupFs.MEASURED);
        // From here on it is closed with us, whatever fails.
        group = made;
        made.setOwner(pods.cgroupOwner(record.spec().name()));
        made.apply(limits);
    }

    private void build() {
        if (built) {
            return;
        }
        built = true;
        try {
            Program builder = programs.builder();
            Recording recording = Trace.record(trace, Plan.By.BUILDER, builder);
            descriptors.putAll(new ThreadExecutor(Kernel.get()).run(builder, Map.of(), recording));
        } catch (OpFailed e) {
            throw StepFailed.of(plan, programs.builder(), e);
        }
    }

    private ShimProcess spawn(Step.CloneProcess clone) {
        long flags = Lowering.cloneMask(clone.namespaces());
        try (Fd nothing = Linux.open("/dev/null", Flags.O_RDWR, 0)) {
            Spawner.Setting setting =
                    new Spawner.Setting(flags, group == null ? null : group.fd(), null, nothing, nothing, nothing, 0);
            Program program = programs.process();
            Recording recording = Trace.record(trace, Plan.By.PROCESS, program);
            return ShimProcess.start(spawner, program, descriptors, setting, recording);
        }
    }

    /** To its last milestone; the brain's steps that come before the process's last have been done by then. */
    private void advance() {
        ShimProcess shim = process;
        if (ready || shim == null) {
            return;
        }
        ready = true;
        try {
            while (true) {
                switch (shim.await()) {
                    case ShimProcess.Gone _ ->
                        throw new PodException("the pod's process was killed while it was set up");
                    case ShimProcess.Reached(int milestone)
                    when milestone == Step.Milestone.USER_NAMESPACE.number() -> {
                        IdMappings.write(shim.child(), record.mappings(), record.mappings());
                        shim.proceed();
                    }
                    case ShimProcess.Reached(int milestone)
                    when milestone == Step.Milestone.CLONED.number() -> shim.proceed();
                    case ShimProcess.Reached _ -> {
                        settle(shim);
                        return;
                    }
                }
            }
        } catch (OpFailed e) {
            throw StepFailed.of(plan, programs.process(), e);
        }
    }

    /** The init's place is a leaf: the pod's cgroup hands controllers on to its containers. */
    private void settle(ShimProcess shim) {
        if (!record.spec().share().contains(NamespaceType.PID)) {
            return;
        }
        int pid = shim.child().pid();
        record = record.withInit(pid, ProcessStat.of(pid).orElseThrow().startTime());
        dir.write(record);
        if (group != null) {
            try (Cgroup leaf = CgroupFs.find().orElseThrow().create(group.path() + "/init", List.of(), Set.of())) {
                leaf.add(pid);
            }
        }
    }

    private void pin(NamespaceType type, String path) {
        if (!Files.exists(dir.path().resolve("ns"))) {
            Linux.mkdirat(Linux.AT_FDCWD, dir.path().resolve("ns").toString(), 0700);
        }
        Fd made = descriptors.get(Lowering.namespace(type));
        if (made != null) {
            Mountpoints.pin(made, path);
            return;
        }
        String file = path.substring(path.lastIndexOf('/'));
        int pid = Objects.requireNonNull(process, "process").child().pid();
        try (Fd namespace = Linux.open("/proc/" + pid + "/ns" + file, Flags.O_RDONLY, 0)) {
            Mountpoints.pin(namespace, path);
        }
    }

    private void kill(ShimProcess shim) {
        Processes.signal(shim.child().pidfd(), (int) Flags.SIGKILL);
        shim.child().await();
    }

    @Override
    public void close() {
        Flight.end(flight);
        descriptors.values().forEach(Fd::close);
        if (group != null) {
            group.close();
        }
        if (process != null) {
            process.close();
        }
    }
}
