package io.jpod.plan;

import io.jpod.oci.Linux;
import io.jpod.oci.Process;
import io.jpod.seccomp.Filter;
import java.util.List;

/** Who a process is, what it may, and how much of it: credentials(7), capabilities(7), setrlimit(2), seccomp(2), and what is like them. */
public sealed interface CredentialStep extends Step.Call {
    record SetRlimit(Process.Rlimit rlimit) implements CredentialStep {
        @Override
        public String describe() {
            return rlimit.type() + " = " + amount(rlimit.soft()) + ", at most " + amount(rlimit.hard());
        }

        private static String amount(long value) {
            return value == -1 ? "unlimited" : Long.toUnsignedString(value);
        }
    }

    record SetScheduler(Process.Scheduler scheduler) implements CredentialStep {
        @Override
        public String describe() {
            return "scheduler " + scheduler.policy();
        }
    }

    record SetIoPriority(Process.IoPriority priority) implements CredentialStep {
        @Override
        public String describe() {
            return "I/O priority " + priority.ioClass() + " " + priority.priority();
        }
    }

    record SetCpuAffinity(String cpus) implements CredentialStep {
        @Override
        public String describe() {
            return "run on cpus " + cpus;
        }
    }

    record SetMemoryPolicy(Linux.MemoryPolicy policy) implements CredentialStep {
        @Override
        public String describe() {
            return "memory policy " + policy.mode() + (policy.nodes() == null ? "" : " on nodes " + policy.nodes());
        }
    }

    record SetPersonality(Linux.Personality personality) implements CredentialStep {
        @Override
        public String describe() {
            return "personality " + personality.domain();
        }
    }

    record SetUmask(int umask) implements CredentialStep {
        @Override
        public String describe() {
            return "umask 0%03o".formatted(umask);
        }
    }

    /** stdio of a container whose user is not root, so that it can open /dev/stderr. */
    record ChownStdio(List<Integer> numbers, long uid) implements CredentialStep {
        @Override
        public String describe() {
            return "give stdio " + numbers + " to uid " + uid;
        }
    }

    /** prctl(2) PR_CAPBSET_DROP of everything else. */
    record LimitBoundingSet(List<Capability> kept, int last) implements CredentialStep {
        @Override
        public String describe() {
            return "bounding set: " + Capability.describe(kept);
        }
    }

    record SetUser(Process.User user) implements CredentialStep {
        @Override
        public String describe() {
            return "become uid " + user.uid() + ", gid " + user.gid()
                    + (user.additionalGids().isEmpty() ? "" : ", groups " + user.additionalGids());
        }
    }

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
            implements CredentialStep {
        @Override
        public String describe() {
            return "capabilities: " + Capability.describe(permitted)
                    + (filtering ? ", and until execve SYS_ADMIN to load the filter" : "");
        }
    }

    record SetNoNewPrivileges() implements CredentialStep {
        @Override
        public String describe() {
            return "no_new_privs";
        }
    }

    record LoadSeccomp(Filter filter) implements CredentialStep {
        @Override
        public String describe() {
            return "seccomp filter of " + filter.instructions() + " instructions";
        }
    }
}
