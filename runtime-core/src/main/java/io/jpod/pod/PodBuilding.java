package io.jpod.pod;

import io.jpod.abi.Arch;
import io.jpod.abi.Flags;
import io.jpod.cgroup.CgroupOwner;
import io.jpod.container.Flight;
import io.jpod.exec.Observer;
import io.jpod.exec.ReadyProcess;
import io.jpod.exec.Setup;
import io.jpod.exec.SetupOwner;
import io.jpod.exec.Spawner;
import io.jpod.linux.Fd;
import io.jpod.linux.Linux;
import io.jpod.linux.ProcessStat;
import io.jpod.oci.NamespaceType;
import io.jpod.plan.BrainStep;
import io.jpod.plan.Lowering;
import io.jpod.plan.Plan;
import io.jpod.plan.Step.Milestone;
import java.util.List;

/** Makes what a pod's plan says, or takes it back; and does what of that needs its record, and those of its neighbours. */
final class PodBuilding implements SetupOwner {
    private final Pods pods;
    private final PodDir dir;
    private final Connections connections;
    private final Spawner spawner;
    private StoredPod record;

    PodBuilding(Pods pods, StoredPod record, PodDir dir, Spawner spawner) {
        this.pods = pods;
        this.record = record;
        this.dir = dir;
        this.connections = new Connections(pods, spawner);
        this.spawner = spawner;
    }

    /**
     * @return the record, with the init that was made
     * @throws RuntimeException if a step failed; those before it are to be undone
     */
    StoredPod run() {
        Plan plan = PodCreation.plan(record, dir);
        Observer observer = Flight.watch(record.spec().name(), Observer.NONE);
        observer.planned(plan);
        try (Fd nothing = Linux.open("/dev/null", Flags.O_RDWR, 0);
                Setup setup = Setup.begin(
                        plan,
                        Lowering.lower(plan, Arch.host(), 0),
                        spawner,
                        this,
                        observer,
                        new Setup.Stdio(List.of(nothing, nothing, nothing), 0),
                        _ -> {})) {
            setup.run();
            if (record.initPid() != 0) {
                try (ReadyProcess init = setup.take()) {
                    init.proceed();
                }
            }
        } finally {
            observer.ended();
        }
        return record;
    }

    /** What it has made, or might have by now, but for processes. Can be done again. */
    void undo() {
        Setup.undo(PodCreation.plan(record, dir), this);
    }

    /** For the pods that were in its networks. */
    void tellNeighbours() {
        new Neighbours(pods, connections).tell(record.spec());
    }

    @Override
    public void reached(Milestone milestone, Spawner.Child process) {
        if (milestone == Milestone.READY && record.spec().share().contains(NamespaceType.PID)) {
            int pid = process.pid();
            record = record.withInit(pid, ProcessStat.of(pid).orElseThrow().startTime());
            dir.write(record);
        }
    }

    @Override
    public CgroupOwner cgroupOwner() {
        return pods.cgroupOwner(record.spec().name());
    }

    @Override
    public List<String> cgroupDirectories() {
        return record.cgroupDirectories();
    }

    @Override
    public void connect(BrainStep.ConnectNetwork step) {
        connections.connect(record, dir, step.device());
    }

    @Override
    public void disconnect(BrainStep.ConnectNetwork step) {
        connections.disconnect(record, step.device());
    }

    @Override
    public void writeFiles(BrainStep.WriteFiles step) {
        Neighbours neighbours = new Neighbours(pods, connections);
        PodSpec spec = record.spec();
        EtcFiles.write(dir.dir(), spec, connections.addresses(record), neighbours.of(spec));
        neighbours.tell(spec);
    }
}
