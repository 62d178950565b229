package io.jpod.plan;

import io.jpod.oci.NamespaceType;
import java.util.List;
import java.util.Set;

/** Which namespaces are made, joined and handed over, and what their names and settings are. */
public sealed interface NamespaceStep extends Step.Call {
    /** setns(2) to one that {@link HostStep.OpenNamespace} opened. */
    record JoinNamespace(NamespaceType type) implements NamespaceStep {}

    /** setns(2) with a pidfd: all of a running container's namespaces at once, for exec. */
    record JoinContainer(List<NamespaceType> types) implements NamespaceStep {}

    /**
     * setns(2) puts only children into a pid namespace: the process goes on as a clone of itself, a child of the same parent.
     * {@link JoinContainer} has joined it, with privileges that are gone by now; the clone comes last, when there is nothing
     * left in it for those inside to look at (CVE-2016-9962).
     */
    record EnterPidNamespace() implements NamespaceStep {
        @Override
        public Step.Milestone milestone() {
            return Step.Milestone.CLONED;
        }
    }

    record UnshareNamespaces(Set<NamespaceType> types) implements NamespaceStep {}

    /**
     * PR_SET_DUMPABLE(2const): for a process that others see while it is set up. Without CAP_SYS_PTRACE in the user namespace of
     * the brain they cannot look into it, ptrace(2), also when it has no more rights than they have (CVE-2016-9962). execve ends
     * it, and so may a change of user, where /proc/sys/fs/suid_dumpable is 1.
     */
    record HideProcess() implements NamespaceStep {}

    /** The builder hands the namespaces that it made over to the process, as descriptors. */
    record ExportNamespaces(List<NamespaceType> types) implements NamespaceStep {}

    /**
     * The process moves into what the builder made.
     *
     * @param pivoted whether the container's root is theirs by now
     */
    record AdoptNamespaces(List<NamespaceType> types, boolean pivoted) implements NamespaceStep {}

    /** time_namespaces(7): offsets can be set only before the first process enters. */
    record EnterTimeNamespace(List<String> offsets) implements NamespaceStep {}

    /** uid 0 and gid 0 of the user namespace, whose mappings are there by now. */
    record BecomeRoot() implements NamespaceStep {}

    record SetHostname(String name) implements NamespaceStep {}

    record SetDomainname(String name) implements NamespaceStep {}

    record LoopbackUp() implements NamespaceStep {}

    /** @param path below /proc/sys, with slashes */
    record SetSysctl(String path, String value) implements NamespaceStep {}
}
