package io.jpod.plan;

import io.jpod.oci.NamespaceType;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * One thing that is done to set up a container, which people read as {@link StepText} says. The brain does some of them itself, {@link BrainStep}; all others become system calls, {@link Lowering}.
 */
public sealed interface Step permits BrainStep, Step.Call {

    /** System calls of the builder thread, or of the process. */
    sealed interface Call extends Step permits HostStep, NamespaceStep, RootfsStep, CredentialStep, ProcessStep {
        /** Where the process waits for the brain; null: it goes on. */
        default @Nullable Milestone milestone() {
            return null;
        }
    }

    /** Points at which the process waits for the brain, in the order in which they are reached. */
    enum Milestone {
        /** The brain writes uid_map and gid_map, user_namespaces(7). */
        USER_NAMESPACE("wait for the uid and gid mappings"),
        /** The process goes on as its clone, whose pid is in the report, and which waits. */
        CLONED("go on as a clone"),
        /** Mounts exist, before pivot_root: prestart and createRuntime. */
        CREATE_RUNTIME_HOOKS("wait for the prestart and createRuntime hooks"),
        /** Mounts exist, before pivot_root. */
        CREATE_CONTAINER_HOOKS("wait for the createContainer hooks"),
        /** Nothing can fail any more but execve. */
        READY("ready");

        private final String text;

        Milestone(String text) {
            this.text = text;
        }

        String describe() {
            return text;
        }

        /** Its number in {@code struct status_record}. */
        public int number() {
            return ordinal() + 1;
        }

        /** Of a number that {@link #number} has said. */
        public static Milestone of(int number) {
            return values()[number - 1];
        }
    }

    /** One argument, two arguments. */
    static String count(int number, String noun) {
        return number + " " + noun + (number == 1 ? "" : "s");
    }

    /** Of namespace types, as runtime-spec has them. */
    static String names(Iterable<NamespaceType> types) {
        return StreamSupport.stream(types.spliterator(), false)
                .map(NamespaceType::jsonName)
                .collect(Collectors.joining(" "));
    }
}
