package io.jpod.plan;

import io.jpod.oci.IdMapping;
import java.util.List;

/** What a process does before it executes its program, and where it waits. */
public sealed interface ProcessStep extends Step.Call {
    record NewSession() implements ProcessStep {
        @Override
        public String describe() {
            return "start a session";
        }
    }

    record TerminalAsStdio() implements ProcessStep {
        @Override
        public String describe() {
            return "make the terminal stdin, stdout and stderr";
        }
    }

    record ControllingTerminal() implements ProcessStep {
        @Override
        public String describe() {
            return "make stdin the controlling terminal";
        }
    }

    record JoinKeyring() implements ProcessStep {
        @Override
        public String describe() {
            return "join session keyring";
        }

        @Override
        public String describe(Names names) {
            return describe() + " " + names.keyring();
        }
    }

    record SetOomScoreAdj(int value) implements ProcessStep {
        @Override
        public String describe() {
            return "oom_score_adj = " + value;
        }
    }

    record SetApparmorProfile(String profile) implements ProcessStep {
        @Override
        public String describe() {
            return "AppArmor profile " + profile + " from execve on";
        }
    }

    /** Descriptors that only set-up needed. Before the change of directory, so that no path leads out through them (CVE-2024-21626). */
    record CloseDescriptors() implements ProcessStep {
        @Override
        public String describe() {
            return "close what only set-up needed";
        }
    }

    /** mkdir -p of the working directory: before the root becomes read-only. */
    record MakeDirectory(String path) implements ProcessStep {
        @Override
        public String describe() {
            return "make directory " + path;
        }
    }

    record ChangeDirectory(String path) implements ProcessStep {
        @Override
        public String describe() {
            return "change directory to " + path;
        }
    }

    /** Of a hook, on the host: nothing is made there, and the path is the runtime's own. */
    record ChangeHostDirectory(String path) implements ProcessStep {
        @Override
        public String describe() {
            return "change directory to " + path;
        }
    }

    /**
     * PR_SET_CHILD_SUBREAPER(2const): what the process starts stays below it for as long as it runs, so that all of it can be
     * found when it has to end. Not inherited by children; execve leaves it.
     */
    record AdoptOrphans() implements ProcessStep {
        @Override
        public String describe() {
            return "adopt what its children leave behind";
        }
    }

    /** The path that execvp(3) would take must be there and executable: better now than at start. */
    record FindProgram(List<String> candidates, String name) implements ProcessStep {
        @Override
        public String describe() {
            return "find program " + name;
        }
    }

    /** Reports how far it is and waits until the brain says go on; ends if the brain is gone. */
    record Await(Step.Milestone milestone) implements ProcessStep {
        @Override
        public String describe() {
            return milestone.describe();
        }
    }

    /** {@link Await} until the brain has written uid_map and gid_map, user_namespaces(7). */
    record AwaitMappings(List<IdMapping> uids, List<IdMapping> gids) implements ProcessStep {
        @Override
        public Step.Milestone milestone() {
            return Step.Milestone.USER_NAMESPACE;
        }

        @Override
        public String describe() {
            return milestone().describe();
        }
    }

    /** accept(2) on the start socket: whoever connects starts the container, and is told whether execve worked. */
    record AwaitStart() implements ProcessStep {
        @Override
        public String describe() {
            return "created; wait for start";
        }
    }

    /** Its text names the program and nothing else: what people read may be read by others, and arguments and variables hold secrets. */
    record Exec(List<String> candidates, List<String> args, List<String> env) implements ProcessStep {
        @Override
        public String describe() {
            return "execve " + args.getFirst()
                    + (args.size() < 2 ? "" : " with " + Step.count(args.size() - 1, "argument"));
        }
    }

    /**
     * pid_namespaces(7): orphans become children of process 1; with SIGCHLD ignored the kernel reaps them, waitpid(2). No other
     * process of the namespace can look into it, PR_SET_DUMPABLE(2const).
     */
    record ReapForEver() implements ProcessStep {
        @Override
        public String describe() {
            return "stay as init: have the kernel reap what ends";
        }
    }
}
