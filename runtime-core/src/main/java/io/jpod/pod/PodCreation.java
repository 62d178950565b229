package io.jpod.pod;

import io.jpod.abi.Arch;
import io.jpod.abi.Flags;
import io.jpod.cgroup.Cgroup;
import io.jpod.cgroup.CgroupFs;
import io.jpod.container.Containers;
import io.jpod.container.IdMappings;
import io.jpod.container.RecordDir;
import io.jpod.exec.OpFailed;
import io.jpod.exec.ShimProcess;
import io.jpod.exec.Spawner;
import io.jpod.exec.StepFailed;
import io.jpod.exec.ThreadExecutor;
import io.jpod.linux.Fd;
import io.jpod.linux.Kernel;
import io.jpod.linux.Linux;
import io.jpod.linux.Mountpoints;
import io.jpod.linux.ProcessStat;
import io.jpod.linux.SyscallException;
import io.jpod.oci.Spec;
import io.jpod.oci.Spec.NamespaceType;
import io.jpod.plan.Limit;
import io.jpod.plan.Limits;
import io.jpod.plan.Lowering;
import io.jpod.plan.Plan;
import io.jpod.plan.PodPlanner;
import io.jpod.plan.Step;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Makes a pod: plan, record on disk, then the steps of the plan in their order. If one fails, what was done is undone from the
 * record, as {@link PodDeletion} would.
 */
final class PodCreation {
    private static final int ID_BYTES = 32;
    private static final int LAST_CAPABILITY =
            Integer.parseInt(Linux.readText("/proc/sys/kernel/cap_last_cap", 16).strip());

    /** Controllers whose figures people ask for, enabled where that is possible. */
    private static final Set<String> MEASURED = Set.of("cpu", "memory", "pids", "io");

    private static final SecureRandom RANDOM = new SecureRandom();

    private final Pods pods;
    private final PodSpec spec;
    private final PodDir dir;
    private final Optional<CgroupFs> cgroups = CgroupFs.find();
    private final @Nullable String cgroup;
    private final List<Spec.IdMapping> mappings;
    private final Plan plan;
    private final Lowering.Lowered programs;

    PodCreation(Pods pods, PodSpec spec) {
        Pods.requireName(spec.name());
        this.pods = pods;
        this.spec = spec;
        this.dir = PodDir.at(pods.directory(), spec.name());
        this.cgroup = cgroups.map(fs -> fs.resolve(
                        spec.cgroupParent() == null
                                ? "pods/" + spec.name()
                                : "/" + spec.cgroupParent().replaceAll("^/+|/+$", "") + "/" + spec.name(),
                        spec.name()))
                .orElse(null);
        this.mappings = spec.share().contains(NamespaceType.USER) ? IdRanges.free(pods.list()) : List.of();
        List<Limit> limits = Limits.of(
                spec.resources(),
                cgroup == null ? Limits.Facts.UNKNOWN : cgroups.orElseThrow().facts(cgroup));
        cgroups.ifPresentOrElse(fs -> fs.require(limits), () -> CgroupFs.requireNone(limits));
        this.plan = PodPlanner.plan(new PodPlanner.Request(
                dir.path().toString(),
                spec.hostname(),
                spec.share(),
                spec.sysctl(),
                cgroup,
                limits,
                spec.shmSize(),
                Map.of(),
                mappings,
                LAST_CAPABILITY));
        this.programs = Lowering.lower(plan, Arch.host(), 0);
    }

    Plan plan() {
        return plan;
    }

    Pod create(Spawner spawner) {
        RecordDir made = RecordDir.create(pods.directory(), spec.name())
                .orElseThrow(() -> new PodException("pod name " + spec.name() + " is in use"));
        try (Fd _ = made.lockIfThere().orElseThrow()) {
            StoredPod record = intent();
            Execution execution = new Execution(record, spawner);
            try {
                dir.write(record);
                execution.run();
                execution.record = execution.record.completed();
                dir.write(execution.record);
                return new Pod(pods, dir, execution.record);
            } catch (RuntimeException | Error e) {
                undo(execution.record, e);
                throw e;
            } finally {
                execution.close();
            }
        }
    }

    private void undo(StoredPod record, Throwable reason) {
        try {
            new PodDeletion(new Pod(pods, dir, record), dir, record).undo();
        } catch (RuntimeException e) {
            reason.addSuppressed(e);
        }
    }

    private StoredPod intent() {
        byte[] id = new byte[ID_BYTES];
        RANDOM.nextBytes(id);
        return new StoredPod(
                HexFormat.of().formatHex(id),
                spec,
                Instant.now(),
                Containers.bootId(),
                cgroup,
                cgroup == null ? List.of() : cgroups.orElseThrow().planned(cgroup),
                mappings,
                0,
                0,
                false);
    }

