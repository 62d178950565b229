package io.jpod.exec;

import io.jpod.cgroup.CgroupFs;
import io.jpod.cgroup.CgroupOwner;
import io.jpod.plan.BrainStep;
import io.jpod.plan.Step.Milestone;
import java.util.List;

/** Whose set-up it is: it does what takes its own record and those of others, which no plan holds. */
public interface SetupOwner {
    /** Of one that needs nothing but its plan. */
    SetupOwner NONE = new SetupOwner() {};

    /** The process is there, in its cgroup: whoever ends all that is in that ends it too. */
    default void born() {}

    /** The process waits for the brain there: time for hooks, or to write down who it is. */
    default void reached(Milestone milestone, Spawner.Child process) {}

    /** Who is noted on a cgroup. */
    default CgroupOwner cgroupOwner() {
        throw new UnsupportedOperationException("has no cgroup of its own");
    }

    /** Those that its cgroup takes, parents first, {@link CgroupFs#planned}. */
    default List<String> cgroupDirectories() {
        throw new UnsupportedOperationException("has no cgroup of its own");
    }

    default void connect(BrainStep.ConnectNetwork step) {
        throw new UnsupportedOperationException("has no networks");
    }

    /** Also if {@link #connect} has failed on its way. */
    default void disconnect(BrainStep.ConnectNetwork step) {
        throw new UnsupportedOperationException("has no networks");
    }

    default void writeFiles(BrainStep.WriteFiles step) {
        throw new UnsupportedOperationException("has no files of its own");
    }
}
