package io.jpod.plan;

import io.jpod.oci.IdMapping;
import java.util.List;

/** What a process does before it executes its program, and where it waits. */
public sealed interface ProcessStep extends Step.Call {
    record NewSession() implements ProcessStep {}

    record TerminalAsStdio() implements ProcessStep {}

    record ControllingTerminal() implements ProcessStep {}

    record JoinKeyring() implements ProcessStep {}

    record SetOomScoreAdj(int value) implements ProcessStep {}

    record SetApparmorProfile(String profile) implements ProcessStep {}

    /** Descriptors that only set-up needed. Before the change of directory, so that no path leads out through them (CVE-2024-21626). */
    record CloseDescriptors() implements ProcessStep {}

    /** mkdir -p of the working directory: before the root becomes read-only. */
    record MakeDirectory(String path) implements ProcessStep {}

    record ChangeDirectory(String path) implements ProcessStep {}

    /** Of a hook, on the host: nothing is made there, and the path is the runtime's own. */
    record ChangeHostDirectory(String path) implements ProcessStep {}

    /**
     * PR_SET_CHILD_SUBREAPER(2const): what the process starts stays below it for as long as it runs, so that all of it can be
     * found when it has to end. Not inherited by children; execve leaves it.
     */
    record AdoptOrphans() implements ProcessStep {}

    /** The path that execvp(3) would take must be there and executable: better now than at start. */
    record FindProgram(List<String> candidates, String name) implements ProcessStep {}

    /** Reports how far it is and waits until the brain says go on; ends if the brain is gone. */
    record Await(Step.Milestone milestone) implements ProcessStep {}

    /** {@link Await} until the brain has written uid_map and gid_map, user_namespaces(7). */
    record AwaitMappings(List<IdMapping> uids, List<IdMapping> gids) implements ProcessStep {
        @Override
        public Step.Milestone milestone() {
            return Step.Milestone.USER_NAMESPACE;
        }
    }

    /** accept(2) on the start socket: whoever connects starts the container, and is told whether execve worked. */
    record AwaitStart() implements ProcessStep {}

    /** Its text names the program and nothing else: what people read may be read by others, and arguments and variables hold secrets. */
    record Exec(List<String> candidates, List<String> args, List<String> env) implements ProcessStep {}

    /**
     * pid_namespaces(7): orphans become children of process 1; with SIGCHLD ignored the kernel reaps them, waitpid(2). No other
     * process of the namespace can look into it, PR_SET_DUMPABLE(2const).
     */
    record ReapForEver() implements ProcessStep {}
}