    /** One walk through the plan, and what it has open on its way. */
    private final class Execution {
        private final Spawner spawner;
        private final Map<String, Fd> descriptors = new HashMap<>();
        private StoredPod record;
        private boolean built;
        private @Nullable Cgroup group;
        private @Nullable ShimProcess process;
        private boolean ready;

        Execution(StoredPod record, Spawner spawner) {
            this.record = record;
            this.spawner = spawner;
        }

        void run() {
            for (int i = 0; i < plan.entries().size(); i++) {
                Plan.Entry entry = plan.entries().get(i);
                switch (entry.by()) {
                    case BRAIN -> {
                        try {
                            execute(entry.step());
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
        }

        private void execute(Step step) {
            switch (step) {
                case Step.CreateCgroup(String path) -> group = makeCgroup(path);
                case Step.SetLimit _ -> {
                    // All at once, with the cgroup.
                }
                case Step.CloneProcess clone -> process = spawn(clone);
                case Step.PinNamespace(NamespaceType type, String path) -> pin(type, path);
                case Step.MountShm(String path, long size) -> {
                    Linux.mkdirat(Linux.AT_FDCWD, path, 0700);
                    Mountpoints.tmpfs(
                            path,
                            Flags.MS_NOSUID | Flags.MS_NODEV | Flags.MS_NOEXEC,
                            "mode=1777,size=" + size + owner());
                }
                case Step.WriteFiles _ -> EtcFiles.write(dir.dir(), spec, List.of(), List.of());
                default -> throw new IllegalStateException("no step of a pod: " + step.describe());
            }
        }

        /** Of a pod with a user namespace: that namespace's root. */
        private String owner() {
            return mappings.isEmpty()
                    ? ""
                    : ",uid=%1$d,gid=%1$d".formatted(mappings.getFirst().hostID());
        }

        private Cgroup makeCgroup(String path) {
            List<Limit> limits = plan.entries().stream()
                    .map(Plan.Entry::step)
                    .filter(Step.SetLimit.class::isInstance)
                    .map(step -> ((Step.SetLimit) step).limit())
                    .toList();
            Cgroup made = cgroups.orElseThrow().create(path, limits, MEASURED);
            made.apply(limits);
            return made;
        }

        private void build() {
            if (built) {
                return;
            }
            built = true;
            try {
                descriptors.putAll(new ThreadExecutor(Kernel.get()).run(programs.builder(), Map.of()));
            } catch (OpFailed e) {
                throw StepFailed.of(plan, programs.builder(), e);
            }
        }

        private ShimProcess spawn(Step.CloneProcess clone) {
            long flags =
                    clone.namespaces().stream().mapToLong(Lowering::cloneFlag).reduce(0, (a, b) -> a | b);
            try (Fd nothing = Linux.open("/dev/null", Flags.O_RDWR, 0)) {
                Spawner.Setting setting = new Spawner.Setting(
                        flags, group == null ? null : group.fd(), null, nothing, nothing, nothing, 0);
                return ShimProcess.start(spawner, programs.process(), descriptors, setting);
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
                            IdMappings.write(shim.child().pid(), mappings, mappings);
                            shim.proceed();
                        }
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
            if (!spec.share().contains(NamespaceType.PID)) {
                return;
            }
            int pid = shim.child().pid();
            record = record.withInit(pid, ProcessStat.of(pid).orElseThrow().startTime());
            dir.write(record);
            if (group != null) {
                try (Cgroup leaf = cgroups.orElseThrow().create(group.path() + "/init", List.of(), Set.of())) {
                    leaf.add(pid);
                }
            }
        }

        private void pin(NamespaceType type, String path) {
            if (!java.nio.file.Files.exists(dir.path().resolve("ns"))) {
                Linux.mkdirat(Linux.AT_FDCWD, dir.path().resolve("ns").toString(), 0700);
            }
            Fd made = descriptors.get(Lowering.namespace(type));
            if (made != null) {
                Mountpoints.pin(made, path);
                return;
            }
            String file = path.substring(path.lastIndexOf('/'));
            int pid =
                    java.util.Objects.requireNonNull(process, "process").child().pid();
            try (Fd namespace = Linux.open("/proc/" + pid + "/ns" + file, Flags.O_RDONLY, 0)) {
                Mountpoints.pin(namespace, path);
            }
        }

        private void kill(ShimProcess shim) {
            io.jpod.linux.Processes.signal(shim.child().pidfd(), (int) Flags.SIGKILL);
            shim.child().await();
        }

        void close() {
            descriptors.values().forEach(Fd::close);
            if (group != null) {
                group.close();
            }
            if (process != null) {
                process.close();
            }
        }
    }
}
