package io.jpod.plan;

import io.jpod.oci.Linux;
import io.jpod.oci.Process;
import io.jpod.seccomp.Filter;
import java.util.List;

/** Who a process is, what it may, and how much of it: credentials(7), capabilities(7), setrlimit(2), seccomp(2), and what is like them. */
public sealed interface CredentialStep extends Step.Call {
    record SetRlimit(Process.Rlimit rlimit) implements CredentialStep {}

    record SetScheduler(Process.Scheduler scheduler) implements CredentialStep {}

    record SetIoPriority(Process.IoPriority priority) implements CredentialStep {}

    record SetCpuAffinity(String cpus) implements CredentialStep {}

    record SetMemoryPolicy(Linux.MemoryPolicy policy) implements CredentialStep {}

    record SetPersonality(Linux.Personality personality) implements CredentialStep {}

    record SetUmask(int umask) implements CredentialStep {}

    /** stdio of a container whose user is not root, so that it can open /dev/stderr. */
    record ChownStdio(List<Integer> numbers, long uid) implements CredentialStep {}

    /** prctl(2) PR_CAPBSET_DROP of everything else. */
    record LimitBoundingSet(List<Capability> kept, int last) implements CredentialStep {}

    record SetUser(Process.User user) implements CredentialStep {}

    /**
     * What a program is given by execve(2) depends on the bounding, inheritable and ambient sets alone, capabilities(7).
     *
     * @param filtering that CAP_SYS_ADMIN stays until then: without no_new_privs a seccomp filter takes it, and is the last thing
     *     before execve(2)
     */
    record SetCapabilities(
            List<Capability> effective,
            List<Capability> permitted,
            List<Capability> inheritable,
            List<Capability> ambient,
            boolean filtering)
            implements CredentialStep {}

    record SetNoNewPrivileges() implements CredentialStep {}

    record LoadSeccomp(Filter filter) implements CredentialStep {}
}
